"""The questions of staff: who has seen this patient, which lists may have shown them, and what someone has seen."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from kernel import db
from kernel.accesses.rows import RECORDS
from kernel.db import Document

Bounds = Mapping[str, ObjectId]  # of ids, which hold their time
# MongoDB merges the newest lists of up to two hundred ranges of keys; of more it would read and sort all.
MOST_CLINICS = 150
_LEAST_ID = ObjectId(b"\0" * 12)


def list_of_patient(
    user_id: str,
    period: Bounds,
    *,
    clinic_id: ObjectId | None = None,
    before: ObjectId | None,
    limit: int,
) -> list[Document]:
    """Newest first; `before` is the last record of the page before. `clinic_id`: in this clinic alone."""
    if clinic_id is None:
        return _page({"patient": user_id}, period, before, limit, index="AccessByPatient")
    query = {"patient": user_id, "clinic": clinic_id}
    return _page(query, period, before, limit, index="AccessByPatientAndClinic")


def list_of_actor(
    who: str, period: Bounds, *, before: ObjectId | None, limit: int
) -> list[Document]:
    return _page({"who": who}, period, before, limit, index="AccessByActor")


def list_clinics(user_id: str, *, limit: int) -> list[ObjectId]:
    """Where this patient was seen, the clinic of the newest access first: the patient may have left, or the clinic may
    have become part of another. MongoDB looks at one key of the index for each clinic, however many accesses there
    are: so the order names all keys of it, and the condition on the clinic is a range of ids."""
    found = db.collection(RECORDS).aggregate(
        [
            {"$match": {"patient": user_id, "clinic": {"$gte": _LEAST_ID}}},
            {"$sort": {"patient": 1, "clinic": 1, "_id": DESCENDING}},
            {"$group": {"_id": "$clinic", "last": {"$first": "$_id"}}},
            {"$sort": {"last": DESCENDING}},
            {"$limit": limit},
        ],
        hint="AccessByPatientAndClinic",
    )
    return [row["_id"] for row in found]


def list_lists(
    clinic_ids: Sequence[ObjectId], period: Bounds, *, before: ObjectId | None, limit: int
) -> list[Document]:
    """Lists of these clinics, at most MOST_CLINICS, and those across clinics, without those that have shown one patient
    alone."""
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
