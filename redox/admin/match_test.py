"""Test match: staff paste an order, or take a sample, and see what the clinic's saved settings would make of it."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import frame, readable_clinics
from clinic_records.services import access
from clinics.choices import Procedure
from ehr.reading import Unreadable
from kernel.db import Document
from kernel.staff import pages, roles
from kernel.staff.fields import StaffForm
from patients.admin import readable_patients
from redox.messages import bodies
from redox.messages.bodies import UnreadableBody
from redox.messages.orders import LARGEST
from redox.services import match_trials, orders
from redox.services.match_trials import Trial

_NONE = "No patient matches: the health record is told “" + orders.NO_MATCH + "”."
_SEVERAL = "Several patients match: the health record is told “" + orders.SEVERAL + "”."
# What follows where no patient, one, or several match.
_OUTCOMES: dict[str, tuple[str, str, str]] = {
    Procedure.ENABLE_REPORTS: (_NONE, "Reports about this patient are switched on.", _SEVERAL),
    Procedure.DISABLE_REPORTS: (_NONE, "Reports about this patient are switched off.", _SEVERAL),
    Procedure.CREATE_ACCOUNT: (
        "No one is known by this MRN, or by this name and birth date: an account is made.",
        *(("Someone is known already: no account is made, and the health record is told.",) * 2),
    ),
    Procedure.CREATE_AND_ENABLE: (
        "No patient matches. Unless someone is known by this MRN, or by this name and birth date, an account is made "
        "and reports are switched on.",
        "Reports about this patient are switched on; no account is made.",
        _SEVERAL,
    ),
}
_PROCEDURES = dict(Procedure.choices)


class OrderForm(StaffForm):
    order = forms.CharField(
        label="Order as Redox sends it (JSON)",
        max_length=LARGEST,
        widget=forms.Textarea(
            attrs={"rows": 16, "class": "st-code", "autocomplete": "off", "spellcheck": "false"}
        ),
        help_text="It is matched, and neither stored nor carried out. Delete what the match does not need.",
    )

    def clean_order(self) -> Document:
        try:
            return bodies.read(self.cleaned_data["order"].encode())
        except UnreadableBody as error:
            message = f"This cannot be read: {error.reason.partition(': ')[2]}."
            raise forms.ValidationError(message) from None


@pages.page("clinics/<str:clinic_id>/test-match", name="ehr_match_test", needs=roles.INTEGRATION)
def match_test(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    stored = access.access_clinic(clinic_id)
    clinic = readable_clinics.clinic(stored)
    form = OrderForm(request.POST or None, initial={"order": _sample(stored)})
    is_tried = request.method == "POST" and form.is_valid()
    trial = match_trials.try_order(form.cleaned_data["order"]) if is_tried else None
    return pages.render(
        request,
        "redox/staff/match_test.html",
        title="Test match",
        crumbs=frame.crumbs_of(clinic),
        clinic_id=str(clinic["_id"]),
        settings_url=reverse("admin:clinic_settings", args=[clinic["_id"], "ehr"]),
        form=form,
        result=_result(request, clinic, trial) if trial else {},
        status=400 if form.errors else 200,
    )


def _sample(stored: Document) -> str:
    try:
        return json.dumps(match_trials.sample_of(stored), indent=2, ensure_ascii=False)
    except Unreadable:
        return ""


def _result(request: HttpRequest, clinic: Document, trial: Trial) -> dict[str, Any]:
    """Patients are named to those who see patients, and only if they are this clinic's."""
    is_here = trial.clinic is not None and trial.clinic["_id"] == clinic["_id"]
    shown = trial.patients if is_here else ()
    pages.record_view(
        request,
        action="ehr.match_tested",
        object_type="clinic",
        object_id=str(clinic["_id"]),
        clinic_id=clinic["_id"],
        scope={
            "procedure": trial.procedure,
            "patients": [str(patient["userId"]) for patient in shown],
        },
    )
    return {
        "trial": trial,
        "problem": pages.sentence(trial.problem) if trial.problem else "",
        "is_here": is_here,
        "clinic_name": _name_of(trial.clinic),
        "procedure": _PROCEDURES.get(trial.procedure, ""),
        "outcome": "" if trial.problem else _OUTCOMES[trial.procedure][min(len(trial.patients), 2)],
        "patients": [_row(patient) for patient in shown],
        "shows_names": pages.has(request, roles.PATIENTS),
    }


def _name_of(clinic: Document | None) -> str:
    if clinic is None:
        return ""
    return str(readable_clinics.clinic(clinic).get("name") or clinic["_id"])


def _row(patient: Document) -> dict[str, Any]:
    readable = readable_patients.patient(patient)
    return {**readable, "id": str(patient["userId"])}
