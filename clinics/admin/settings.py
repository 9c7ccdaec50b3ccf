"""A clinic's settings: change, see the difference, save. One page for all of them, one entry each in `KINDS`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from clinic_records.admin import changes, frame, readable_clinics
from clinic_records.choices import Tier
from clinic_records.services import access
from clinics.admin import forms
from clinics.representation.ehr_settings import ehr_settings
from clinics.services import clinics, mrn_settings
from clinics.services.ehr_settings import stored_ehr_settings, update_ehr_settings
from kernel.db import Document
from kernel.errors import DomainError, NotFound
from kernel.staff import hidden_values, pages, roles
from kernel.staff.audit_trail import difference
from kernel.staff.fields import OptionalReasonForm
from patients.services import plan_limits

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One settings form. `part` is what it shows and guards, in the form of the audit trail;
    `write` gets the clinic's id, the valid form and the clinic as it was."""

    title: str
    needs: str
    form: type[forms.SettingsForm]
    part: changes.Part
    initial: Callable[[Document], Values]
    proposed: Callable[[Any, Document], Values]
    write: Callable[[str, Any, Document], object]
    action: str
    lead: str = ""

    def whole(self, stored: Document) -> Values:
        """`part`, and what of the stored clinic its form cannot show."""
        return self.part(readable_clinics.clinic(stored)) | hidden_values.as_part(
            self.form.unshown_in(stored)
        )


KINDS: dict[str, Kind] = {}


@pages.page("clinics/<str:clinic_id>/settings/<str:kind>", name="clinic_settings", needs=roles.FIND)
def edit(request: HttpRequest, clinic_id: str, kind: str) -> HttpResponseBase:
    setting = KINDS.get(kind)
    if setting is None:
        raise NotFound
    pages.require(request, setting.needs, name=f"clinic_settings.{kind}", clinic_id=clinic_id)
    stored = access.access_clinic(clinic_id)
    if request.method != "POST":
        clinic = readable_clinics.clinic(stored)
        form = setting.form(initial=setting.initial(clinic), stored=stored)
        opened_on = changes.fingerprint(setting.whole(stored))
        return _form_page(request, clinic, setting, form, opened_on)
    return _submitted(request, stored, setting)


def _submitted(request: HttpRequest, stored: Document, setting: Kind) -> HttpResponseBase:
    """Invalid: the form again. Valid: the difference. Confirmed: saved."""
    clinic, before = readable_clinics.clinic(stored), setting.whole(stored)
    form = setting.form(request.POST, stored=stored)
    opened_on = request.POST.get("opened_on", "")
    if not form.is_valid():
        return _form_page(request, clinic, setting, form, opened_on)
    if changes.fingerprint(before) != opened_on:
        pages.fail(request, changes.MOVED)
        return pages.go(request.path)
    rows = difference(before, setting.proposed(form, clinic))
    if not rows:
        pages.succeed(request, "Nothing to save: these are the present values.")
        return pages.go(frame.page_of(clinic))
    reason = OptionalReasonForm(request.POST if request.POST.get("confirmed") else None)
    if not reason.is_valid():
        return _review_page(request, clinic, setting, form, rows, opened_on, reason)
    return _save(request, clinic, setting, form, rows, opened_on, reason.cleaned_data["reason"])


def _save(
    request: HttpRequest,
    clinic: Document,
    setting: Kind,
    form: Any,
    rows: list[Values],
    opened_on: str,
    reason: str,
) -> HttpResponseBase:
    clinic_id = str(clinic["_id"])
    try:
        changes.change_clinic(
            request,
            clinic_id=clinic_id,
            action=setting.action,
            part=setting.whole,
            opened_on=opened_on,
            change=lambda: setting.write(clinic_id, form, clinic),
            reason=reason,
            wanted={row["name"]: row["after"] for row in rows},
        )
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(request.path)
    pages.succeed(request, f"{setting.title} saved.")
    return pages.go(frame.page_of(clinic))


def _form_page(
    request: HttpRequest, clinic: Document, setting: Kind, form: Any, opened_on: str
) -> HttpResponseBase:
    return pages.render(
        request,
        "clinics/staff/settings_form.html",
        title=setting.title,
        crumbs=frame.crumbs_of(clinic),
        clinic=clinic,
        back=frame.page_of(clinic),
        form=form,
        lead=setting.lead,
        opened_on=opened_on,
        status=400 if form.errors else 200,
    )


def _review_page(
    request: HttpRequest,
    clinic: Document,
    setting: Kind,
    form: Any,
    rows: list[Values],
    opened_on: str,
    reason: OptionalReasonForm,
) -> HttpResponseBase:
    return pages.render(
        request,
        "clinics/staff/settings_review.html",
        title=f"{setting.title}: what changes",
        crumbs=frame.crumbs_of(clinic),
        clinic=clinic,
        form=form,
        rows=rows,
        opened_on=opened_on,
        reason=reason,
        status=400 if reason.errors else 200,
    )


KINDS["limits"] = Kind(
    title="Patient limits",
    needs=roles.SETTINGS,
    form=forms.LimitsForm,
    part=lambda clinic: clinic.get("patientCountSettings") or {},
    initial=forms.LimitsForm.initial_of,
    proposed=lambda form, clinic: form.limits(clinic),
    write=lambda clinic_id, form, clinic: plan_limits.set_limits(clinic_id, form.limits(clinic)),
    action="clinic.limits_changed",
    lead="Stored for every clinic, in force only for US clinics on the free tier.",
)

KINDS["tier"] = Kind(
    title="Tier",
    needs=roles.SETTINGS,
    form=forms.TierForm,
    part=lambda clinic: {"tier": clinic.get("tier") or Tier.FREE.value},
    initial=lambda clinic: {"tier": clinic.get("tier") or Tier.FREE.value},
    proposed=lambda form, clinic: {"tier": form.cleaned_data["tier"]},
    write=lambda clinic_id, form, clinic: clinics.update_tier(clinic_id, form.cleaned_data["tier"]),
    action="clinic.tier_changed",
)
KINDS["mrn"] = Kind(
    title="MRN rules",
    needs=roles.SETTINGS,
    form=forms.MrnForm,
    part=lambda clinic: clinic.get("mrnSettings") or {"required": False, "unique": False},
    initial=lambda clinic: clinic.get("mrnSettings") or {},
    proposed=lambda form, clinic: dict(form.cleaned_data),
    write=lambda clinic_id, form, clinic: mrn_settings.update_mrn_settings(
        clinic_id, **form.cleaned_data
    ),
    action="clinic.mrn_changed",
)
KINDS["ehr"] = Kind(
    title="EHR connection",
    needs=roles.INTEGRATION,
    form=forms.EhrForm,
    part=lambda clinic: ehr_settings(clinic["ehrSettings"]) if clinic.get("ehrSettings") else {},
    initial=lambda clinic: forms.EhrForm.initial_of(ehr_settings(clinic.get("ehrSettings") or {})),
    proposed=lambda form, clinic: ehr_settings(stored_ehr_settings(form.settings())),
    write=lambda clinic_id, form, clinic: update_ehr_settings(clinic_id, form.settings()),
    action="clinic.ehr_changed",
    lead="One wrong code switches reports off for everyone: compare with the EHR team's sheet before saving.",
)
KINDS["timezone"] = Kind(
    title="Time zone",
    needs=roles.SETTINGS,
    form=forms.TimezoneForm,
    part=lambda clinic: {"timezone": clinic.get("timezone")},
    initial=lambda clinic: {"timezone": clinic.get("timezone") or "UTC"},
    proposed=lambda form, clinic: {"timezone": form.cleaned_data["timezone"]},
    write=lambda clinic_id, form, clinic: clinics.change_clinic(
        clinic_id, {"timezone": form.cleaned_data["timezone"]}
    ),
    action="clinic.timezone_changed",
)
KINDS["notifications"] = Kind(
    title="Notifications",
    needs=roles.SETTINGS,
    form=forms.NotificationsForm,
    part=lambda clinic: clinic.get("suppressedNotifications") or {},
    initial=lambda clinic: {
        "patient_invitation": (clinic.get("suppressedNotifications") or {}).get(
            "patientClinicInvitation", False
        )
    },
    proposed=forms.suppressed,
    write=lambda clinic_id, form, clinic: clinics.update_suppressed_notifications(
        clinic_id, forms.suppressed(form, clinic)
    ),
    action="clinic.notifications_changed",
)
KINDS["restrictions"] = Kind(
    title="Membership restrictions",
    needs=roles.INTEGRATION,
    form=forms.RestrictionsForm,
    part=lambda clinic: {"restrictions": forms.restrictions_of(clinic)},
    initial=lambda clinic: {"restrictions": forms.lines_of(clinic)},
    proposed=lambda form, clinic: {"restrictions": form.cleaned_data["restrictions"]},
    write=lambda clinic_id, form, clinic: clinics.update_membership_restrictions(
        clinic_id, form.cleaned_data["restrictions"]
    ),
    action="clinic.restrictions_changed",
    lead="Which e-mail domains may accept an invite, and with which identity provider.",
)
