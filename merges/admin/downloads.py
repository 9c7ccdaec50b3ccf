"""The report of a plan as a workbook. It has every patient of both clinics: an export of patients. That of small
clinics is made while the browser waits, that of large ones by a job."""

from collections.abc import Iterable, Sequence
from tempfile import TemporaryFile
from typing import IO

from bson import ObjectId
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import clinic_jobs
from clinic_records.services import access
from kernel import jobs
from kernel.db import Document
from kernel.errors import BadRequest, Busy
from kernel.jobs.files import TYPES, XLSX
from kernel.staff import exports, pages, roles
from merges.admin import sizes
from merges.plan.model import MergePlan
from merges.services import audit_trail, planning, reports

NEEDS = (roles.DESTROY, roles.PATIENTS, roles.EXPORT)
BY_JOB = "The clinics have so many patients that a job makes the workbook: begin it here."


@pages.page(
    "merges/plan/<str:source_id>/<str:target_id>/report.xlsx", name="merge_report", needs=NEEDS
)
def report(request: HttpRequest, source_id: str, target_id: str) -> HttpResponseBase:
    """Recorded with the number of patients before the file is sent."""
    try:
        if sizes.are_large(source_id, target_id):
            pages.fail(request, BY_JOB)
            return pages.go(reverse("admin:merge_plan", args=[source_id, target_id]))
        reports.require_whole(source_id, target_id)
        plan = planning.read_plan(source_id=source_id, target_id=target_id)
    except BadRequest as error:
        pages.fail(request, error)
        return pages.go(reverse("admin:merge_choose"))
    except Busy as error:
        pages.fail(request, error)
        return pages.go(reverse("admin:merge_plan", args=[source_id, target_id]))
    sides = ({"_id": side.id, "name": side.name} for side in (plan.source, plan.target))
    audit_trail.record_report(plan, requested_by=pages.signature(request))
    file = TemporaryFile()  # noqa: SIM115 (the response closes it)
    reports.write_workbook(plan, file)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{_name_of(*sides)}.{XLSX}", content_type=TYPES[XLSX]
    )


def _name_of(source: Document, target: Document) -> str:
    """The file's name, without its ending."""
    return f"merge-report-{exports.name_of(source)}-into-{exports.name_of(target)}"


# --- of large clinics -----------------------------------------------------------------------------
def _note_export(task: jobs.Task, _: Sequence[str]) -> jobs.Batch:
    """Before the file is made, once, in the histories of both clinics."""
    audit_trail.record_export(
        *map(_exported, (task.clinic_id, task.options["target"])),
        requested_by=clinic_jobs.signature(task),
        job=str(task.id),
    )
    return jobs.Batch(1)


def _exported(clinic_id: ObjectId) -> audit_trail.Exported:
    name = access.access_clinic(clinic_id).get("name") or ""
    return audit_trail.Exported(clinic_id, name, sizes.patients_of(clinic_id))


def _write(task: jobs.Task, file: IO[bytes], _: Iterable[list[str]]) -> None:
    reports.write_workbook(_read_plan(task), file)


def _read_plan(task: jobs.Task) -> MergePlan:
    return planning.read_plan(source_id=str(task.clinic_id), target_id=str(task.options["target"]))


WORKBOOK = jobs.add(
    jobs.Kind(
        name="merges.workbook",
        title="Workbook of a merge",
        action="merge.workbook_made",
        sees=NEEDS,
        begins=NEEDS,
        plan=lambda _: ["workbook"],
        work=_note_export,
        is_atomic=True,
        items="workbooks",
        requires=lambda task: reports.require_whole(task.clinic_id, task.options["target"]),
        write=_write,
    )
)


@pages.page(
    "merges/plan/<str:source_id>/<str:target_id>/workbook",
    name="merge_report_job",
    needs=NEEDS,
    posts_only=True,
)
def begin(request: HttpRequest, source_id: str, target_id: str) -> HttpResponseBase:
    """Leads to the page of the job, where the file is fetched."""
    try:
        sides = planning.parse_pair(source_id, target_id)
    except BadRequest as error:
        pages.fail(request, error)
        return pages.go(reverse("admin:merge_choose"))
    source, target = map(access.access_clinic, sides)
    return _begin(request, source, target)


def _begin(request: HttpRequest, source: Document, target: Document) -> HttpResponseBase:
    rows = sizes.patients_of(source["_id"]) + sizes.patients_of(target["_id"])
    name = _name_of(source, target)
    return clinic_jobs.begin(
        request,
        source,
        WORKBOOK,
        wanted={},
        options={"target": target["_id"], "format": XLSX, "name": name},
        scope={"target": str(target["_id"]), "rows": rows},
        about=f"into {target.get('name') or target['_id']}",
        reason="",
    )
