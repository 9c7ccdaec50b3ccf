"""The questions of staff: who has seen this patient, which lists may have shown them, and what someone has seen."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from kernel import db
from kernel.accesses.rows import RECORDS
from kernel.db import Document

Bounds = Mapping[str, ObjectId]  # of ids, which hold their time
_MOST_READ = 10_000  # accesses of a patient, to know the patient's clinics


def list_of_patient(
    user_id: str, period: Bounds, *, before: ObjectId | None, limit: int
) -> list[Document]:
    """Newest first; `before` is the last record of the page before."""
    return _page({"patient": user_id}, period, before, limit, index="AccessByPatient")


def list_of_actor(
    who: str, period: Bounds, *, before: ObjectId | None, limit: int
) -> list[Document]:
    return _page({"who": who}, period, before, limit, index="AccessByActor")


def list_clinics(user_id: str) -> list[ObjectId]:
    """Where this patient was seen: the patient may have left, or the clinic may have become part of another."""
    found = db.collection(RECORDS).aggregate(
        [
            {"$match": {"patient": user_id, "clinic": {"$exists": True}}},
            {"$sort": {"_id": DESCENDING}},
            {"$limit": _MOST_READ},
            {"$group": {"_id": "$clinic"}},
        ],
        hint="AccessByPatient",
    )
    return [row["_id"] for row in found]


def list_lists(
    clinic_ids: Sequence[ObjectId], period: Bounds, *, before: ObjectId | None, limit: int
) -> list[Document]:
    """Lists of these clinics, and those across clinics, without those that have shown one patient alone."""
    places = {"$in": [*clinic_ids, None]}
    query = {"clinic": places, "list": {"$exists": True}, "patient": None}
    return _page(query, period, before, limit, index="AccessLists")


def _page(
    query: dict[str, Any], period: Bounds, before: ObjectId | None, limit: int, *, index: str
) -> list[Document]:
    bounds = [{"_id": dict(period)}] if period else []
    bounds += [{"_id": {"$lt": before}}] if before is not None else []
    return list(
        db.collection(RECORDS).find(
            {"$and": [query, *bounds]}, sort=[("_id", DESCENDING)], limit=limit, hint=index
        )
    )
