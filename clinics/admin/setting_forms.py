"""The settings of a clinic, one class each; the one of its health record is in `ehr_setting`."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest

from clinic_records.choices import Tier
from clinics.admin import counts, mrn_preview, restrictions_preview
from clinics.admin.forms import one_of
from clinics.admin.setting import Setting, Values
from clinics.services import clinics, mrn_settings
from clinics.timezones import TIMEZONES
from kernel import addresses, numbers, safe_reading
from kernel.addresses import InvalidAddress
from kernel.api import schema
from kernel.db import Document
from kernel.safe_reading import ANY
from kernel.staff import roles
from kernel.staff.fields import hold, normal, property_of
from patients.services import plan_limits

_LAST_MOMENT = timedelta(days=1) - timedelta(milliseconds=1)
DAYS_IN_UTC = "Counted in UTC."
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
PLAN_TOO_SMALL = "A plan is a whole number of patients, 0 or more."
MOST_PATIENTS = numbers.LARGEST_WHOLE
PLAN_TOO_LARGE = f"No clinic has more than {MOST_PATIENTS:,} patients."
PLAN_ERRORS = {
    "min_value": PLAN_TOO_SMALL,
    "max_value": PLAN_TOO_LARGE,
    "invalid": PLAN_TOO_SMALL,
}
DATES_INVERTED = "The start is after the end: put the earlier day first."
PLAN_MISSING = "Give the number of patients, or clear the dates to have no limit."


def _is_limit(value: Any) -> bool:
    """An older `patientCount` is shown as the plan."""
    known: dict[str, Callable[[Any], object]]
    known = {"plan": numbers.count, "patientCount": numbers.count}
    known |= dict.fromkeys(plan_limits.DATES, safe_reading.moment)
    if not isinstance(value, dict) or not value.keys() & {"plan", "patientCount"}:
        return False
    present = {key: entry for key, entry in value.items() if entry is not None}
    return all(key in known and known[key](entry) is not None for key, entry in present.items())


def _plan(help_text: str) -> forms.IntegerField:
    return forms.IntegerField(
        label="Patients",
        required=False,
        min_value=0,
        max_value=MOST_PATIENTS,
        error_messages=PLAN_ERRORS,
        help_text=help_text,
    )


def _first_day() -> forms.DateField:
    return forms.DateField(
        label="First day in force", required=False, widget=DAY, help_text=DAYS_IN_UTC
    )


def _last_day() -> forms.DateField:
    return forms.DateField(
        label="Last day in force", required=False, widget=DAY, help_text=DAYS_IN_UTC
    )


class LimitsSetting(Setting):
    TITLE = "Patient limits"
    ACTION = "clinic.limits_changed"
    LEAD = "Stored for every clinic, in force only for US clinics on the free tier."
    PREVIEW = "clinics/staff/_limits_preview.html"
    STORED = {"patientCountSettings": dict.fromkeys(plan_limits.LIMITS, _is_limit)}
    GROUPS = (
        ("Hard limit", ("hard_plan", "hard_start", "hard_end")),
        ("Soft limit", ("soft_plan", "soft_start", "soft_end")),
    )
    hard_plan = _plan("No more patients of the clinic's own above this. Empty: no limit.")
    hard_start, hard_end = _first_day(), _last_day()
    soft_plan = _plan("Shown as a warning, never enforced.")
    soft_start, soft_end = _first_day(), _last_day()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for kind in ("hard", "soft"):
            plan, start, end = (cleaned.get(f"{kind}_{name}") for name in ("plan", "start", "end"))
            if start and end and start > end:
                self.add_error(f"{kind}_start", DATES_INVERTED)
            if plan is None and (start or end) and f"{kind}_plan" not in self.errors:
                self.add_error(f"{kind}_plan", PLAN_MISSING)
        return cleaned

    @classmethod
    def part(cls, clinic: Document) -> Values:
        return clinic.get("patientCountSettings") or {}

    @classmethod
    def initial_of(cls, clinic: Document) -> Values:
        """Fields whose stored value cannot be read stay empty."""
        initial: dict[str, Any] = {}
        for kind, name in (("hard", "hardLimit"), ("soft", "softLimit")):
            limit = plan_limits.readable_limit(clinic, name)
            if limit is not None:
                initial[f"{kind}_plan"] = limit["plan"]
                initial[f"{kind}_start"] = _day_of(limit.get("startDate"))
                initial[f"{kind}_end"] = _day_of(limit.get("endDate"))
        return initial

    def proposed(self, clinic: Document) -> Values:
        """A date that was not changed keeps its stored time."""
        settings: Document = {}
        for kind, name in (("hard", "hardLimit"), ("soft", "softLimit")):
            plan = self.cleaned_data.get(f"{kind}_plan")
            if plan is not None:
                days = {
                    "startDate": self.cleaned_data.get(f"{kind}_start"),
                    "endDate": self.cleaned_data.get(f"{kind}_end"),
                }
                settings[name] = {
                    "plan": plan,
                    **_moments(days, plan_limits.stored_limit(clinic, name)),
                }
        return settings

    def preview(self, request: HttpRequest, clinic: Document) -> Values:
        """Limits that are rather a slip, but may be meant."""
        hard, soft = self.cleaned_data.get("hard_plan"), self.cleaned_data.get("soft_plan")
        bar = counts.bar_of(clinic)
        warnings = [
            f"The {kind} limit of {limit:,} is below the present number: {bar.plan:,} plan patients."
            for kind, limit in (("hard", hard), ("soft", soft))
            if bar.is_counted and limit is not None and limit < bar.plan
        ]
        if hard is not None and soft is not None and soft > hard:
            warnings.append(f"The soft limit of {soft:,} is above the hard limit of {hard:,}.")
        return {"warnings": warnings}

    def write(self, clinic_id: str, clinic: Document) -> None:
        plan_limits.set_limits(clinic_id, self.proposed(clinic))


def _moments(days: dict[str, date | None], stored: Document) -> Document:
    moments: Document = {}
    for name, day in days.items():
        if day is None:
            continue
        if _day_of(safe_reading.moment(stored.get(name))) == day:
            moments[name] = stored[name]
        else:
            moments[name] = _midnight(day) + (_LAST_MOMENT if name == "endDate" else timedelta())
    return moments


def _day_of(moment: datetime | None) -> date | None:
    return moment.astimezone(UTC).date() if moment is not None else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


class TierSetting(Setting):
    TITLE = "Tier"
    ACTION = "clinic.tier_changed"
    STORED = {"tier": one_of(Tier.values)}
    tier = forms.ChoiceField(
        choices=[(code, f"{text} ({code})") for code, text in Tier.choices],
        help_text="Only US clinics on the free tier have a patient limit.",
    )

    @classmethod
    def part(cls, clinic: Document) -> Values:
        return {"tier": clinic.get("tier") or Tier.FREE.value}

    def write(self, clinic_id: str, clinic: Document) -> None:
        clinics.update_tier(clinic_id, self.cleaned_data["tier"])


class MrnSetting(Setting):
    TITLE = "MRN rules"
    ACTION = "clinic.mrn_changed"
    PREVIEW = "clinics/staff/_mrn_preview.html"
    STORED = {"mrnSettings": {"required": bool, "unique": bool}}
    required = forms.BooleanField(label="Every patient needs an MRN", required=False)
    unique = forms.BooleanField(
        label="No two patients share an MRN",
        required=False,
        help_text="Applies to patients created or changed from now on.",
    )

    @classmethod
    def part(cls, clinic: Document) -> Values:
        return clinic.get("mrnSettings") or {"required": False, "unique": False}

    def preview(self, request: HttpRequest, clinic: Document) -> Values:
        rules, before = self.cleaned_data, self.part(clinic)
        is_new = {name: rules[name] and not before.get(name) for name in ("required", "unique")}
        return mrn_preview.of_rules(request, clinic, is_new)

    def write(self, clinic_id: str, clinic: Document) -> None:
        mrn_settings.update_mrn_settings(clinic_id, **self.cleaned_data)


class TimezoneSetting(Setting):
    TITLE = "Time zone"
    ACTION = "clinic.timezone_changed"
    STORED = {"timezone": one_of(TIMEZONES)}
    timezone = forms.ChoiceField(
        label="Time zone",
        choices=[(name, name) for name in TIMEZONES],
    )

    @classmethod
    def part(cls, clinic: Document) -> Values:
        return {"timezone": clinic.get("timezone")}

    @classmethod
    def initial_of(cls, clinic: Document) -> Values:
        return {"timezone": clinic.get("timezone") or "UTC"}

    def write(self, clinic_id: str, clinic: Document) -> None:
        clinics.change_clinic(clinic_id, {"timezone": self.cleaned_data["timezone"]})


class NotificationsSetting(Setting):
    TITLE = "Notifications"
    ACTION = "clinic.notifications_changed"
    STORED = {"suppressedNotifications": {ANY: bool}}  # unknown values are kept
    patient_invitation = forms.BooleanField(
        label="No mail to admins when a patient invites the clinic", required=False
    )

    @classmethod
    def part(cls, clinic: Document) -> Values:
        return clinic.get("suppressedNotifications") or {}

    @classmethod
    def initial_of(cls, clinic: Document) -> Values:
        return {"patient_invitation": cls.part(clinic).get("patientClinicInvitation", False)}

    def proposed(self, clinic: Document) -> Values:
        """The stored object is replaced as a whole, so values that the form does not know are kept, and
        absent ones that were not changed stay absent."""
        stored = self.part(clinic)
        chosen = self.cleaned_data["patient_invitation"]
        if chosen == stored.get("patientClinicInvitation", False):
            return dict(stored)
        return {**stored, "patientClinicInvitation": chosen}

    def write(self, clinic_id: str, clinic: Document) -> None:
        clinics.update_suppressed_notifications(clinic_id, self.proposed(clinic))


_LINE = schema.array(schema.name())


def _is_restriction(value: Any) -> bool:
    """One that a line can say. Any other admits no one, or says more than the line."""
    if not isinstance(value, dict) or not value.keys() <= {"emailDomain", "requiredIdp"}:
        return False
    domain, provider = value.get("emailDomain"), value.get("requiredIdp") or ""
    return _is_word(domain) and (provider == "" or _is_word(provider))


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and value.split() == [value]


class RestrictionsSetting(Setting):
    TITLE = "Membership restrictions"
    NEEDS = roles.INTEGRATION
    ACTION = "clinic.restrictions_changed"
    LEAD = "Which e-mail domains may accept an invite, and with which identity provider."
    PREVIEW = "clinics/staff/_restrictions_preview.html"
    STORED = {"membershipRestrictions": [_is_restriction]}
    restrictions = forms.CharField(
        label="Who may join",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="One e-mail domain on each line, followed by a space and an identity provider where one is "
        "required. The first line with the person's domain applies. Empty: everyone may join.",
    )

    def __init__(self, *args: Any, stored: Document, **options: Any) -> None:
        super().__init__(*args, stored=stored, **options)
        self._stored_restrictions = stored.get("membershipRestrictions")

    def clean_restrictions(self) -> list[Document]:
        lines = normal(_LINE, re.split(r"\r\n|\r|\n", self.cleaned_data["restrictions"]))
        restrictions = [_restriction(line) for line in lines if line]
        hold(property_of("membershipRestrictions.v1", "restrictions"), restrictions)
        return restrictions

    @classmethod
    def part(cls, clinic: Document) -> Values:
        stored = clinic.get("membershipRestrictions") or []
        return {"restrictions": [entry for entry in stored if _is_restriction(entry)]}

    @classmethod
    def initial_of(cls, clinic: Document) -> Values:
        shown = cls.part(clinic)["restrictions"]
        lines = (f"{r['emailDomain']} {r.get('requiredIdp') or ''}".strip() for r in shown)
        return {"restrictions": "\n".join(lines)}

    def preview(self, request: HttpRequest, clinic: Document) -> Values:
        return restrictions_preview.of_restrictions(
            request, clinic, self._stored_restrictions, self.cleaned_data["restrictions"]
        )

    def write(self, clinic_id: str, clinic: Document) -> None:
        clinics.update_membership_restrictions(clinic_id, self.cleaned_data["restrictions"])


def _restriction(line: str) -> Document:
    domain, _, provider = line.partition(" ")
    message = f"“{line}” is not a domain like example.org, with or without a provider."
    if len(provider.split()) > 1:
        raise forms.ValidationError(message)
    try:
        restriction = {"emailDomain": addresses.canonical_domain(domain)}
    except InvalidAddress:
        raise forms.ValidationError(message) from None
    if provider:
        restriction["requiredIdp"] = provider
    return restriction
