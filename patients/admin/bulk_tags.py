"""A tag is given to many patients of a clinic, or taken from them: those of the list, or those that someone pastes."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse

from clinic_records.admin import clinic_jobs, frame, readable_clinics
from clinic_records.admin.removals import RemovalForm
from clinic_records.services import closures
from kernel import jobs
from kernel.api import schema
from kernel.db import Document
from kernel.staff import pages, roles
from kernel.staff.fields import StaffForm, hold, normal
from patients.admin import list_choices
from patients.admin.list_choices import Choice
from patients.admin.patients import MOST_EXPORTED
from patients.services import patient_lists, patient_tags, staff_reads
from patients.services.staff_reads import Pasted

ADD, REMOVE = "add", "remove"
_CHANGES = {ADD: "Give the tag", REMOVE: "Take the tag away"}
_MOST_NAMED = 10
_MOST_PASTED = 1_000
_LONGEST_PASTED = 100_000
_LINE = schema.name(max_length=250)
NO_ONE = "There is no patient among these"
_NEEDS = (roles.PATIENTS, roles.CARE)


def _plan(task: jobs.Task) -> Iterable[str]:
    if "userIds" in task.wanted:
        return list(task.wanted["userIds"])
    return staff_reads.user_ids_of(list_choices.list_ids(task, limit=MOST_EXPORTED))


def _work(task: jobs.Task, items: Sequence[str]) -> jobs.Batch:
    closures.require_open(task.clinic_id)
    is_added = task.options["change"] == ADD
    change = patient_tags.assign_tag if is_added else patient_tags.remove_tag
    changed = change(
        clinic_id=str(task.clinic_id), tag_id=task.options["tag"], user_ids=list(items)
    )
    return jobs.Batch(changed)


TAG = jobs.add(
    jobs.Kind(
        name="patients.tag",
        title="Tag of many patients",
        action="patients.tagged",
        sees=_NEEDS,
        begins=_NEEDS,
        plan=_plan,
        work=_work,
        batch=500,
        is_atomic=True,
        names_items=True,
    )
)


class TagForm(StaffForm):
    change = forms.ChoiceField(label="What", choices=list(_CHANGES.items()))
    chosen = forms.ChoiceField(label="Tag")
    pasted = forms.CharField(
        label="Only these patients",
        required=False,
        max_length=_LONGEST_PASTED,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        help_text=f"User ids or MRNs, one a line, at most {_MOST_PASTED}. Empty: all patients above.",
    )

    def __init__(self, data: Any = None, *, tags: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.names = dict(tags)
        self.fields["chosen"].choices = list(tags)  # type: ignore[attr-defined]

    def clean_pasted(self) -> list[str]:
        typed = re.split(r"\r\n|\r|\n", self.cleaned_data["pasted"])
        lines = list(dict.fromkeys(line for text in typed if (line := normal(_LINE, text))))
        for line in lines:
            hold(_LINE, line)
        if len(lines) > _MOST_PASTED:
            message = f"These are too many: at most {_MOST_PASTED} are allowed."
            raise forms.ValidationError(message)
        return lines

    @property
    def about(self) -> str:
        """What the job does, in words."""
        change = _CHANGES[self.cleaned_data["change"]]
        return f"{change}: {self.names[self.cleaned_data['chosen']]}"


class ConfirmForm(RemovalForm):
    wrong_text = "The text does not match; nothing was begun."


@pages.page("clinics/<str:clinic_id>/patients/tag", name="clinic_patients_tag", needs=_NEEDS)
def choose(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """What is asked for, then whom it is about, then the job."""
    clinic = readable_clinics.access_clinic(clinic_id)
    choice = list_choices.read(request.POST if request.method == "POST" else request.GET)
    context = list_choices.context(choice, clinic)
    form = TagForm(request.POST or None, tags=context["tags"])
    if form.is_valid():
        return _confirm(request, clinic, choice, form)
    return _render(
        request,
        clinic,
        "patients/staff/bulk_tag.html",
        form=form,
        count=_page(clinic, choice, 1).count,
        status=400 if form.is_bound else 200,
        **context,
    )


def _render(
    request: HttpRequest, clinic: Document, template: str, **context: Any
) -> HttpResponseBase:
    return pages.render(
        request,
        template,
        title="Tag many patients",
        crumbs=[
            *frame.crumbs_of(clinic),
            pages.Crumb("Patients", reverse("admin:clinic_patients", args=[clinic["_id"]])),
        ],
        clinic_id=str(clinic["_id"]),
        **context,
    )


def _page(clinic: Document, choice: Choice, limit: int) -> patient_lists.PatientPage:
    return patient_lists.list_patients(
        clinic_id=str(clinic["_id"]),
        patient_filter=choice.patient_filter,
        ordering=choice.ordering,
        skip=0,
        limit=limit,
    )


def _confirm(
    request: HttpRequest, clinic: Document, choice: Choice, form: TagForm
) -> HttpResponseBase:
    lines = form.cleaned_data["pasted"]
    pasted = staff_reads.find_pasted(clinic["_id"], lines) if lines else None
    typed = form.names[form.cleaned_data["chosen"]]
    confirmed = "confirmed" in request.POST
    confirm = ConfirmForm(request.POST if confirmed else None, typed=typed)
    if confirm.is_valid() and (pasted is None or pasted.patients):
        return _begin(request, clinic, choice, form, pasted, confirm.cleaned_data["reason"])
    named, count = _first(clinic, choice, pasted)
    pages.record_view_of_patients(
        request,
        clinic_id=clinic["_id"],
        user_ids=[patient["userId"] for patient in named],
        searched=bool(choice.search or lines),
    )
    return _render(
        request,
        clinic,
        "patients/staff/bulk_tag_confirm.html",
        about=form.about,
        typed=typed,
        form=confirm,
        sent=_sent(request.POST, choice),
        count=count,
        named=named,
        more=count - len(named),
        pasted=pasted,
        problem="" if count else NO_ONE,
        choice=choice,
        status=400 if confirmed else 200,
    )


def _sent(posted: QueryDict, choice: Choice) -> dict[str, str]:
    """What the form of the confirmation repeats."""
    return {**choice.asked, **{name: posted.get(name, "") for name in TagForm.base_fields}}


def _first(
    clinic: Document, choice: Choice, pasted: Pasted | None
) -> tuple[Sequence[Document], int]:
    if pasted is not None:
        return pasted.patients[:_MOST_NAMED], len(pasted.patients)
    page = _page(clinic, choice, _MOST_NAMED)
    return page.documents, min(page.count, MOST_EXPORTED)


def _begin(
    request: HttpRequest,
    clinic: Document,
    choice: Choice,
    form: TagForm,
    pasted: Pasted | None,
    reason: str,
) -> HttpResponseBase:
    change, tag = form.cleaned_data["change"], form.cleaned_data["chosen"]
    scope: dict[str, Any] = {"change": change, "tag": tag}
    if pasted is not None:
        wanted: dict[str, Any] = {"userIds": [patient["userId"] for patient in pasted.patients]}
        scope |= {"patients": wanted["userIds"]}
    else:
        wanted = choice.asked
        scope |= {"count": _page(clinic, choice, 1).count, "narrowed": choice.names}
    return clinic_jobs.begin(
        request,
        clinic,
        TAG,
        wanted=wanted,
        options={"change": change, "tag": tag},
        scope=scope,
        about=form.about,
        reason=reason,
    )
