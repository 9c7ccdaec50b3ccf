"""Test match: staff paste a message of the health record, or take a sample, and see what the clinic's saved settings
would make of it. Each way into the health record says how it reads and tries a message."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import frame, readable_clinics
from clinic_records.services import access
from ehr.reading import Unreadable
from kernel.db import Document
from kernel.staff import pages, roles
from kernel.staff.fields import StaffForm
from patients.admin import readable_patients


class Trial(Protocol):
    """As far as the message would get. `clinic` None: it reaches none."""

    @property
    def clinic(self) -> Document | None: ...

    @property
    def patients(self) -> Sequence[Document]: ...


TrialT = TypeVar("TrialT", bound=Trial)


class UnusableMessage(Exception):
    """Why what was pasted is no message, in words."""


@dataclass(frozen=True, slots=True)
class Tester(Generic[TrialT]):
    """`read` raises UnusableMessage; `sample` raises Unreadable where the settings are broken. `shown`: what the
    template shows beside what all have; `scope`: what the event of the look says of the trial."""

    template: str
    label: str
    largest: int
    read: Callable[[bytes], Document]
    sample: Callable[[Document], Document]
    try_message: Callable[[Document], TrialT]
    shown: Callable[[TrialT], Mapping[str, Any]]
    scope: Callable[[TrialT], Mapping[str, Any]]


def answer(request: HttpRequest, clinic_id: str, tester: Tester[Any]) -> HttpResponseBase:
    stored = access.access_clinic(clinic_id)
    clinic = readable_clinics.clinic(stored)
    form = _form_of(tester)(request.POST or None, initial={"order": _sample(tester, stored)})
    is_tried = request.method == "POST" and form.is_valid()
    trial = tester.try_message(form.cleaned_data["order"]) if is_tried else None
    return pages.render(
        request,
        tester.template,
        title="Test an order",
        crumbs=frame.crumbs_of(clinic),
        clinic_id=str(clinic["_id"]),
        settings_url=reverse("admin:clinic_settings", args=[clinic["_id"], "ehr"]),
        form=form,
        result=_result(request, clinic, tester, trial) if trial else {},
        status=400 if form.errors else 200,
    )


def _form_of(tester: Tester[Any]) -> type[StaffForm]:
    class OrderForm(StaffForm):
        order = forms.CharField(
            label=tester.label,
            max_length=tester.largest,
            widget=forms.Textarea(
                attrs={
                    "rows": 16,
                    "class": "st-code",
                    "autocomplete": "off",
                    "spellcheck": "false",
                }
            ),
            help_text="It is matched, and neither stored nor carried out. Delete what the match does not need.",
        )

        def clean_order(self) -> Document:
            try:
                return tester.read(self.cleaned_data["order"].encode())
            except UnusableMessage as error:
                message = f"This cannot be read: {error}."
                raise forms.ValidationError(message) from None

    return OrderForm


def _sample(tester: Tester[Any], stored: Document) -> str:
    try:
        return json.dumps(tester.sample(stored), indent=2, ensure_ascii=False)
    except Unreadable:
        return ""


def _result(
    request: HttpRequest, clinic: Document, tester: Tester[Any], trial: Trial
) -> dict[str, Any]:
    """Patients are named to those who see patients, and only if they are this clinic's."""
    is_here = trial.clinic is not None and trial.clinic["_id"] == clinic["_id"]
    shown = trial.patients if is_here else ()
    pages.record_view(
        request,
        action="ehr.match_tested",
        object_type="clinic",
        object_id=str(clinic["_id"]),
        clinic_id=clinic["_id"],
        scope={**tester.scope(trial), "patients": [str(patient["userId"]) for patient in shown]},
    )
    return {
        "trial": trial,
        "is_here": is_here,
        "clinic_name": _name_of(trial.clinic),
        "patients": [_row(patient) for patient in shown],
        "shows_names": pages.has(request, roles.PATIENTS),
        **tester.shown(trial),
    }


def _name_of(clinic: Document | None) -> str:
    if clinic is None:
        return ""
    return str(readable_clinics.clinic(clinic).get("name") or clinic["_id"])


def _row(patient: Document) -> dict[str, Any]:
    readable = readable_patients.patient(patient)
    return {**readable, "id": str(patient["userId"])}
