"""How staff choose many patients of a clinic for a job: those of the list, or those that someone pastes.

A kind of job adds its form and what becomes of the patients. One page asks, the next one says whom it would be about,
and a typed text and a reason begin the job.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from django import forms
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse

from clinic_records.admin import clinic_jobs, frame
from clinic_records.admin.clinic_jobs import ConfirmForm
from kernel import jobs
from kernel.api import schema
from kernel.db import Document
from kernel.staff import pages, searches
from kernel.staff.exports import MOST
from kernel.staff.fields import StaffForm, hold, normal
from patients.admin import list_choices
from patients.admin.list_choices import Choice
from patients.services import patient_lists, staff_reads
from patients.services.staff_reads import Pasted

NO_ONE = "There is no patient among these"
CHANGED = "The list has changed meanwhile. Read whom it is about now"
NO_PATIENT, SEVERAL_PATIENTS = "a value that names no patient", "a value that several patients have"
_MOST_NAMED = 10
_MOST_PASTED = 1_000
_MOST_SAMPLED = 200
_LONGEST_PASTED = 100_000
_LINE = schema.name(max_length=250)


class PatientsForm(StaffForm):
    """What every such page asks for. A kind adds its own fields, and puts them first."""

    pasted = forms.CharField(
        label="Only these patients",
        required=False,
        max_length=_LONGEST_PASTED,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        help_text=(
            "User ids, MRNs, e-mail addresses or full names, one a line or with commas or semicolons between them, at "
            f"most {_MOST_PASTED}. Empty: all patients above."
        ),
    )

    def clean_pasted(self) -> list[str]:
        typed = re.split(r"\r\n|\r|\n", self.cleaned_data["pasted"])
        lines = list(dict.fromkeys(line for text in typed if (line := normal(_LINE, text))))
        values = [value for line in lines for value in staff_reads.parts_of(line)]
        for value in values:
            hold(_LINE, value)
        if len(values) > _MOST_PASTED:
            message = f"These are too many: at most {_MOST_PASTED} are allowed."
            raise forms.ValidationError(message)
        return lines


@dataclass(frozen=True, slots=True)
class Sample:
    """Record ids of the chosen patients: of all of them, or of the first, if they are very many."""

    record_ids: Sequence[ObjectId]
    is_part: bool

    @property
    def words(self) -> str:
        """What a number that was found in it is about."""
        return f" of the first {len(self.record_ids)}" if self.is_part else ""


@dataclass(frozen=True, slots=True)
class Work:
    """What a page would have done. `about` and `consequences` are in words; `consequences` may look at the patients.
    `options` and `scope` are those of the job and of its first event; `sent`: what of the form the confirmation
    repeats, if it is not what was posted."""

    kind: jobs.Kind
    about: str
    typed: str
    consequences: Callable[[int, Callable[[], Sample]], Sequence[str]]
    options: Mapping[str, Any]
    scope: Mapping[str, Any]
    sent: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """`named`: the first, whom the page names; `count`: how many they all are."""

    clinic: Document
    choice: Choice
    pasted: Pasted | None
    named: Sequence[Document]
    count: int

    def sample(self) -> Sample:
        if self.pasted is not None:
            return Sample([patient["_id"] for patient in self.pasted.patients], is_part=False)
        found = patient_lists.list_ids(
            self.clinic["_id"],
            self.choice.patient_filter,
            self.choice.ordering,
            limit=_MOST_SAMPLED,
        )
        return Sample(found, is_part=self.count > len(found))


def _chosen(clinic: Document, choice: Choice, lines: Sequence[str]) -> _Chosen:
    if lines:
        pasted = staff_reads.find_pasted(clinic["_id"], lines)
        named, count = pasted.patients[:_MOST_NAMED], len(pasted.patients)
        return _Chosen(clinic, choice, pasted, named, count)
    found = _page(clinic, choice, _MOST_NAMED)
    return _Chosen(clinic, choice, None, found.documents, min(found.count, MOST))


# --- the job --------------------------------------------------------------------------------------
def plan(task: jobs.Task) -> Iterable[str]:
    """The user ids of a job that began on these pages."""
    if "userIds" in task.wanted:
        return list(task.wanted["userIds"])
    return staff_reads.user_ids_of(list_choices.list_ids(task, limit=MOST))


# --- the pages ------------------------------------------------------------------------------------
def choice_of(request: HttpRequest) -> Choice:
    return list_choices.read(request.POST if request.method == "POST" else searches.asked(request))


def _page(clinic: Document, choice: Choice, limit: int) -> patient_lists.PatientPage:
    return patient_lists.list_patients(
        clinic_id=str(clinic["_id"]),
        patient_filter=choice.patient_filter,
        ordering=choice.ordering,
        skip=0,
        limit=limit,
    )


def ask(
    request: HttpRequest,
    clinic: Document,
    choice: Choice,
    form: PatientsForm,
    *,
    title: str,
    heading: str,
    **context: Any,
) -> HttpResponseBase:
    """The page that asks."""
    return _render(
        request,
        clinic,
        "patients/staff/many_choose.html",
        title=title,
        heading=heading,
        form=form,
        count=_page(clinic, choice, 1).count,
        status=400 if form.is_bound else 200,
        **list_choices.context(choice, clinic),
        **context,
    )


def _render(
    request: HttpRequest, clinic: Document, template: str, **context: Any
) -> HttpResponseBase:
    return pages.render(
        request,
        template,
        crumbs=[
            *frame.crumbs_of(clinic),
            pages.Crumb("Patients", reverse("admin:clinic_patients", args=[clinic["_id"]])),
        ],
        clinic_id=str(clinic["_id"]),
        **context,
    )


def confirm(
    request: HttpRequest,
    clinic: Document,
    choice: Choice,
    form: PatientsForm,
    work: Work,
    *,
    title: str,
) -> HttpResponseBase:
    """The page that says whom it would be about, and begins the job when that is confirmed."""
    lines = form.cleaned_data["pasted"]
    chosen = _chosen(clinic, choice, lines)
    is_sent = "confirmed" in request.POST
    typed = ConfirmForm(request.POST if is_sent else None, typed=work.typed)
    problem = _problem(request.POST, chosen.count, is_sent=is_sent)
    if typed.is_valid() and not problem:
        return _begin(request, chosen, work, typed.cleaned_data["reason"])
    pages.record_view_of_patients(
        request,
        clinic_id=clinic["_id"],
        user_ids=[patient["userId"] for patient in chosen.named],
        searched=bool(choice.search or lines),
    )
    return _render(
        request,
        clinic,
        "patients/staff/many_confirm.html",
        title=title,
        work=work,
        consequences=work.consequences(chosen.count, chosen.sample) if chosen.count else (),
        form=typed,
        sent={
            **choice.asked,
            **{name: request.POST.get(name, "") for name in form.fields},
            **work.sent,
            "counted": str(chosen.count),
        },
        count=chosen.count,
        named=chosen.named,
        more=chosen.count - len(chosen.named),
        pasted=chosen.pasted,
        problem=problem,
        chosen=[] if lines else list_choices.shown_in_words(choice, clinic),
        choice=choice,
        status=400 if is_sent else 200,
    )


def _problem(posted: QueryDict, count: int, *, is_sent: bool) -> str:
    """What is confirmed is the number that was shown."""
    if not count:
        return NO_ONE
    return CHANGED if is_sent and posted.get("counted") != str(count) else ""


def _begin(request: HttpRequest, chosen: _Chosen, work: Work, reason: str) -> HttpResponseBase:
    scope = dict(work.scope)
    if chosen.pasted is not None:
        wanted: Mapping[str, Any] = {
            "userIds": [patient["userId"] for patient in chosen.pasted.patients]
        }
        scope |= {"patients": wanted["userIds"]}
        narrowed, typed = [("Patients", "those who were pasted")], ""
    else:
        wanted = chosen.choice.asked
        scope |= {"count": chosen.count, "narrowed": chosen.choice.names}
        narrowed, typed = chosen.choice.in_words(chosen.clinic), chosen.choice.search
    return clinic_jobs.begin(
        request,
        chosen.clinic,
        work.kind,
        wanted=wanted,
        options=work.options,
        scope=scope,
        about=work.about,
        narrowed=narrowed,
        typed=typed,
        left_out=_left_out(chosen.pasted),
        reason=reason,
    )


def _left_out(pasted: Pasted | None) -> dict[str, int]:
    """How many of the pasted values name no one patient; what they were is not kept."""
    if pasted is None:
        return {}
    counts = {NO_PATIENT: len(pasted.unknown), SEVERAL_PATIENTS: len(pasted.ambiguous)}
    return {why: count for why, count in counts.items() if count}
