"""The patients of a clinic as a file: a job, which names its scope before it begins."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import clinic_jobs, frame, readable_clinics
from kernel import jobs
from kernel.db import Document
from kernel.jobs.files import FORMATS, XLSX
from kernel.staff import pages, roles, searches
from kernel.staff.fields import Reason, StaffForm
from patients.admin import list_choices
from patients.admin.list_choices import Choice
from patients.admin.patients import HEADER, MOST_AT_ONCE, MOST_EXPORTED, cells_of, rows_of
from patients.services import patient_lists, patient_tags

_NEEDS = (roles.PATIENTS, roles.EXPORT)


def _plan(task: jobs.Task) -> Iterable[str]:
    readable_clinics.access_clinic(
        str(task.clinic_id)
    )  # one that is gone has no file without patients
    return map(str, list_choices.list_ids(task, limit=MOST_EXPORTED))


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


class ExportForm(StaffForm):
    format = forms.ChoiceField(label="Format", choices=list(FORMATS.items()), initial=XLSX)
    reason = Reason(required=False)


@pages.page(
    "clinics/<str:clinic_id>/patients/export",
    name="clinic_patients_export_job",
    needs=_NEEDS,
    hides=list_choices.HIDDEN,
    begins_at="clinic_patients",
)
def choose(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    is_sent = request.method == "POST"
    form = ExportForm(request.POST) if is_sent else ExportForm()
    choice = list_choices.read(request.POST if is_sent else searches.asked(request))
    if is_sent and form.is_valid():
        return _begin(request, clinic, choice, form)
    return pages.render(
        request,
        "patients/staff/patient_export.html",
        title="Export patients",
        crumbs=[
            *frame.crumbs_of(clinic),
            pages.Crumb("Patients", reverse("admin:clinic_patients", args=[clinic["_id"]])),
        ],
        clinic_id=str(clinic["_id"]),
        form=form,
        columns=HEADER,
        status=400 if is_sent else 200,
        **_scope_shown(clinic, choice),
    )


def _scope_shown(clinic: Document, choice: Choice) -> dict[str, Any]:
    count = _count(clinic, choice)
    return {
        "count": min(count, MOST_EXPORTED),
        "left_out": max(count - MOST_EXPORTED, 0),
        "is_small": count <= MOST_AT_ONCE,
        **list_choices.context(choice, clinic),
    }


def _count(clinic: Document, choice: Choice) -> int:
    page = patient_lists.list_patients(
        clinic_id=str(clinic["_id"]),
        patient_filter=choice.patient_filter,
        ordering=choice.ordering,
        skip=0,
        limit=1,
    )
    return page.count


def _begin(
    request: HttpRequest, clinic: Document, choice: Choice, form: ExportForm
) -> HttpResponseBase:
    chosen = form.cleaned_data["format"]
    return clinic_jobs.begin(
        request,
        clinic,
        EXPORT,
        wanted=choice.asked,
        options={"format": chosen, "name": f"patients-{clinic['_id']}"},
        scope={
            "rows": min(_count(clinic, choice), MOST_EXPORTED),
            "format": chosen,
            "searched": bool(choice.search),
            **({"narrowed": choice.names} if choice.is_narrowed else {}),
            "columns": HEADER,
        },
        about=", ".join((FORMATS[chosen], *(f"narrowed by {title}" for title in choice.titles))),
        narrowed=choice.in_words(clinic),
        typed=choice.search,
        reason=form.cleaned_data["reason"],
    )
