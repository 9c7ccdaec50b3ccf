"""Many patients go to another clinic, each as on the page that moves one."""

from collections.abc import Callable, Sequence
from typing import Any

from bson import ObjectId
from django import forms
from django.http import HttpRequest, HttpResponseBase

from clinic_records.admin import clinic_jobs, readable_clinics
from clinic_records.services import access, closures
from clinics.admin import meant, patient_moves
from kernel import clock, jobs, safe_reading
from kernel.api import schema
from kernel.db import Document
from kernel.errors import Busy
from kernel.staff import pages
from kernel.staff.fields import Text
from kernel.templatetags.staff import pluralized
from patients.admin import list_choices, many_patients
from patients.admin.many_patients import PatientsForm, Sample, Work
from patients.services import moves, patient_counts, plan_limits
from patients.services import staff_reads as patient_reads

_TITLE = "Move many patients"
NO_CLINIC = "No other clinic has this name, share code or id."


def _requires(task: jobs.Task) -> None:
    for clinic_id in (task.clinic_id, task.options["to"]):
        access.access_clinic(clinic_id)


def _work(task: jobs.Task, items: Sequence[str]) -> jobs.Batch:
    clinics = task.clinic_id, ObjectId(task.options["to"])
    for user_id in items:
        moves.move_patient(clinic_id=clinics[0], user_id=user_id, target_id=clinics[1])
        for clinic_id in clinics:
            clinic_jobs.record_one(
                task,
                action=patient_moves.MOVED,
                object_type="patient",
                object_id=user_id,
                clinic_id=clinic_id,
                scope={"from": str(clinics[0]), "to": str(clinics[1])},
            )
    return jobs.Batch(len(items))


MOVE = jobs.add(
    jobs.Kind(
        name="patients.move",
        title="Move of many patients",
        action="patients.moved",
        sees=patient_moves.NEEDS,
        begins=patient_moves.NEEDS,
        plan=many_patients.plan,
        requires=_requires,
        work=_work,
        names=patient_reads.names_in_clinic,
        page="clinic_patient",
        batch=500,
        is_one_by_one=True,
        names_items=True,
    )
)


class MoveForm(PatientsForm):
    to = Text(
        schema.name(max_length=250),
        label="To which clinic",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=meant.HELP,
    )

    def __init__(self, data: Any = None, *, clinic: Document) -> None:
        super().__init__(data)
        self.order_fields(["to"])
        self._clinic = clinic

    def clean_to(self) -> Document:
        """The one other clinic that is meant."""
        others = meant.list_meant(self.cleaned_data["to"], besides=self._clinic["_id"])
        found = meant.only(others, none=NO_CLINIC)
        try:
            for clinic in (self._clinic, found):
                closures.require_free(clinic["_id"])
        except Busy as error:
            raise forms.ValidationError(pages.sentence(error.message)) from None
        return readable_clinics.access_clinic(str(found["_id"]))


@pages.page(
    "clinics/<str:clinic_id>/patients/move",
    name="clinic_patients_move",
    needs=patient_moves.NEEDS,
    hides=list_choices.HIDDEN,
    begins_at="clinic_patients",
)
def choose(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """No clinic is chosen beforehand."""
    clinic = readable_clinics.access_clinic(clinic_id)
    choice = many_patients.choice_of(request)
    form = MoveForm(request.POST or None, clinic=clinic)
    if form.is_valid():
        work = _asked(clinic, form.cleaned_data["to"])
        return many_patients.confirm(request, clinic, choice, form, work, title=_TITLE)
    return many_patients.ask(
        request, clinic, choice, form, title=_TITLE, heading="Which patients, to which clinic"
    )


def _asked(clinic: Document, target: Document) -> Work:
    target_id = str(target["_id"])

    def consequences(count: int, sample: Callable[[], Sample]) -> list[str]:
        return [*_lines(clinic, target, count), *_lines_of_patients(sample()), *_rules(target)]

    return Work(
        kind=MOVE,
        about=f"Move to {meant.named(target)}",
        typed=clinic.get("name") or str(clinic["_id"]),
        consequences=consequences,
        options={"to": target_id},
        scope={"from": str(clinic["_id"]), "to": target_id},
        sent={"to": target_id},
    )


def _lines(clinic: Document, target: Document, count: int) -> list[str]:
    stored, stored_target = (access.access_clinic(one["_id"]) for one in (clinic, target))
    return [
        f"From {meant.named(clinic)} to {meant.named(target)}: {pluralized(count, 'patient')}.",
        f"Members of {clinic.get('name')} lose access; those of {target.get('name')} get it.",
        patient_moves.KEPT,
        *patient_moves.lines_of_lost(*moves.list_lost(stored, stored_target)),
    ]


def _lines_of_patients(sample: Sample) -> list[str]:
    subscribed = patient_reads.count_what_is_lost(sample.record_ids)["subscribed"]
    if not subscribed:
        return []
    number = f"{subscribed}{sample.words}"
    return [f"Reports to the health record are switched off for {number}, until a new order comes."]


def _rules(target: Document) -> list[str]:
    """Who would be left out."""
    name = target.get("name")
    stored = access.access_clinic(target["_id"])
    lines = [
        f"Who is a patient of {name} already stays where they are, and the page of the job says so."
    ]
    rules = safe_reading.mapping(stored.get("mrnSettings"))
    if rules.get("required") is True:
        lines.append(f"So does who has no MRN: {name} requires one.")
    if rules.get("unique") is True:
        lines.append(f"So does whose MRN a patient of {name} has: they are unique there.")
    limit = plan_limits.plan_limit(stored, clock.now())
    if limit is not None:
        plan = patient_counts.plan_of(stored["_id"])
        lines.append(
            f"{name} has {plan} of at most {limit} plan patients: who would be beyond stays, too."
        )
    return lines
