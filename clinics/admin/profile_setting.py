"""What a clinic says about itself, which its own admins change in their app: name, address, type, units, telephone."""

import re
from typing import Any

from django import forms
from django.core.validators import URLValidator

from clinic_records.choices import GlucoseUnits
from clinics.admin.forms import one_of
from clinics.admin.setting import Setting, Values
from clinics.choices import ClinicSize, ClinicType
from clinics.services import clinics
from kernel.api import schema
from kernel.db import Document
from kernel.staff.fields import Text, hold, normal, property_of

NOT_SET = ("", "—")
UNITS_NEEDED = "Once chosen, the units can be changed but not removed."
NO_WEB_ADDRESS = (
    "Write an address that begins with https:// or http://, such as https://clinic.example.org."
)
_IS_WEB_ADDRESS = URLValidator(schemes=["http", "https"], message=NO_WEB_ADDRESS)
_LINES = schema.array(schema.name())
# Field of the form -> stored field.
_STORED = {
    "name": "name", "address": "address", "city": "city", "state": "state", "postal_code": "postalCode",
    "country": "country", "website": "website", "phones": "phoneNumbers", "clinic_type": "clinicType",
    "clinic_size": "clinicSize", "units": "PreferredBgUnits",
}  # fmt: skip


def _line_of(phone: Document) -> str:
    kind = phone.get("type")
    return f"{kind}: {phone['number']}" if kind else str(phone["number"])


def _phone_in(line: str) -> Document:
    kind, separator, number = line.partition(": ")
    return {"type": kind, "number": number} if separator else {"number": line}


def _is_phone(value: Any) -> bool:
    """One that a line can say."""
    if not isinstance(value, dict) or not isinstance(value.get("number"), str):
        return False
    return bool(value["number"].strip()) and _phone_in(_line_of(value)) == value


def _text(name: str, label: str = "", **options: Any) -> Text:
    return Text(("clinic.v1", name), label=label or None, required=False, **options)


class ProfileSetting(Setting):
    TITLE = "Profile"
    ACTION = "clinic.profile_changed"
    LEAD = "The clinic's admins can change this themselves. The time zone has a form of its own."
    STORED = {
        **dict.fromkeys(
            ("name", "address", "city", "state", "postalCode", "country", "website"), str
        ),
        "phoneNumbers": [_is_phone],
        "clinicType": one_of(ClinicType.values),
        "clinicSize": one_of(ClinicSize.values),
        "PreferredBgUnits": one_of(GlucoseUnits.values),
    }
    GROUPS = (
        ("Clinic", ("name", "clinic_type", "clinic_size", "units")),
        ("Address", ("address", "city", "state", "postal_code", "country")),
        ("Contact", ("website", "phones")),
    )
    name = Text(("clinic.v1", "name"))
    address = _text("address")
    city = _text("city")
    state = _text("state", "State or region")
    postal_code = _text("postalCode", "Postal code")
    country = _text("country", help_text="Two letters, such as US, where the limits apply.")
    website = _text("website")
    phones = forms.CharField(
        label="Telephone",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One number on each line, with what it is before it if you like: “Office: +1 555 0100”.",
    )
    clinic_type = forms.ChoiceField(
        label="Type", required=False, choices=[NOT_SET, *ClinicType.choices]
    )
    clinic_size = forms.ChoiceField(
        label="Patients with diabetes", required=False, choices=[NOT_SET, *ClinicSize.choices]
    )
    units = forms.ChoiceField(
        label="Units of glucose", required=False, choices=[NOT_SET, *GlucoseUnits.choices]
    )

    def __init__(self, *args: Any, stored: Document, **options: Any) -> None:
        super().__init__(*args, stored=stored, **options)
        self._before = stored

    def clean_website(self) -> str:
        """One that is stored in another form may stay."""
        website: str = self.cleaned_data["website"]
        if website and not self._is_same("website", self._before.get("website")):
            _IS_WEB_ADDRESS(website)
        return website

    def clean_phones(self) -> list[Document]:
        lines = normal(_LINES, re.split(r"\r\n|\r|\n", self.cleaned_data["phones"]))
        phones = [_phone_in(line) for line in lines if line]
        if phones:
            hold(property_of("phoneNumbers.v1"), phones)
        return phones

    def clean_units(self) -> str:
        units: str = self.cleaned_data["units"]
        if not units and self._before.get("PreferredBgUnits") in GlucoseUnits.values:
            raise forms.ValidationError(UNITS_NEEDED)
        return units

    @classmethod
    def part(cls, clinic: Document) -> Values:
        """Empty values, which all mean the same, are None."""
        phones = [phone for phone in clinic.get("phoneNumbers") or [] if _is_phone(phone)]
        stored = {name: clinic.get(name) or None for name in _STORED.values()}
        return {**stored, "phoneNumbers": phones or None}

    @classmethod
    def initial_of(cls, clinic: Document) -> Values:
        part = cls.part(clinic)
        lines = "\n".join(map(_line_of, part["phoneNumbers"] or []))
        return {field: part[name] for field, name in _STORED.items()} | {"phones": lines}

    def proposed(self, clinic: Document) -> Values:
        """What was not changed stays as it is stored, in whatever form that is."""
        before, opened = self.part(clinic), self.initial_of(clinic)
        after = {
            name: before[name] if self._is_same(field, opened[field]) else self.cleaned_data[field]
            for field, name in _STORED.items()
        }
        return {name: value or None for name, value in after.items()}

    def _is_same(self, field: str, opened: Any) -> bool:
        sent = str(self.data.get(field, "")).replace("\r\n", "\n")
        return sent.strip() == (opened or "").strip()

    def write(self, clinic_id: str, clinic: Document) -> None:
        """Only what changes; what the form could not show is replaced with the consent that it asks for."""
        changed = {
            name: value
            for name, value in self.proposed(clinic).items()
            if value != (self._before.get(name) or None)
        }
        clinics.change_clinic(clinic_id, changed)
