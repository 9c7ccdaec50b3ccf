"""The patients of a clinic as a file."""

from collections.abc import Iterable, Mapping, Sequence

from django.http import HttpRequest
from django.urls import reverse

from clinic_records.admin import clinic_jobs, frame, readable_clinics
from kernel import jobs
from kernel.db import Document
from kernel.staff import exports, pages, roles
from kernel.staff.exports import Asked, Export
from patients.admin import list_choices
from patients.admin.list_choices import Choice
from patients.admin.patients import HEADER, cells_of, rows_of
from patients.services import patient_lists, patient_tags

_NEEDS = (roles.PATIENTS, roles.EXPORT)


def _plan(task: jobs.Task) -> Iterable[str]:
    readable_clinics.access_clinic(
        str(task.clinic_id)
    )  # one that is gone has no file without patients
    return map(str, list_choices.list_ids(task, limit=exports.MOST))


def _work(task: jobs.Task, items: Sequence[str]) -> jobs.Batch:
    clinic = readable_clinics.access_clinic(str(task.clinic_id))
    documents = patient_lists.list_by_ids(task.clinic_id, items)
    rows = [cells_of(row) for row in rows_of(documents, clinic)]
    found = {str(document["_id"]) for document in documents}
    gone = [item for item in items if item not in found]
    return jobs.Batch(len(rows), rows, {patient_tags.GONE: gone} if gone else {})


EXPORT = jobs.add(
    jobs.Kind(
        name="patients.export",
        title="Export of patients",
        action="patients.export",
        sees=_NEEDS,
        begins=_NEEDS,
        plan=_plan,
        work=_work,
        batch=500,
        header=tuple(HEADER),
    )
)


def _read(request: HttpRequest, fields: Mapping[str, str], clinic_id: str) -> Asked:
    clinic = readable_clinics.access_clinic(clinic_id)
    choice = list_choices.read(fields)
    count = _count(clinic, choice, is_exact=request.method == "POST")
    return Asked(
        name=f"patients-{exports.name_of(clinic)}",
        count=min(count, exports.MOST),
        left_out=max(count - exports.MOST, 0),
        wanted=choice.asked,
        clinic=clinic,
        narrowed=choice.in_words(clinic),
        about=choice.titles,
        typed=choice.search,
        order=choice.order_in_words,
        names=[name for name in choice.names if name != "search"],
        crumbs=[
            *frame.crumbs_of(clinic),
            pages.Crumb("Patients", reverse("admin:clinic_patients", args=[clinic["_id"]])),
        ],
    )


def _count(clinic: Document, choice: Choice, *, is_exact: bool) -> int:
    """As the list shows it, from what is kept where it can be; what decides about a file and is recorded is counted."""
    if is_exact:
        return patient_lists.count_patients(clinic["_id"], choice.patient_filter)
    page = patient_lists.list_patients(
        clinic_id=str(clinic["_id"]),
        patient_filter=choice.patient_filter,
        ordering=choice.ordering,
        skip=0,
        limit=1,
    )
    return page.count


exports.add(
    Export(
        kind=EXPORT,
        read=_read,
        list_page="clinic_patients",
        rows="patients",
        begin=clinic_jobs.begin,
    ),
    route="clinics/<str:clinic_id>/patients/export",
    name="clinic_patients_export",
    hides=list_choices.HIDDEN,
)
