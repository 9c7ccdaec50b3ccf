"""A clinic's connection to its health record, as staff set it."""

from typing import Any

from django import forms
from django.http import HttpRequest

from clinic_records.admin import readable_clinics
from clinic_records.choices import EhrProvider
from clinics.admin import ehr_preview
from clinics.admin.forms import one_of
from clinics.admin.setting import Setting, Values
from clinics.choices import Destination, NoteEvent, Procedure, ReportCadence
from clinics.representation.ehr_settings import DEFAULT_CADENCE, ehr_settings
from clinics.services.ehr_settings import (
    is_redox_id,
    stored_ehr_settings,
    update_ehr_settings,
)
from kernel.db import Document
from kernel.staff import roles
from kernel.staff.fields import Text, Texts

_ALL_OR_NONE = "Give all three destinations, or none: messages can only be sent with all of them."
_NO_REDOX_ID = "Not an id of Redox: these look like 0d6c2b7e-55d1-4a53-9b7e-2f6a1c0e9d11."


def _is_code_of_tags(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != "" and "," not in value


_DESTINATIONS = (Destination.FLOWSHEET.value, Destination.NOTES.value, Destination.RESULTS.value)
_PROCEDURES = {
    Procedure.ENABLE_REPORTS.value: "enable_reports",
    Procedure.DISABLE_REPORTS.value: "disable_reports",
    Procedure.CREATE_ACCOUNT.value: "create_account",
    Procedure.CREATE_AND_ENABLE.value: "create_and_enable",
}


def _code(component: str, name: str, label: str, help_text: str = "") -> Text:
    """A code that may be left empty."""
    return Text((component, name), label=label, help_text=help_text, required=False)


class EhrSetting(Setting):
    TITLE = "EHR connection"
    NEEDS = roles.INTEGRATION
    ACTION = "clinic.ehr_changed"
    LEAD = "One wrong code switches reports off for everyone: compare with the EHR team's sheet before saving."
    STORED = {
        "ehrSettings": {
            "enabled": bool,
            "provider": one_of(EhrProvider.values),
            "sourceId": str,
            "mrnIdType": str,
            "destinationIds": dict.fromkeys(_DESTINATIONS, str),
            "procedureCodes": dict.fromkeys(_PROCEDURES, str),
            "scheduledReports": {
                "cadence": one_of(ReportCadence.values),
                "onUploadEnabled": bool,
                "onUploadNoteEventType": one_of(NoteEvent.values),
            },
            "tags": {"codes": [_is_code_of_tags], "separator": str},
            "flowsheets": {"icode": bool},
            "notes": {"includeGmi": bool},
        }
    }
    PREVIEW = "clinics/staff/_ehr_preview.html"
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
    provider = forms.ChoiceField(choices=EhrProvider.choices)
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
        label="Scheduled reports", choices=ReportCadence.choices, initial=DEFAULT_CADENCE
    )
    on_upload = forms.BooleanField(label="Also report after each upload", required=False)
    on_upload_note = forms.ChoiceField(
        label="Note after an upload",
        choices=NoteEvent.choices,
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

    def __init__(self, *args: Any, stored: Document, **options: Any) -> None:
        super().__init__(*args, stored=stored, **options)
        self._before = self.initial_of(readable_clinics.clinic(stored))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("provider") == EhrProvider.REDOX:
            self._check_ids(cleaned)
        filled_in = [bool(cleaned.get(name)) for name in _DESTINATIONS]
        if any(filled_in) and not all(filled_in):
            self.add_error(_DESTINATIONS[filled_in.index(False)], _ALL_OR_NONE)
        if not cleaned.get("enabled"):
            return cleaned
        if not cleaned.get("source_id"):
            self.add_error(
                "source_id", "Needed while the connection is on: messages are matched by it."
            )
        if cleaned.get("provider") == EhrProvider.REDOX and not any(filled_in):
            self.add_error(
                "flowsheet", "Needed while Redox is on: without destinations nothing can be sent."
            )
        if cleaned.get("provider") == EhrProvider.XEALTH and not cleaned.get("create_and_enable"):
            self.add_error("create_and_enable", "Needed while Xealth is on: it is the program id.")
        return cleaned

    def _check_ids(self, cleaned: Values) -> None:
        """Those that are entered now. What the API has stored may stay while something else is corrected; the overview
        lists the clinic."""
        for name in ("source_id", *_DESTINATIONS):
            entered = cleaned.get(name)
            if entered and entered != self._before[name] and not is_redox_id(entered):
                self.add_error(name, _NO_REDOX_ID)

    @classmethod
    def part(cls, clinic: Document) -> Values:
        """The settings as the API shows them."""
        return ehr_settings(clinic["ehrSettings"]) if clinic.get("ehrSettings") else {}

    @classmethod
    def initial_of(cls, clinic: Document) -> Values:
        stored = ehr_settings(clinic.get("ehrSettings") or {})
        codes, schedule = stored.get("procedureCodes") or {}, stored.get("scheduledReports") or {}
        tags, destinations = stored.get("tags") or {}, stored.get("destinationIds") or {}
        return {
            "enabled": stored.get("enabled", False),
            "provider": stored.get("provider") or EhrProvider.REDOX.value,
            "source_id": stored.get("sourceId", ""),
            "mrn_id_type": stored.get("mrnIdType") or "MRN",
            **{kind: destinations.get(kind, "") for kind in _DESTINATIONS},
            **{field: codes.get(name, "") for name, field in _PROCEDURES.items()},
            "cadence": schedule.get("cadence") or DEFAULT_CADENCE,
            "on_upload": schedule.get("onUploadEnabled", False),
            "on_upload_note": schedule.get("onUploadNoteEventType") or NoteEvent.NEW.value,
            "tag_codes": ", ".join(tags.get("codes") or []),
            "tag_separator": tags.get("separator") or "",
            "icode": (stored.get("flowsheets") or {}).get("icode", False),
            "include_gmi": (stored.get("notes") or {}).get("includeGMI", False),
        }

    def settings(self) -> Document:
        """The settings in the form of a request body of the API."""
        entered = self.cleaned_data
        codes = {name: entered[field] for name, field in _PROCEDURES.items()}
        tag_codes = entered["tag_codes"]
        schedule = {"cadence": entered["cadence"], "onUploadEnabled": entered["on_upload"]}
        if entered["on_upload"]:
            schedule["onUploadNoteEventType"] = entered["on_upload_note"] or NoteEvent.NEW.value
        body: Document = {
            "enabled": entered["enabled"],
            "provider": entered["provider"],
            "sourceId": entered["source_id"],
            "mrnIdType": entered["mrn_id_type"],
            "procedureCodes": {name: code for name, code in codes.items() if code},
            "scheduledReports": schedule,
            "tags": {"codes": tag_codes} if tag_codes else {},
            "flowsheets": {"icode": entered["icode"]},
            "notes": {"includeGMI": entered["include_gmi"]},
        }
        if entered["tag_separator"]:
            body["tags"]["separator"] = entered["tag_separator"]
        if entered["flowsheet"]:
            body["destinationIds"] = {kind: entered[kind] for kind in _DESTINATIONS}
        return body

    def proposed(self, clinic: Document) -> Values:
        return ehr_settings(stored_ehr_settings(self.settings()))

    def preview(self, request: HttpRequest, clinic: Document) -> Values:
        return ehr_preview.of_connection(clinic["_id"], self.part(clinic), self.settings())

    def write(self, clinic_id: str, clinic: Document) -> None:
        update_ehr_settings(clinic_id, self.settings())
