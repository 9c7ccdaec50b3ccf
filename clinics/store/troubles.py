"""`clinicTroubles`: one document {_id, foundTime, total, clinics: [{clinicId, isSourceShared, reasons}]}.

A run replaces it as a whole, so a page is never of two runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId

from kernel import db
from kernel.db import Document

COLLECTION = "clinicTroubles"
MOST = 5_000  # a document holds 16 MB
_ONE = "found"


@dataclass(frozen=True, slots=True)
class Entry:
    """`reasons`: those that the clinic's own record does not say."""

    clinic_id: ObjectId
    is_source_shared: bool
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Kept:
    entries: list[Entry]
    total: int
    found: datetime | None


def put(entries: Sequence[Entry], moment: datetime) -> None:
    clinics = [
        {
            "clinicId": entry.clinic_id,
            "isSourceShared": entry.is_source_shared,
            "reasons": entry.reasons,
        }
        for entry in entries[:MOST]
    ]
    found = {"foundTime": moment, "total": len(entries), "clinics": clinics}
    db.collection(COLLECTION).update_one({"_id": _ONE}, {"$set": found}, upsert=True)


def page(*, skip: int, limit: int) -> Kept:
    found = _find({"clinics": {"$slice": [skip, limit]}})
    entries = [_entry(row) for row in found.get("clinics", ())]
    return Kept(entries, found.get("total", 0), found.get("foundTime"))


def find(clinic_id: ObjectId) -> Entry | None:
    rows = _find({"clinics": {"$elemMatch": {"clinicId": clinic_id}}}).get("clinics", ())
    return next(map(_entry, rows), None)


def _find(projection: Document) -> Document:
    projection = {"foundTime": 1, "total": 1, **projection}
    return db.collection(COLLECTION).find_one({"_id": _ONE}, projection) or {}


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(row["clinicId"], row["isSourceShared"], row["reasons"])
