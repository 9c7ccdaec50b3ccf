"""BulkCreatePatients, and its result where it takes longer than a request (rules PATIENT-177 to PATIENT-184 and
PATIENT-229 to PATIENT-233)."""

import time
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from clinic_records.documents import ClinicDocument
from clinic_records.services import access, closures
from kernel import accesses, audit, clock, db, jobs, outbox, waiting
from kernel.api import schema as s
from kernel.api.downloads import download
from kernel.api.operations import Call, File, Lenient, operation
from kernel.api.parameters import Parameter
from kernel.api.viewsets import ApiViewSet
from kernel.choices import ActorKind, AuditOutcome, JobState
from kernel.db import Document
from kernel.errors import BadRequest, Busy, Conflict, DomainError, NotFound, RetryLater
from kernel.jobs.running import OBJECT
from kernel.templatetags.staff import pluralized
from patients import bulk_files, bulk_rows, choices
from patients.api.schemas.kept_creations import CREATION, CREATIONS
from patients.bulk_jobs import CREATE
from patients.representation import bulk_results
from patients.representation.kept_creations import creation as shown
from patients.services import bulk_creations, kept_files

TYPE = "text/csv"
NOT_SERVED = "no matching operation was found"
NOT_TOLD = "the clinic is gone, or the caller may not create patients in it any more"
# A minute less than gateways wait.
PATIENCE = 14 * 60.0
# `notApplicable` is none here (decision 0030).
_TYPES = ", ".join(
    f"`{kind.value}`"
    for kind in choices.DiagnosisType
    if kind != choices.DiagnosisType.NOT_APPLICABLE
)
_CREATION = {"creationId": s.object_id(description="Id of the creation.")}


def read_file(request: HttpRequest, raw: bytes) -> dict[int, list[str]]:
    if raw and request.content_type != TYPE:
        message = f'request body has an error: header Content-Type has to be "{TYPE}"'
        raise BadRequest(message=message)
    return bulk_rows.read(raw)


class SwitchedViewSet(ApiViewSet):
    """Served where the setting says so. Who is allowed to call it is told otherwise before anything else is read."""

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if not settings.BULK_CREATION:
            raise NotFound(message=NOT_SERVED)


class BulkCreationViewSet(SwitchedViewSet):
    def check_permissions(self, request: Request) -> None:
        """Who waits is asked again, like anyone. But what was created is told however the wait ends, and a merge that
        holds the clinic may let it go."""
        note = waiting.note_of(request)
        try:
            super().check_permissions(request)
        except (APIException, DomainError) as error:
            if not note:
                raise
            if not isinstance(error, Busy):
                raise Conflict(message=_why_not_told(jobs.glance(note))) from None

    @operation(
        "BulkCreatePatients",
        summary="Create patients from a file",
        description="The body is `text/csv` in UTF-8 without a header line, at most 5,000 rows and 2 MB: name, birth "
        "date (`YYYY-MM-DD`), MRN, then optionally e-mail address, type of diabetes and preset of glycemic ranges "
        "(anything else is `adaStandard`); further columns are ignored unless `tagsAndSites` is true. Blank lines "
        f"are no rows, and a line break in a cell is a fault. Types of diabetes are {_TYPES}. A header line "
        "would be a row, whose birth date is none. Semicolons or tabs between the cells are read, too, where they "
        "make the columns, or a first line such as `sep=;` names them. Answers are in UTF-8, too, though their type "
        "does not say so. Without `dryRun=false` nothing is created. 400 with a line for each fault, of the first "
        "thousand, names row and column, counted from 1, and nothing is created. The answer is a CSV file with each "
        "row, why it is not created (an MRN or address that another row, a patient or an account has, or what "
        "CreatePatientAccount answers) and, after creating, whether an invitation is expected; six lines with counts "
        "follow then, in which rows that the check has marked are skipped, and others that are refused count among "
        "all alone. Rows are created one after the other: repeat the call with the same file after a failure, it "
        "creates no one twice. For admins and services. The answer waits for the end: a file of several thousand "
        "rows takes minutes. After 14 the creation goes on, and the answer is 202 with its id: GetBulkCreation says "
        "how far it is, and FetchBulkCreation has the result for a day. The same holds where the connection breaks: "
        "ListBulkCreations has the id. 409 where staff have canceled the creation, the clinic is gone meanwhile, or "
        "the caller may not create patients any more, with the number of patients that were created; and, before "
        "anyone is created, where the clinic is to be merged into another. When a person was told of twenty "
        "addresses, in an hour, that accounts have which are not patients of the clinic, rows with further addresses "
        "are left out; send them later, or without the address. Checks count as creations do, but an address counts "
        "once in a week. When a person has caused as many mails as are allowed, or an address was sent as many, "
        "further rows with addresses say so: send them later. 429 while ten files are at work for the clinic. 404 "
        "where it is switched off.",
        query=(
            Parameter(
                "dryRun",
                s.boolean(),
                description="False creates the patients. True, or absent: the file is checked alone.",
            ),
            Parameter(
                "tagsAndSites",
                s.boolean(),
                description="True: the seventh column has names of tags, the eighth names of sites, each with `;` "
                "between them, all of which the clinic has; a name that has `;` itself is written as it is. An "
                "addition of this service.",
            ),
        ),
        body_limit=bulk_rows.MOST_BYTES,
        lenient=Lenient(read_body=read_file),
        is_heavy=True,
        described_body=File((TYPE,)),
        responses={200: File((TYPE,)), 202: CREATION},
    )
    def create(self, call: Call) -> HttpResponseBase:
        note = waiting.note_of(call.request)
        if note:
            job = jobs.glance(note)
            accesses.note_shown(job["total"])
            return _answer(_waited_for(call.request, job))
        clinic = access.access_open_clinic(call.path["clinicId"])
        checked = bulk_files.check(
            clinic,
            call.body,
            names_groups=call.query.get("tagsAndSites", False),
        )
        rows, asked_by = checked.rows, call.principal.acting_user_id
        marks = bulk_creations.mark_duplicates(clinic["_id"], rows, asked_by=asked_by)
        if call.query.get("dryRun", True):
            accesses.note_shown(len(rows))
            refused = bulk_creations.refusals(
                clinic, [row for row in rows if row.number not in marks], invited_by=asked_by
            )
            return download(
                bulk_results.dry_lines(rows, marks | refused),
                name=_name(),
                content_type=TYPE,
                close=lambda: None,
            )
        job = _begin(call, clinic, checked.wanted(marks))
        if waiting.may_wait(call.request):
            accesses.note_shown(len(rows))
        return _answer(_waited_for(call.request, job))

    @operation(
        "ListBulkCreations",
        summary="List the caller's creations of patients from files",
        description="Those of this clinic that are at work, or have ended within a day: also where the connection "
        "broke before the answer to the file, or within it. The newest is first. A file is in the list when it has "
        "been checked.",
        responses={200: CREATIONS},
    )
    def page(self, call: Call) -> Response:
        clinic = access.access_clinic(call.path["clinicId"])
        own = kept_files.list_own_of_a_day(
            kept_files.CREATION, clinic["_id"], call.principal.user_id
        )
        return Response([shown(job) for job in own])


class KeptCreationViewSet(SwitchedViewSet):
    """404 for one of another caller."""

    @operation(
        "GetBulkCreation",
        summary="Tell how far a creation of patients from a file is",
        description="For the caller who has sent the file, while they may send another. When it is `ready` there is a "
        "`link` to the result, which needs the same token. Creations are known for thirty days.",
        path=_CREATION,
        responses={200: CREATION},
    )
    def retrieve(self, call: Call) -> Response:
        return Response(shown(_own(call)))

    @operation(
        "FetchBulkCreation",
        summary="Fetch what became of a file of patients",
        description="As BulkCreatePatients answers it, as often as it is asked for, by the caller who has sent the "
        "file. 409 while patients are being created, or when that failed or was canceled; 404 when the result has "
        "expired.",
        path=_CREATION,
        responses={200: File((TYPE,))},
    )
    def fetch(self, call: Call) -> HttpResponseBase:
        job = _own(call)
        pieces = kept_files.fetch(
            kept_files.CREATION,
            job,
            user_id=call.principal.user_id,
            actor_kind=_kind(call),
            rows=job["total"],
            failed=_why_ended(job),
        )
        return _sent(job, pieces)


def _own(call: Call) -> Document:
    return kept_files.find_own(
        kept_files.CREATION,
        call.path["creationId"],
        clinic_id=call.path["clinicId"],
        user_id=call.principal.user_id,
    )


def _kind(call: Call) -> ActorKind:
    return ActorKind.SERVICE if call.principal.is_server else ActorKind.USER


# --- the run --------------------------------------------------------------------------------------
def _begin(call: Call, clinic: ClinicDocument, wanted: list[Document]) -> Document:
    kind = _kind(call)
    actor_id = call.principal.user_id
    asked_by = {"actor_id": actor_id, "actor_kind": kind.value, "actor_name": ""}

    def begin() -> str:
        job_id = jobs.begin(
            CREATE,
            clinic=clinic,
            asked_by=asked_by,
            wanted={"rows": wanted},
            options={"format": "csv", "name": "bulk-creation-result"},
            about=pluralized(len(wanted), "line"),
        )
        audit.record(
            action=CREATE.action,
            object_type=OBJECT,
            object_id=str(job_id),
            clinic_id=clinic["_id"],
            scope={"rows": len(wanted), "duplicates": sum(bool(row["marks"]) for row in wanted)},
            outcome=AuditOutcome.BEGUN,
            actor_id=actor_id,
            actor_kind=kind.value,
        )
        closures.require_not_requested(clinic["_id"])
        return str(job_id)

    return jobs.glance(db.run_in_transaction(begin))


def _waited_for(request: Request, job: Document) -> Document:
    """The job when it has ended, or when its client has waited too long. Where no request may wait, it is carried out
    here; a worker may do so at the same time."""
    if not jobs.is_at_work(job):
        return job
    if waiting.may_wait(request):
        if waiting.seconds_waited(request) < PATIENCE:
            waiting.later(request, note=str(job["_id"]))
        return job
    outbox.nudge()
    ends = time.monotonic() + PATIENCE
    while jobs.is_at_work(job) and time.monotonic() < ends:
        try:
            jobs.carry_out(str(job["_id"]))
        except RetryLater:  # a worker goes on with it later
            ends = time.monotonic()
        job = jobs.glance(job["_id"])
    return job


def _answer(job: Document) -> HttpResponseBase:
    if jobs.is_at_work(job):
        return Response(shown(job), status=202)
    if job["state"] != JobState.DONE:
        raise Conflict(message=_why_ended(job))
    return _sent(job, jobs.read(job))


def _why_ended(job: Document) -> str:
    return (
        f"the creation has ended: {job['problem']}; patients created before: {job['succeeded']}; "
        "send the file again for the others"
    )


def _why_not_told(job: Document) -> str:
    goes_on = "; the creation goes on" if jobs.is_at_work(job) else ""
    return f"{NOT_TOLD}; patients created: {job['succeeded']}{goes_on}"


def _sent(job: Document, pieces: Iterable[bytes]) -> HttpResponseBase:
    response = StreamingHttpResponse(pieces, content_type=TYPE)
    response.headers["Content-Disposition"] = f"attachment; filename={_name()}"
    response.headers["Content-Length"] = str(job["file"]["size"])
    return response


def _name() -> str:
    return f"bulk-creation-result-{int(clock.now().timestamp())}.csv"
