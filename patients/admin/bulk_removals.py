"""Many patients are removed from a clinic, each as the page of one patient does it."""

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponseBase

from clinic_records.admin import clinic_jobs, readable_clinics
from kernel import jobs
from kernel.db import Document
from kernel.staff import pages
from kernel.templatetags.staff import pluralized
from patients.admin import list_choices, many_patients, removals
from patients.admin.many_patients import PatientsForm, Sample, Work
from patients.services import patients, staff_reads

_TITLE = "Remove many patients"


def _work(task: jobs.Task, items: Sequence[str]) -> jobs.Batch:
    for user_id in items:
        patients.remove_patient(
            clinic_id=task.clinic_id, user_id=user_id, deleted_by=clinic_jobs.signature(task)
        )
        clinic_jobs.record_one(
            task, action=removals.REMOVED, object_type="patient", object_id=user_id
        )
    return jobs.Batch(len(items))


REMOVE = jobs.add(
    jobs.Kind(
        name="patients.remove",
        title="Removal of many patients",
        action="patients.removed",
        sees=removals.NEEDS,
        begins=removals.NEEDS,
        plan=many_patients.plan,
        work=_work,
        names=staff_reads.names_in_clinic,
        page="clinic_patient",
        batch=500,
        is_one_by_one=True,
        names_items=True,
    )
)


@pages.page(
    "clinics/<str:clinic_id>/patients/remove",
    name="clinic_patients_remove",
    needs=removals.NEEDS,
    hides=list_choices.HIDDEN,
    begins_at="clinic_patients",
)
def choose(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    choice = many_patients.choice_of(request)
    form = PatientsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return many_patients.confirm(request, clinic, choice, form, _asked(clinic), title=_TITLE)
    return many_patients.ask(
        request, clinic, choice, form, title=_TITLE, heading="Which patients are removed"
    )


def _asked(clinic: Document) -> Work:
    name = clinic.get("name") or str(clinic["_id"])

    def consequences(count: int, sample: Callable[[], Sample]) -> list[str]:
        return _consequences(name, count, sample())

    return Work(
        kind=REMOVE,
        about=f"Remove from {name}",
        typed=name,
        consequences=consequences,
        options={},
        scope={},
        sent={},
    )


def _consequences(name: str, count: int, sample: Sample) -> list[str]:
    lost = staff_reads.count_what_is_lost(sample.record_ids)
    lines = [
        f"{name} loses {pluralized(count, 'record')} with tags and sites, and its access to the data.",
        removals.ABOUT_OWN_ACCOUNT if not lost["custodial"] else _about_accounts(lost, sample),
        "An archive copy of each record is kept.",
    ]
    if lost["subscribed"]:
        number = f"{lost['subscribed']}{sample.words}"
        lines.append(f"No more reports are sent to the EHR for {number} of these patients.")
    return lines


def _about_accounts(lost: Document, sample: Sample) -> str:
    return (
        f"The clinic looks after the accounts of {lost['custodial']}{sample.words}: those without data are deleted "
        "too; those with data stay and lose their addresses. All other accounts, and the data, stay."
    )
