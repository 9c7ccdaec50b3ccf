"""A tag is given to many patients of a clinic, or taken from them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase

from clinic_records.admin import readable_clinics
from kernel import jobs
from kernel.staff import pages, roles
from patients.admin import list_choices, many_patients
from patients.admin.many_patients import PatientsForm, Work
from patients.services import patient_tags, staff_reads

ADD, REMOVE = "add", "remove"
_CHANGES = {ADD: "Give the tag", REMOVE: "Take the tag away"}
_TITLE = "Tag many patients"
_UNCHANGED = "Who has the tag already, or has it no longer, is left as it is."
_NEEDS = (roles.PATIENTS, roles.CARE)


def _work(task: jobs.Task, items: Sequence[str]) -> jobs.Batch:
    is_added = task.options["change"] == ADD
    change = patient_tags.assign_tag if is_added else patient_tags.remove_tag
    whom = {
        "clinic_id": str(task.clinic_id), "tag_id": task.options["tag"], "user_ids": list(items)
    }  # fmt: skip
    left_out = patient_tags.unchanged_by(is_added=is_added, **whom)
    return jobs.Batch(change(**whom), left_out=left_out)


TAG = jobs.add(
    jobs.Kind(
        name="patients.tag",
        title="Tag of many patients",
        action="patients.tagged",
        sees=_NEEDS,
        begins=_NEEDS,
        plan=many_patients.plan,
        work=_work,
        names=staff_reads.names_in_clinic,
        page="clinic_patient",
        batch=500,
        is_atomic=True,
        names_items=True,
    )
)


class TagForm(PatientsForm):
    change = forms.ChoiceField(label="What", choices=list(_CHANGES.items()))
    chosen = forms.ChoiceField(label="Tag")

    def __init__(self, data: Any = None, *, tags: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.order_fields(["change", "chosen"])
        self.names = dict(tags)
        self.fields["chosen"].choices = list(tags)  # type: ignore[attr-defined]


@pages.page(
    "clinics/<str:clinic_id>/patients/tag",
    name="clinic_patients_tag",
    needs=_NEEDS,
    hides=list_choices.HIDDEN,
    begins_at="clinic_patients",
)
def choose(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    choice = many_patients.choice_of(request)
    form = TagForm(request.POST or None, tags=list_choices.context(choice, clinic)["tags"])
    if form.is_valid():
        return many_patients.confirm(request, clinic, choice, form, _asked(form), title=_TITLE)
    return many_patients.ask(
        request,
        clinic,
        choice,
        form,
        title=_TITLE,
        heading="Which patients, which tag",
        missing=None if form.names else _NO_TAGS,
    )


_NO_TAGS = {
    "icon": "label_off",
    "heading": "The clinic has no tags",
    "text": "Tags are added on the page of tags and sites.",
}


def _asked(form: TagForm) -> Work:
    change, tag = form.cleaned_data["change"], form.cleaned_data["chosen"]
    return Work(
        kind=TAG,
        about=f"{_CHANGES[change]}: {form.names[tag]}",
        typed=form.names[tag],
        consequences=lambda *_: [_UNCHANGED],
        options={"change": change, "tag": tag},
        scope={"change": change, "tag": tag},
        sent={},
    )
