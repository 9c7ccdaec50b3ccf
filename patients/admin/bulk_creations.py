"""Many patients of a clinic are created from a file that staff upload: it is checked first, and a job creates those
whom the page of the check has counted (rules PATIENT-216 to PATIENT-222)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from bson import ObjectId
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes, clinic_jobs, frame, readable_clinics
from clinic_records.admin.clinic_jobs import ConfirmForm
from clinic_records.documents import ClinicDocument
from clinic_records.services import closures
from kernel import clock, ids, jobs, texts
from kernel.api.bodies import announced_length
from kernel.db import Document
from kernel.errors import Conflict, DomainError
from kernel.staff import exports, pages, roles
from kernel.staff.fields import StaffForm
from kernel.templatetags.staff import pluralized
from patients import ages, bulk_files, bulk_rows, titled_rows
from patients.bulk_jobs import CREATE
from patients.bulk_rows import TITLES, Fault, Faulty, Row
from patients.choices import DiagnosisType, RangePreset
from patients.services import bulk_creations, plan_limits

CHECKED = "patients.file_checked"
IS_KEPT = timedelta(hours=1)
CONFIRMED = "The file was confirmed already, and this job was begun with it"
CHANGED = "What the file would do has changed since the page was shown. Read it again, and confirm it then"
NOT_KEPT = "What was checked is kept for an hour, and used once. Upload the file again"
TOO_LARGE = "The file is larger than 2 MB. Make two of it."
# How files of Excel begin: since 2007, when they became compressed folders, and before.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
WORKBOOK = (
    "This is a workbook of Excel. Open it there, choose Save as and the type CSV UTF-8 (comma delimited), and upload "
    "that file."
)
OF_LINE = "the MRN is that of line {line}, too"
OF_PATIENT = "a patient of the clinic has the MRN already"
FIRST = 3  # lines that a page shows as they were read
MOST_LISTED = 200  # lines that a page names; the others are counted
_TITLE = "Create patients from a file"
_NEEDS = (roles.PATIENTS, roles.CARE)


class FileForm(StaffForm):
    file = forms.FileField(
        label="File",
        help_text=f"CSV in UTF-8, at most {bulk_rows.MOST:,} patients and 2 MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def __init__(self, *arguments: Any, is_too_large: bool = False) -> None:
        """`is_too_large`: the request is larger than any file that is read, so there is none."""
        super().__init__(*arguments)
        if is_too_large:
            self.fields["file"].error_messages["required"] = TOO_LARGE

    def clean_file(self) -> bytes:
        uploaded: UploadedFile[bytes] = self.cleaned_data["file"]
        if (uploaded.size or 0) > bulk_rows.MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        raw: bytes = uploaded.read()
        if raw.startswith(_WORKBOOKS):
            raise forms.ValidationError(WORKBOOK)
        return raw


@pages.page(
    "clinics/<str:clinic_id>/patients/template", name="clinic_patients_template", needs=_NEEDS
)
def template(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """The titles alone: a line with an example would become a patient."""
    readable_clinics.access_clinic(clinic_id)
    return exports.as_file("patients-to-create", TITLES, [])


@pages.page(
    "clinics/<str:clinic_id>/patients/from-file", name="clinic_patients_from_file", needs=_NEEDS
)
def upload(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """A file without faults leads to the page of its check."""
    clinic = readable_clinics.access_clinic(clinic_id)
    is_sent = request.method == "POST"
    is_too_large = announced_length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    form = (
        FileForm(request.POST, request.FILES, is_too_large=is_too_large) if is_sent else FileForm()
    )
    faults: Sequence[Fault] = ()
    if is_sent and form.is_valid():
        try:
            return pages.go(_checked(request, clinic, form.cleaned_data["file"]))
        except Faulty as error:
            faults = error.faults
        except DomainError as error:
            form.add_error("file", pages.sentence(error.message.removeprefix("invalid CSV: ")))
    return _render(
        request,
        clinic,
        "patients/staff/from_file.html",
        form=form,
        faults=[_fault(fault) for fault in faults[:MOST_LISTED]],
        more=max(len(faults) - MOST_LISTED, 0),
        tags=_names(clinic.get("patientTags")),
        sites=_names(clinic.get("sites")),
        types=[kind for kind in DiagnosisType.values if kind != DiagnosisType.NOT_APPLICABLE],
        presets=RangePreset.values,
        status=413 if is_too_large else 400 if is_sent else 200,
    )


def _checked(request: HttpRequest, clinic: Document, raw: bytes) -> str:
    """The address of the page of the check. Raises Faulty, and what refuses the file as a whole."""
    cells = titled_rows.read(raw)
    try:
        checked = bulk_files.check(ClinicDocument(clinic), cells, names_groups=True)
    except Faulty as error:
        _record(request, clinic, rows=len(cells), faults=len(error.faults))
        raise
    told: dict[str, str] = {}
    marks = bulk_creations.mark_duplicates(
        clinic["_id"], checked.rows, asked_by=pages.signature(request), told=told
    )
    _record(request, clinic, rows=len(cells), duplicates=len(marks))
    file_id = _keep(clinic, cells, checked.rows, checked.wanted(marks, told))
    return reverse("admin:clinic_patients_checked", args=[clinic["_id"], file_id])


def _record(request: HttpRequest, clinic: Document, **scope: int) -> None:
    """Duplicates tell who is a patient or has an account, so the event is written before they are shown."""
    changes.record(request, clinic=clinic, action=CHECKED, scope=scope)


def _keep(
    clinic: Document,
    cells: Mapping[int, Sequence[str]],
    rows: Sequence[Row],
    wanted: Sequence[Document],
) -> str:
    """Until it is confirmed; both parts expire."""
    today = ages.today_of(clinic)
    unlikely = [row for row in rows if ages.is_unlikely(row.birth_date, today)]
    file_id, until = ids.new_id(), clock.now() + IS_KEPT
    shown = {
        "clinicId": clinic["_id"],
        "until": until,
        "rows": len(rows),
        "first": [
            {"line": number, "cells": [texts.name(cell)[: bulk_rows.MOST_SHOWN] for cell in found]}
            for number, found in list(cells.items())[:FIRST]
        ],
        "unlikely": [
            {"line": row.number, "name": row.name, "birthDate": row.birth_date}
            for row in unlikely[:MOST_LISTED]
        ],
    }
    jobs.keep_wanted(file_id, {"rows": list(wanted)}, until)
    jobs.keep_result(file_id, shown, until)
    return str(file_id)


def _fault(fault: Fault) -> tuple[int, str, str]:
    """Line, title of the column, and what is wrong: staff see what the cell says."""
    title = TITLES[fault.column - 1] if fault.column else ""
    return fault.row, title, f"{fault.words}: {fault.said}" if fault.said else fault.words


def _names(entries: Any) -> list[str]:
    return sorted((entry.get("name") or "" for entry in entries or []), key=str.casefold)


# --- the page of the check ------------------------------------------------------------------------
@pages.page(
    "clinics/<str:clinic_id>/patients/from-file/<str:file_id>",
    name="clinic_patients_checked",
    needs=_NEEDS,
)
def confirm(request: HttpRequest, clinic_id: str, file_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    # What is wanted is read first: who confirms the file at the same moment leaves either both or the job.
    wanted = jobs.find_wanted(ObjectId(file_id)) if ids.parse_id(file_id) else None
    shown = _find(clinic, file_id)
    if shown is not None and "job" in shown:
        pages.fail(request, CONFIRMED)
        return pages.go(reverse("admin:job", args=[shown["job"]]))
    if shown is None or wanted is None:
        return _again(request, clinic)
    rows = _marked_again(request, clinic, wanted["rows"])
    refused = _refused(clinic, rows)
    typed = clinic.get("name") or str(clinic["_id"])
    what = _what_happens(clinic, rows, refused)
    is_sent = request.method == "POST"
    is_other = is_sent and request.POST.get("seen") != what["seen"]
    if is_other:
        pages.fail(request, CHANGED)
    form = ConfirmForm(request.POST if is_sent and not is_other else None, typed=typed)
    if what["count"] and not is_other and form.is_valid():
        confirmed = Confirmed(file_id, rows, refused, form.cleaned_data["reason"])
        return _begin(request, clinic, shown, confirmed)
    return _render(
        request,
        clinic,
        "patients/staff/from_file_checked.html",
        form=form,
        typed=typed,
        shown=shown,
        titles=TITLES,
        **what,
        status=400 if is_sent else 200,
    )


def _marked_again(
    request: HttpRequest, clinic: Document, rows: Sequence[Document]
) -> list[Document]:
    """As the clinic is now. Other marks are told of as those of the check are: after the event."""
    marked = bulk_files.mark_again(ClinicDocument(clinic), rows, asked_by=pages.signature(request))
    if marked != list(rows):
        _record(request, clinic, rows=len(rows), duplicates=_count_marked(marked))
    return marked


def _count_marked(rows: Sequence[Document]) -> int:
    return sum(bool(row["marks"]) for row in rows)


def _refused(clinic: Document, rows: Sequence[Document]) -> dict[int, list[str]]:
    """Mails that staff cause are not counted."""
    others = bulk_files.lines_of([row for row in rows if not row["marks"]])
    return bulk_creations.refusals(ClinicDocument(clinic), others, invited_by=None)


def _what_happens(
    clinic: Document, rows: Sequence[Document], refused: Mapping[int, list[str]]
) -> dict[str, Any]:
    """What the page says of a file, as the clinic is now: the same numbers in all of its parts."""
    marks = {row["number"]: row["marks"] for row in rows if row["marks"]}
    created = [row for row in rows if not row["marks"] and row["number"] not in refused]
    names = {row["number"]: row["body"]["fullName"] for row in rows}
    left_out = {number: list(words) for number, words in {**marks, **refused}.items()}
    _name_first_lines(left_out, rows)
    return {
        "count": len(created),
        "seen": _seen(created),
        "number_left_out": len(left_out),
        "left_out": _lines(left_out, names),
        "more": max(len(left_out) - MOST_LISTED, 0),
        "beyond": sum(words == [bulk_creations.NO_ROOM] for words in refused.values()),
        "room": plan_limits.room_of(clinic),
        "unchecked": _told_at_once() if _has_unchecked(marks) else None,
        "consequences": _consequences(
            len(created), sum(bool(row["body"].get("email")) for row in created)
        ),
    }


def _seen(created: Iterable[Document]) -> str:
    """What the page shows of what would be done; it is sent with the form, so what begins is what was read."""
    return sha256(",".join(str(row["number"]) for row in created).encode()).hexdigest()


def _name_first_lines(left_out: Mapping[int, list[str]], rows: Sequence[Document]) -> None:
    """In place of words that do not say whose the MRN is: that of another line of the file, or of a patient."""
    lines: dict[str, list[int]] = {}
    for row in rows:
        lines.setdefault(row["body"]["mrn"], []).append(row["number"])
    for row in rows:
        words = left_out.get(row["number"], [])
        if bulk_creations.DUPLICATE_MRN in words:
            others = [line for line in lines[row["body"]["mrn"]] if line != row["number"]]
            at = words.index(bulk_creations.DUPLICATE_MRN)
            words[at] = OF_LINE.format(line=others[0]) if others else OF_PATIENT


def _lines(reasons: Mapping[int, Sequence[str]], names: Mapping[int, str]) -> list[Document]:
    """Those that a page names. `names`: of the patients, as the file has them."""
    return [
        {"line": number, "name": names[number], "words": ", ".join(map(pages.in_words, words))}
        for number, words in sorted(reasons.items())[:MOST_LISTED]
    ]


def _has_unchecked(marks: Mapping[int, Sequence[str]]) -> bool:
    return any(bulk_creations.UNCHECKED_EMAIL in words for words in marks.values())


def _told_at_once() -> dict[str, str]:
    """How many accounts a person is told of, and in which time."""
    number, _, period = settings.TAKEN_ADDRESSES_PER_CALLER.partition("/")
    return {"number": number, "period": period}


def _find(clinic: Document, file_id: str) -> Document | None:
    parsed_id = ids.parse_id(file_id)
    shown = jobs.find_result(parsed_id) if parsed_id else None
    if shown is None or shown.get("clinicId") != clinic["_id"]:
        return None
    return shown if shown["until"] > clock.now() else None


def _again(request: HttpRequest, clinic: Document) -> HttpResponseBase:
    pages.fail(request, NOT_KEPT)
    return pages.go(reverse("admin:clinic_patients_from_file", args=[clinic["_id"]]))


@dataclass(frozen=True, slots=True)
class Confirmed:
    """`rows` with the marks of the check, and `refused`: others that the page has shown as left out. The job tries none
    of both, whatever has become of the reasons."""

    file_id: str
    rows: Sequence[Document]
    refused: Mapping[int, list[str]]
    reason: str

    @property
    def wanted(self) -> list[Document]:
        return [
            {**row, "marks": row["marks"] or self.refused.get(row["number"], [])}
            for row in self.rows
        ]


def _begin(
    request: HttpRequest, clinic: Document, shown: Document, confirmed: Confirmed
) -> HttpResponseBase:
    """The file is given up in the transaction of the job's begin: it stays where the job cannot begin, and who confirms
    it later or at the same moment is led to the job."""
    file_id = ObjectId(confirmed.file_id)

    def take(job_id: str) -> None:
        if jobs.take_wanted(file_id) is None:
            raise Conflict(message=CONFIRMED)
        closures.require_not_requested(clinic["_id"])
        kept = {name: shown[name] for name in ("clinicId", "until")}
        jobs.keep_result(file_id, {**kept, "job": job_id}, shown["until"])

    answer = clinic_jobs.begin(
        request,
        clinic,
        CREATE,
        wanted={"rows": confirmed.wanted},
        options={"format": "csv", "name": "patients-created"},
        scope={"rows": shown["rows"], "duplicates": _count_marked(confirmed.rows)},
        about=pluralized(shown["rows"], "line"),
        reason=confirmed.reason,
        then=take,
    )
    now = _find(clinic, confirmed.file_id)
    if now is None:
        return answer
    if "job" in now:
        return pages.go(reverse("admin:job", args=[now["job"]]))
    return pages.go(request.path)


def _consequences(count: int, addresses: int) -> list[str]:
    accounts = "with an account" if count == 1 else "with an account each"
    return [
        f"{pluralized(count, 'patient')} {accounts}, which the clinic looks after.",
        f"{pluralized(addresses, 'mail')} with an invitation to take over the account."
        if addresses
        else "No mails: there is no address in these lines.",
        "A line that cannot be created then, such as one beyond the plan's limit, is left out, and the rest goes on.",
        "The file of the job says what became of each line.",
    ]


def _render(
    request: HttpRequest, clinic: Document, page: str, *, status: int, **context: Any
) -> HttpResponseBase:
    return pages.render(
        request,
        page,
        title=_TITLE,
        crumbs=[
            *frame.crumbs_of(clinic),
            pages.Crumb("Patients", reverse("admin:clinic_patients", args=[clinic["_id"]])),
        ],
        clinic_id=str(clinic["_id"]),
        status=status,
        **context,
    )
