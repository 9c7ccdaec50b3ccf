"""Finding clinics by their EHR settings."""

import re
from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from clinic_records.documents import ClinicDocument
from clinic_records.store.clinics import COLLECTION
from kernel import db

_NOTHING_TO_SEE = r"[\s\p{Z}\p{C}]*"


def list_enabled(query: Mapping[str, Any], *, limit: int = 0) -> list[ClinicDocument]:
    """Clinics with EHR enabled that match `query`, in order of their ids."""
    enabled = {"ehrSettings.enabled": True, **query}
    return list(db.collection(COLLECTION).find(enabled, sort=[("_id", 1)], limit=limit))


def list_by_source(provider: str, source_id: str) -> list[ClinicDocument]:
    """Enabled clinics of a provider whose source id is this one, but for letter case and for the blanks and signs of no
    width around and between its words. The index's keys are compared, so no other clinic is read."""
    words = _NOTHING_TO_SEE.join(map(re.escape, source_id.split()))
    pattern = f"^{_NOTHING_TO_SEE}{words}{_NOTHING_TO_SEE}$"
    source = {"$regex": pattern, "$options": "i"}
    return list_enabled({"ehrSettings.provider": provider, "ehrSettings.sourceId": source})


def list_enabled_ids(query: Mapping[str, Any]) -> list[ObjectId]:
    enabled = {"ehrSettings.enabled": True, **query}
    rows = db.collection(COLLECTION).find(enabled, {"_id": 1}, sort=[("_id", 1)])
    return [row["_id"] for row in rows]


def list_sources(provider: str) -> list[tuple[ObjectId, str]]:
    """Every enabled clinic of a provider with its source id: at most a few hundred rows of two fields."""
    rows = db.collection(COLLECTION).find(
        {
            "ehrSettings.enabled": True,
            "ehrSettings.provider": provider,
            "ehrSettings.sourceId": {"$type": "string"},
        },
        {"ehrSettings.sourceId": 1},
        sort=[("_id", 1)],
    )
    return [(row["_id"], row["ehrSettings"]["sourceId"]) for row in rows]
