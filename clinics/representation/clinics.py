"""Clinics, tags and sites as the API shows them (behaviour note clinics, 3.2)."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from clinics_site.core.db import Document

DEFAULT_TIER = "tier0100"
DEFAULT_UNITS = "mg/dL"
TIERS = {
    "tier0100": "Free",
    "tier0200": "Standard",
    "tier0300": "Premium",
    "tier0400": "Enterprise",
}
Counts = Mapping[ObjectId, int]

_OPTIONAL = (
    "address",
    "city",
    "postalCode",
    "state",
    "country",
    "website",
    "clinicType",
    "clinicSize",
    "timezone",
    "phoneNumbers",
    "suppressedNotifications",
)
# What a legacy account must have told before its patients can be moved.
_COMPLETE = (
    "address",
    "city",
    "clinicType",
    "country",
    "name",
    "postalCode",
    "state",
    "PreferredBgUnits",
)


def clinic(document: Document, tag_counts: Counts, site_counts: Counts) -> dict[str, Any]:
    """What is not stored, or stored as null, is left out. Admins, settings and counts are nobody's business."""
    tier = document.get("tier") or DEFAULT_TIER
    shown = {
        "id": document["_id"],
        "name": document.get("name") or "",
        "shareCode": document.get("canonicalShareCode") or "",
        "canMigrate": can_migrate(document),
        "createdTime": document["createdTime"],
        "updatedTime": document["updatedTime"],
        "tier": tier,
        "tierDescription": TIERS.get(tier, ""),
        "preferredBgUnits": document.get("PreferredBgUnits") or DEFAULT_UNITS,
    }
    shown |= {name: document[name] for name in _OPTIONAL if document.get(name) is not None}
    if "patientTags" in document:
        shown["patientTags"] = [tag(item, tag_counts) for item in document["patientTags"] or []]
    if document.get("sites"):
        shown["sites"] = [_site(item, site_counts) for item in document["sites"]]
    return shown


def tag(stored: Document, counts: Counts) -> dict[str, Any]:
    return _counted({"id": stored["_id"], "name": stored["name"]}, counts.get(stored["_id"]))


def site(stored: Document, count: int) -> dict[str, Any]:
    """Of the site routes: the count under both names its readers know (behaviour note clients, 3.5)."""
    shown = _counted({"id": stored["id"], "name": stored["name"]}, count)
    return {**shown, "patients": count} if count else shown


def _site(stored: Document, counts: Counts) -> dict[str, Any]:
    return _counted({"id": stored["id"], "name": stored["name"]}, counts.get(stored["id"]))


def _counted(shown: dict[str, Any], count: int | None) -> dict[str, Any]:
    return {**shown, "numPatients": count} if count else shown


def can_migrate(document: Document) -> bool:
    """A clinic opened for a legacy account whose owner has filled in the profile."""
    return bool(
        not document.get("isMigrated")
        and all(document.get(name) for name in _COMPLETE)
        and all(item.get("_id") and item.get("name") for item in document.get("patientTags") or [])
        and document.get("admins")
    )
