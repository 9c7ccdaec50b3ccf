"""Correcting what a clinic's record says of a patient: form, difference, save. The audit trail has the names of the
changed fields, never their values."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes, frame, readable_clinics
from kernel.api import schema
from kernel.db import Document
from kernel.errors import Conflict, DomainError
from kernel.staff import pages, roles
from kernel.staff.differences import difference
from kernel.staff.fields import Address, OptionalReasonForm, StaffForm, Text, with_focus
from patients import ages
from patients.admin import readable_patients
from patients.choices import DiagnosisType
from patients.custody import is_custodial
from patients.services import patients

CORRECTED = "patient.corrected"
NEEDED = "It can be corrected, but not erased."
_NAMES = ("fullName", "birthDate", "mrn", "email", "diagnosisType")
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_OFF = {"autocomplete": "off"}


class DemographicsForm(StaffForm):
    """The fields have the names under which they are stored. `opened` is what the record holds."""

    fullName = Text(  # noqa: N815
        schema.name(), label="Name", required=False, widget=forms.TextInput(attrs=_OFF)
    )
    birthDate = forms.DateField(label="Birth date", required=False, widget=_DAY)  # noqa: N815
    mrn = Text(schema.mrn(), label="MRN", required=False, widget=forms.TextInput(attrs=_OFF))
    email = Address(
        label="E-mail",
        required=False,
        help_text="Also changes the account, which then has to be confirmed by a new link.",
    )
    diagnosisType = forms.ChoiceField(  # noqa: N815
        label="Diagnosis", required=False, choices=[("", "—"), *DiagnosisType.choices]
    )

    def __init__(self, *args: Any, opened: Document, is_own: bool, **options: Any) -> None:
        super().__init__(*args, initial=opened, **options)
        self._opened = opened
        unknown = opened["diagnosisType"]
        if unknown and unknown not in DiagnosisType.values:
            known: Any = self.fields["diagnosisType"]
            known.choices = [*known.choices, (unknown, unknown)]
        if is_own:
            del self.fields["email"]

    def clean_birthDate(self) -> str:  # noqa: N802 (Django's name)
        day = self.cleaned_data["birthDate"]
        return day.isoformat() if day else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("fullName", "birthDate"):
            if self._opened[name] and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, NEEDED)
        return cleaned

    def said(self) -> Document:
        """What was changed; what was left as it was stays as it is stored, in whatever form that is."""
        return {
            name: value or None if name in ("mrn", "email") else value
            for name, value in self.cleaned_data.items()
            if str(self.data.get(name, "")).strip() != str(self._opened[name]).strip()
        }


def _opened(record: Document) -> Document:
    """What the form shows of a record, readable or not."""
    readable = readable_patients.patient(record)
    return {name: readable.get(name) or "" for name in _NAMES}


@pages.page(
    "clinics/<str:clinic_id>/patients/<str:user_id>/demographics",
    name="patient_demographics",
    needs=[roles.PATIENTS, roles.CARE],
)
def edit(request: HttpRequest, clinic_id: str, user_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    record = patients.access_patient(clinic_id, user_id)
    opened, is_own = _opened(record), not is_custodial(record)
    pages.record_view_of_patient(request, clinic_id=clinic["_id"], user_id=user_id)
    if request.method != "POST":
        form = DemographicsForm(opened=opened, is_own=is_own)
        return _page(request, clinic, user_id, form, opened_on=changes.fingerprint(opened))
    form = DemographicsForm(request.POST, opened=opened, is_own=is_own)
    if request.POST.get("opened_on") != changes.fingerprint(opened):
        pages.fail(request, changes.MOVED)
        return pages.go(request.path)
    return _submitted(request, clinic, user_id, form, opened)


def _submitted(
    request: HttpRequest, clinic: Document, user_id: str, form: DemographicsForm, opened: Document
) -> HttpResponseBase:
    """Invalid: the form again. Valid: the difference. Confirmed: saved."""
    opened_on = changes.fingerprint(opened)
    if not form.is_valid():
        return _page(request, clinic, user_id, form, opened_on=opened_on)
    said = form.said()
    if not said:
        pages.succeed(request, "Nothing to save: these are the present values.")
        return pages.go(_page_of(clinic, user_id))
    reason = OptionalReasonForm(request.POST if request.POST.get("confirmed") else None)
    if reason.is_valid():
        return _save(request, clinic, user_id, said, opened_on, reason.cleaned_data["reason"])
    rows = difference(opened, {**opened, **said})
    reason = with_focus(reason, "reason")
    is_unlikely = bool(said.get("birthDate")) and ages.is_unlikely(
        said["birthDate"], ages.today_of(clinic)
    )
    has_other = patients.has_other_with_mrn(clinic["_id"], said.get("mrn"), user_id=user_id)
    shown = {"rows": rows, "reason": reason, "is_unlikely": is_unlikely, "has_other": has_other}
    return _page(request, clinic, user_id, form, opened_on=opened_on, **shown)


def _save(
    request: HttpRequest, clinic: Document, user_id: str, said: Document, opened_on: str, why: str
) -> HttpResponseBase:
    def check(record: Document) -> None:
        if changes.fingerprint(_opened(record)) != opened_on:
            raise Conflict(message=changes.MOVED)

    def record_change(_: Document) -> None:
        changes.record(
            request,
            clinic=clinic,
            action=CORRECTED,
            object_type="patient",
            object_id=user_id,
            scope={"fields": sorted(said)},
            reason=why,
        )

    clinic_id = str(clinic["_id"])
    try:
        with changes.refusals_recorded(
            request,
            clinic_id=clinic_id,
            action=CORRECTED,
            reason=why,
            subject=changes.Subject("patient", user_id),
            requested={"fields": sorted(said)},
        ):
            patients.correct_patient(
                clinic_id=clinic_id, user_id=user_id, said=said, check=check, then=record_change
            )
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(request.path)
    pages.succeed(request, "The record was corrected.")
    return pages.go(_page_of(clinic, user_id))


def _page_of(clinic: Document, user_id: str) -> str:
    return reverse("admin:clinic_patient", args=[clinic["_id"], user_id])


def _page(
    request: HttpRequest, clinic: Document, user_id: str, form: DemographicsForm, **context: Any
) -> HttpResponseBase:
    """With `rows`, the difference and the question whether to save it."""
    reason = context.get("reason")
    has_errors = bool(form.errors or (reason is not None and reason.errors))
    back = _page_of(clinic, user_id)
    return pages.render(
        request,
        "patients/staff/demographics.html",
        title="Correct a patient",
        crumbs=[*frame.crumbs_of(clinic), pages.Crumb("Patient", back)],
        form=form,
        back=back,
        status=400 if has_errors else 200,
        **context,
    )
