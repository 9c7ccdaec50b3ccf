"""What staff may enter. Each form turns into the document part that the service takes, or says a sentence."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms

from clinic_records.choices import Tier
from clinics.timezones import TIMEZONES
from kernel import addresses, numbers, safe_reading
from kernel.addresses import InvalidAddress
from kernel.api import schema
from kernel.db import Document
from kernel.staff.fields import Reason, StaffForm, Text, Texts, hold, normal, property_of
from kernel.staff.hidden_values import ANY, Shown, boolean, find_hidden, text
from patients.services import plan_limits

_LAST_MOMENT = timedelta(days=1) - timedelta(milliseconds=1)
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
NOT_AGREED = (
    "Saving replaces all of it. Agree to lose what is listed, or ask the operators to repair it."
)
PLAN_MISSING = "Give the number of patients, or clear the dates to have no limit."


class SettingsForm(StaffForm):
    """`stored` is the document as it is, readable or not; `STORED` says what of the replaced fields the form shows."""

    STORED: ClassVar[Mapping[str, Shown]] = {}
    GROUPS: ClassVar[Sequence[tuple[str, Sequence[str]]]] = ()

    def __init__(self, *args: Any, stored: Document, **options: Any) -> None:
        super().__init__(*args, **options)
        self._laid_out = self.GROUPS or [("", list(self.fields))]
        self.unshown = self.unshown_in(stored)
        if self.unshown:
            self.fields["remove_unshown"] = forms.BooleanField(
                label="Remove what this form cannot show",
                error_messages={"required": NOT_AGREED},
            )

    def clean(self) -> dict[str, Any]:
        """Consent is no setting."""
        cleaned = super().clean() or {}
        cleaned.pop("remove_unshown", None)
        return cleaned

    @classmethod
    def unshown_in(cls, stored: Document) -> list[str]:
        return find_hidden(stored, cls.STORED)

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """(title, fields) as the page lays them out."""
        for title, names in self._laid_out:
            yield title, [self[name] for name in names]


def _is_limit(value: Any) -> bool:
    """An older `patientCount` is shown as the plan."""
    known: dict[str, Callable[[Any], object]]
    known = {"plan": numbers.count, "patientCount": numbers.count}
    known |= dict.fromkeys(plan_limits.DATES, safe_reading.moment)
    if not isinstance(value, dict) or not value.keys() & {"plan", "patientCount"}:
        return False
    given = {name: one for name, one in value.items() if one is not None}
    return all(name in known and known[name](one) is not None for name, one in given.items())


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
    return forms.DateField(label="In force from", required=False, widget=DAY)


def _last_day(help_text: str = "") -> forms.DateField:
    return forms.DateField(label="Until and with", required=False, widget=DAY, help_text=help_text)


class LimitsForm(SettingsForm):
    STORED = {"patientCountSettings": dict.fromkeys(plan_limits.LIMITS, _is_limit)}
    GROUPS = (
        ("Hard limit", ("hard_plan", "hard_start", "hard_end")),
        ("Soft limit", ("soft_plan", "soft_start", "soft_end")),
    )
    hard_plan = _plan("No more patients of the clinic's own above this. Empty: no limit.")
    hard_start, hard_end = _first_day(), _last_day(help_text="Days in UTC.")
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

    @staticmethod
    def initial_of(clinic: Document) -> dict[str, Any]:
        """What cannot be read is left for the person to fill in."""
        found: dict[str, Any] = {}
        for kind, name in (("hard", "hardLimit"), ("soft", "softLimit")):
            limit = plan_limits.readable_limit(clinic, name)
            if limit is not None:
                found[f"{kind}_plan"] = limit["plan"]
                found[f"{kind}_start"] = _day_of(limit.get("startDate"))
                found[f"{kind}_end"] = _day_of(limit.get("endDate"))
        return found

    def limits(self, clinic: Document) -> Document:
        """For the service. A day that was not changed keeps its stored moment."""
        found: Document = {}
        for kind, name in (("hard", "hardLimit"), ("soft", "softLimit")):
            plan = self.cleaned_data.get(f"{kind}_plan")
            if plan is not None:
                days = {
                    "startDate": self.cleaned_data.get(f"{kind}_start"),
                    "endDate": self.cleaned_data.get(f"{kind}_end"),
                }
                found[name] = {
                    "plan": plan,
                    **_moments(days, plan_limits.stored_limit(clinic, name)),
                }
        return found


def _moments(days: dict[str, date | None], stored: Document) -> Document:
    found: Document = {}
    for name, day in days.items():
        if day is None:
            continue
        if _day_of(safe_reading.moment(stored.get(name))) == day:
            found[name] = stored[name]
        else:
            found[name] = _midnight(day) + (_LAST_MOMENT if name == "endDate" else timedelta())
    return found


class TierForm(SettingsForm):
    STORED = {"tier": lambda value: text(value) and value in Tier.values}
    tier = forms.ChoiceField(
        choices=[(code, f"{text} ({code})") for code, text in Tier.choices],
        help_text="Only US clinics on the free tier have a patient limit.",
    )


class MrnForm(SettingsForm):
    STORED = {"mrnSettings": {"required": boolean, "unique": boolean}}
    required = forms.BooleanField(label="Every patient needs an MRN", required=False)
    unique = forms.BooleanField(
        label="No two patients share an MRN",
        required=False,
        help_text="Applies to patients created or changed from now on.",
    )


class TimezoneForm(SettingsForm):
    STORED = {"timezone": lambda value: text(value) and value in TIMEZONES}
    timezone = forms.ChoiceField(
        label="Time zone",
        choices=[(name, name) for name in TIMEZONES],
    )


class NotificationsForm(SettingsForm):
    STORED = {"suppressedNotifications": {ANY: boolean}}  # those it does not know are kept
    patient_invitation = forms.BooleanField(
        label="No mail to admins when a patient invites the clinic", required=False
    )


def suppressed(form: NotificationsForm, clinic: Document) -> Document:
    """The stored object is replaced as a whole, so what the form does not know is kept; unchanged stays absent."""
    stored = clinic.get("suppressedNotifications") or {}
    chosen = form.cleaned_data["patient_invitation"]
    if chosen == stored.get("patientClinicInvitation", False):
        return dict(stored)
    return {**stored, "patientClinicInvitation": chosen}


_LINE = schema.array(schema.name())


def _is_restriction(value: Any) -> bool:
    """One that a line can say. Any other admits no one, or says more than the line."""
    if not isinstance(value, dict) or not value.keys() <= {"emailDomain", "requiredIdp"}:
        return False
    domain, provider = value.get("emailDomain"), value.get("requiredIdp") or ""
    return _is_word(domain) and (provider == "" or _is_word(provider))


def _is_word(value: Any) -> bool:
    return text(value) and value.split() == [value]


class RestrictionsForm(SettingsForm):
    STORED = {"membershipRestrictions": [_is_restriction]}
    restrictions = forms.CharField(
        label="Who may join",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="One e-mail domain a line; with an identity provider after a space where one is required. "
        "Empty: everyone may join. The first line that fits counts.",
    )

    def clean_restrictions(self) -> list[Document]:
        lines = normal(_LINE, re.split(r"\r\n|\r|\n", self.cleaned_data["restrictions"]))
        found = [_restriction(line) for line in lines if line]
        hold(property_of("membershipRestrictions.v1", "restrictions"), found)
        return found


def restrictions_of(clinic: Document) -> list[Document]:
    """Those that the form can show."""
    return [r for r in clinic.get("membershipRestrictions") or [] if _is_restriction(r)]


def lines_of(clinic: Document) -> str:
    """The stored restrictions as the form writes them."""
    found = restrictions_of(clinic)
    return "\n".join(f"{r['emailDomain']} {r.get('requiredIdp') or ''}".strip() for r in found)


def _restriction(line: str) -> Document:
    domain, _, provider = line.partition(" ")
    message = f"“{line}” is not a domain like example.org, with or without a provider."
    if len(provider.split()) > 1:
        raise forms.ValidationError(message)
    try:
        found = {"emailDomain": addresses.canonical_domain(domain)}
    except InvalidAddress:
        raise forms.ValidationError(message) from None
    if provider:
        found["requiredIdp"] = provider
    return found


_CADENCES = {"1d": "every day", "7d": "every 7 days", "14d": "every 14 days", "30d": "every 30 days",
             "DISABLED": "never"}  # fmt: skip
_ALL_OR_NONE = "Give all three destinations, or none: messages can only be sent with all of them."


def _is_code_of_tags(value: Any) -> bool:
    return text(value) and value.strip() != "" and "," not in value


_DESTINATIONS = ("flowsheet", "notes", "results")
_NOTE_EVENTS = (("New", "is a new one"), ("Replace", "replaces the one before"))
_PROVIDERS = (("redox", "Redox"), ("xealth", "Xealth"))
_PROCEDURES = {
    "enableSummaryReports": "enable_reports",
    "disableSummaryReports": "disable_reports",
    "createAccount": "create_account",
    "createAccountAndEnableReports": "create_and_enable",
}


def _code(component: str, name: str, label: str, help_text: str = "") -> Text:
    """Which the clinic may do without."""
    return Text((component, name), label=label, help_text=help_text, required=False)


class EhrForm(SettingsForm):
    STORED = {
        "ehrSettings": {
            "enabled": boolean,
            "provider": lambda value: text(value) and value in dict(_PROVIDERS),
            "sourceId": text,
            "mrnIdType": text,
            "destinationIds": dict.fromkeys(_DESTINATIONS, text),
            "procedureCodes": dict.fromkeys(_PROCEDURES, text),
            "scheduledReports": {
                "cadence": lambda value: text(value) and value in _CADENCES,
                "onUploadEnabled": boolean,
                "onUploadNoteEventType": lambda value: text(value) and value in dict(_NOTE_EVENTS),
            },
            "tags": {"codes": [_is_code_of_tags], "separator": text},
            "flowsheets": {"icode": boolean},
            "notes": {"includeGmi": boolean},
        }
    }
    GROUPS = (
        ("Connection", ("enabled", "provider", "source_id", "mrn_id_type")),
        ("Destinations of what is sent (Redox)", ("flowsheet", "notes", "results")),
        (
            "Procedure codes of orders",
            ("enable_reports", "disable_reports", "create_account", "create_and_enable"),
        ),
        ("When reports are sent", ("cadence", "on_upload", "on_upload_note")),
        ("What is in them", ("tag_codes", "tag_separator", "icode", "include_gmi")),
    )
    enabled = forms.BooleanField(label="Connection is on", required=False)
    provider = forms.ChoiceField(choices=_PROVIDERS)
    source_id = Text(
        ("ehrSettings.v1", "sourceId"),
        label="Source id",
        required=False,
        help_text="Redox: source id of the clinic's messages. Xealth: name of the deployment.",
    )
    mrn_id_type = Text(
        ("ehrSettings.v1", "mrnIdType"), label="Identifier type of the MRN", initial="MRN"
    )
    flowsheet = _code("ehrDestinations.v1", "flowsheet", "Flowsheets")
    notes = _code("ehrDestinations.v1", "notes", "Notes")
    results = _code("ehrDestinations.v1", "results", "Results")
    enable_reports = _code("ehrProcedures.v1", "enableSummaryReports", "Enable summary reports")
    disable_reports = _code("ehrProcedures.v1", "disableSummaryReports", "Disable summary reports")
    create_account = _code("ehrProcedures.v1", "createAccount", "Create account")
    create_and_enable = _code(
        "ehrProcedures.v1",
        "createAccountAndEnableReports",
        "Create account and enable reports",
        help_text="Xealth: the program id.",
    )
    cadence = forms.ChoiceField(
        label="Scheduled reports", choices=list(_CADENCES.items()), initial="14d"
    )
    on_upload = forms.BooleanField(label="Also report after each upload", required=False)
    on_upload_note = forms.ChoiceField(
        label="Note after an upload",
        choices=_NOTE_EVENTS,
        required=False,
    )
    tag_codes = Texts(
        ("ehrTagsSettings.v1", "codes"),
        label="Codes that carry tag names",
        required=False,
        help_text="Separated by commas.",
    )
    tag_separator = Text(
        ("ehrTagsSettings.v1", "separator"),
        label="Separator of tag names",
        required=False,
        strip=False,
    )
    icode = forms.BooleanField(label="Flowsheets rounded for ICode", required=False)
    include_gmi = forms.BooleanField(label="Notes with GMI", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        given = [bool(cleaned.get(name)) for name in _DESTINATIONS]
        if any(given) and not all(given):
            self.add_error(_DESTINATIONS[given.index(False)], _ALL_OR_NONE)
        if not cleaned.get("enabled"):
            return cleaned
        if not cleaned.get("source_id"):
            self.add_error(
                "source_id", "Needed while the connection is on: messages are matched by it."
            )
        if cleaned.get("provider") == "redox" and not any(given):
            self.add_error(
                "flowsheet", "Needed while Redox is on: without destinations nothing can be sent."
            )
        if cleaned.get("provider") == "xealth" and not cleaned.get("create_and_enable"):
            self.add_error("create_and_enable", "Needed while Xealth is on: it is the program id.")
        return cleaned

    @staticmethod
    def initial_of(stored: Document) -> dict[str, Any]:
        """From settings as the API shows them."""
        codes, schedule = stored.get("procedureCodes") or {}, stored.get("scheduledReports") or {}
        tags, destinations = stored.get("tags") or {}, stored.get("destinationIds") or {}
        return {
            "enabled": stored.get("enabled", False),
            "provider": stored.get("provider") or "redox",
            "source_id": stored.get("sourceId", ""),
            "mrn_id_type": stored.get("mrnIdType") or "MRN",
            **{kind: destinations.get(kind, "") for kind in _DESTINATIONS},
            **{field: codes.get(name, "") for name, field in _PROCEDURES.items()},
            "cadence": schedule.get("cadence") or "14d",
            "on_upload": schedule.get("onUploadEnabled", False),
            "on_upload_note": schedule.get("onUploadNoteEventType") or "New",
            "tag_codes": ", ".join(tags.get("codes") or []),
            "tag_separator": tags.get("separator") or "",
            "icode": (stored.get("flowsheets") or {}).get("icode", False),
            "include_gmi": (stored.get("notes") or {}).get("includeGMI", False),
        }

    def settings(self) -> Document:
        """The body of the API's own operation."""
        given = self.cleaned_data
        codes = {name: given[field] for name, field in _PROCEDURES.items()}
        tag_codes = given["tag_codes"]
        schedule = {"cadence": given["cadence"], "onUploadEnabled": given["on_upload"]}
        if given["on_upload"]:
            schedule["onUploadNoteEventType"] = given["on_upload_note"] or "New"
        found: Document = {
            "enabled": given["enabled"],
            "provider": given["provider"],
            "sourceId": given["source_id"],
            "mrnIdType": given["mrn_id_type"],
            "procedureCodes": {name: code for name, code in codes.items() if code},
            "scheduledReports": schedule,
            "tags": {"codes": tag_codes} if tag_codes else {},
            "flowsheets": {"icode": given["icode"]},
            "notes": {"includeGMI": given["include_gmi"]},
        }
        if given["tag_separator"]:
            found["tags"]["separator"] = given["tag_separator"]
        if given["flowsheet"]:
            found["destinationIds"] = {kind: given[kind] for kind in _DESTINATIONS}
        return found


ROLES = [
    ("CLINIC_ADMIN", "Admin"),
    ("CLINIC_MEMBER", "Member"),
    ("PRESCRIBER", "Prescriber"),
]


class RolesForm(SettingsForm):
    STORED = {"roles": [lambda value: text(value) and value in dict(ROLES)], "name": text}
    roles = forms.MultipleChoiceField(choices=ROLES, widget=forms.CheckboxSelectMultiple)
    reason = Reason(required=False)

    def clean_roles(self) -> list[str]:
        roles: list[str] = self.cleaned_data["roles"]
        if not {"CLINIC_ADMIN", "CLINIC_MEMBER"} & set(roles):
            message = "A member is an admin or a member; prescriber comes on top."
            raise forms.ValidationError(message)
        return roles


def _name_of(kind: str) -> forms.TextInput:
    """The word is seen where a label is added: the field is empty, and its label is for screen readers."""
    return forms.TextInput(attrs={"autocomplete": "off", "placeholder": f"New {kind}"})


class TagForm(StaffForm):
    name = Text(
        ("patientTag.v1", "name"),
        widget=_name_of("tag"),
        letters="A tag has letters, digits and + - > < _, and blanks after the first of them.",
    )


class SiteForm(StaffForm):
    name = Text(
        ("siteName.v1",),
        widget=_name_of("site"),
        letters="A site has letters, digits, signs of a keyboard, and blanks after the first of them.",
    )


def _day_of(moment: datetime | None) -> date | None:
    return moment.astimezone(UTC).date() if moment is not None else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
