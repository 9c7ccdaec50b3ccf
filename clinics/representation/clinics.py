"""Clinics, tags and sites as the API shows them (rules CLINIC-9 to CLINIC-15)."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from clinic_records.choices import GlucoseUnits, Tier
from clinics.choices import CHOICES
from clinics.services.migration_readiness import can_migrate
from kernel import safe_reading
from kernel.clock import ZERO
from kernel.db import Document
from kernel.safe_reading import moment, objects, require, text

DEFAULT_UNITS = GlucoseUnits.MG_DL.value
Counts = Mapping[ObjectId, int]

_TEXTS = ("address", "city", "postalCode", "state", "country")
_SHOWN_CHOICES = ("clinicType", "clinicSize", "timezone")


@safe_reading.tolerant("clinic")
def clinic(document: Document, tag_counts: Counts, site_counts: Counts) -> dict[str, Any]:
    """Values that are not stored, or that the API would not accept, are left out. Admins, settings and counts are not
    shown to clients."""
    tier = text(document.get("tier")) or Tier.FREE.value
    shown: dict[str, Any] = {
        "id": document.get("_id"),
        "name": text(document.get("name")) or "",
        "shareCode": text(document.get("canonicalShareCode")) or "",
        "canMigrate": can_migrate(document),
        "createdTime": moment(document.get("createdTime")) or ZERO,
        "updatedTime": moment(document.get("updatedTime")) or ZERO,
        "tier": tier,
        "tierDescription": Tier.label_of(tier),
        "preferredBgUnits": text(document.get("PreferredBgUnits")) or DEFAULT_UNITS,
    }
    shown |= {name: value for name in _TEXTS if (value := text(document.get(name)))}
    shown |= {n: document[n] for n in _SHOWN_CHOICES if text(document.get(n)) in CHOICES[n]}
    if text(document.get("website")) is not None:
        shown["website"] = document["website"]
    numbers = _phone_numbers(document.get("phoneNumbers"))
    if numbers:
        shown["phoneNumbers"] = numbers
    if isinstance(document.get("suppressedNotifications"), dict):
        shown["suppressedNotifications"] = document["suppressedNotifications"]
    if "patientTags" in document:
        shown["patientTags"] = [tag(item, tag_counts) for item in document["patientTags"] or []]
    if document.get("sites"):
        shown["sites"] = [_site(item, site_counts) for item in document["sites"]]
    return shown


def _phone_numbers(stored: Any) -> list[Document]:
    shown: list[Document] = []
    for item in objects(stored):
        number = {name: str(item[name]) for name in ("number", "type") if item.get(name)}
        if "number" in number and number not in shown:
            shown.append(number)
    return shown


def tag(stored: Document, counts: Counts) -> dict[str, Any]:
    tag_id = require(ObjectId, stored["_id"])
    return _counted({"id": tag_id, "name": require(str, stored["name"])}, counts.get(tag_id))


def site(stored: Document, count: int) -> dict[str, Any]:
    """A site in the answers of its routes, with the count under both names that clients use (rule CLINIC-72)."""
    shown = _counted({"id": stored["id"], "name": stored["name"]}, count)
    return {**shown, "patients": count} if count else shown


def _site(stored: Document, counts: Counts) -> dict[str, Any]:
    site_id = require(ObjectId, stored["id"])
    return _counted({"id": site_id, "name": require(str, stored["name"])}, counts.get(site_id))


def _counted(shown: dict[str, Any], count: int | None) -> dict[str, Any]:
    return {**shown, "numPatients": count} if count else shown
