"""BulkCreatePatients (rules PATIENT-177 to PATIENT-184)."""

import time

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from clinic_records.documents import ClinicDocument
from clinic_records.services import access
from kernel import accesses, audit, clock, db, jobs, outbox, waiting
from kernel.api import schema as s
from kernel.api.downloads import download
from kernel.api.operations import Call, File, Lenient, operation
from kernel.api.parameters import Parameter
from kernel.api.viewsets import ApiViewSet
from kernel.choices import ActorKind, AuditOutcome, JobState
from kernel.db import Document
from kernel.errors import BadRequest, Conflict, NotFound
from kernel.jobs.running import OBJECT
from patients import bulk_files, bulk_rows
from patients.bulk_jobs import CREATE
from patients.representation import bulk_results
from patients.services import bulk_creations

TYPE = "text/csv"
NOT_SERVED = "no matching operation was found"
STILL_RUNNING = (
    "the patients are still being created: upload the file again later, which creates no one twice"
)
# A minute less than gateways wait.
PATIENCE = 14 * 60.0


def read_file(request: HttpRequest, raw: bytes) -> list[list[str]]:
    if raw and request.content_type != TYPE:
        message = f'request body has an error: header Content-Type has to be "{TYPE}"'
        raise BadRequest(message=message)
    return bulk_rows.read(raw)


class BulkCreationViewSet(ApiViewSet):
    @operation(
        "BulkCreatePatients",
        summary="Create patients from a file",
        description="The body is `text/csv` in UTF-8 without a header line, at most 5,000 rows and 2 MB: name, birth "
        "date (`YYYY-MM-DD`), MRN, then optionally e-mail address, type of diabetes and preset of glycemic ranges "
        "(anything else is `adaStandard`); further columns are ignored unless `tagsAndSites` is true. Without "
        "`dryRun=false` nothing is created. 400 with a line for each fault names row and column, counted from 1, and "
        "nothing is created. The answer is a CSV file with each row, why it is not created (an MRN or address that "
        "another row, a patient or an account has, or what CreatePatientAccount answers) and, after creating, whether "
        "an invitation is expected; six lines with counts follow then. Rows are created one after the other: repeat "
        "the call with the same file after a failure, it creates no one twice. For admins and services. The answer "
        "waits for the end: a file of several thousand rows takes minutes, and after 14 the answer is 409 while the "
        "creation goes on; the same file, sent later, says who is there. 409 also where staff "
        "have canceled the creation. 429 when the addresses of the file belong to more than twenty accounts that are "
        "not patients of the clinic, in an hour and for one person: divide such a file, or leave these addresses out. "
        "404 where it is switched off.",
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
                "between them, all of which the clinic has. An addition of this service.",
            ),
        ),
        body_limit=bulk_files.MOST_BYTES,
        lenient=Lenient(read_body=read_file),
        is_heavy=True,
        described_body=File((TYPE,)),
        responses={200: File((TYPE,))},
    )
    def create(self, call: Call) -> HttpResponseBase:
        if not settings.BULK_CREATION:
            raise NotFound(message=NOT_SERVED)
        note = waiting.note_of(call.request)
        if note:
            job = jobs.access(note)
            accesses.note_shown(job["total"])
            return _answer(_waited_for(call.request, job))
        clinic = access.access_open_clinic(call.path["clinicId"])
        checked = bulk_files.check(
            clinic,
            dict(enumerate(call.body, start=1)),
            names_groups=call.query.get("tagsAndSites", False),
        )
        rows, asked_by = checked.rows, call.principal.acting_user_id
        marks = bulk_creations.mark_duplicates(clinic["_id"], rows, asked_by=asked_by)
        if call.query.get("dryRun", True):
            accesses.note_shown(len(rows))
            return download(
                bulk_results.dry_lines(rows, marks),
                name=_name(),
                content_type=TYPE,
                close=lambda: None,
            )
        job = _begin(call, clinic, checked.wanted(marks))
        return _answer(_waited_for(call.request, job))


# --- the run --------------------------------------------------------------------------------------
def _begin(call: Call, clinic: ClinicDocument, wanted: list[Document]) -> Document:
    kind = ActorKind.SERVICE if call.principal.is_server else ActorKind.USER
    actor_id = call.principal.user_id
    asked_by = {"actor_id": actor_id, "actor_kind": kind.value, "actor_name": ""}

    def begin() -> str:
        job_id = jobs.begin(
            CREATE,
            clinic=clinic,
            asked_by=asked_by,
            wanted={"rows": wanted},
            options={"format": "csv", "name": "bulk-creation-result"},
            about=f"{len(wanted)} rows",
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
        return str(job_id)

    return jobs.access(db.run_in_transaction(begin))


def _waited_for(request: Request, job: Document) -> Document:
    """The job when it has ended, or when its client has waited too long. Where no request may wait, it is carried out
    here; a worker may do so at the same time."""
    if not jobs.is_at_work(job):
        return job
    if waiting.may_wait(request):
        accesses.note_shown(len(job["wanted"].get("rows", ())))
        if waiting.seconds_waited(request) < PATIENCE:
            waiting.later(request, note=str(job["_id"]))
        return job
    outbox.nudge()
    ends = time.monotonic() + PATIENCE
    while jobs.is_at_work(job) and time.monotonic() < ends:
        jobs.carry_out(str(job["_id"]))
        job = jobs.access(str(job["_id"]))
    return job


def _answer(job: Document) -> HttpResponseBase:
    if job["state"] != JobState.DONE:
        raise Conflict(message=STILL_RUNNING if jobs.is_at_work(job) else job["problem"])
    pieces = db.run_in_transaction(lambda: jobs.fetch(job["_id"]))
    response = StreamingHttpResponse(pieces, content_type=TYPE)
    response.headers["Content-Disposition"] = f"attachment; filename={_name()}"
    response.headers["Content-Length"] = str(job["file"]["size"])
    return response


def _name() -> str:
    return f"bulk-creation-result-{int(clock.now().timestamp())}.csv"
