"""Find what keeps a unique index from being made: records that are equal in its fields. Only clinics and numbers leave
this module; the values may be patients' data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from pymongo import IndexModel

from kernel import db
from kernel.indexes import declarations


@dataclass(frozen=True, slots=True)
class Equals:
    """How many records are equal to another: of each clinic, most first, and in all."""

    records: int
    clinics: dict[ObjectId, int]


def find(collection: str, model: IndexModel) -> Equals:
    clinic = declarations.description_of(collection, model).clinic
    options: dict[str, Any] = {"allowDiskUse": True}
    if model.document.get("collation"):
        options["collation"] = model.document["collation"]
    found = db.database()[collection].aggregate(_pipeline(model, clinic), **options)
    counts = {row["_id"]: int(row["n"]) for row in found}
    clinics = {key: n for key, n in counts.items() if isinstance(key, ObjectId)}
    return Equals(records=sum(counts.values()), clinics=clinics)


def _pipeline(model: IndexModel, clinic: str) -> list[dict[str, Any]]:
    """Values of one record, then of one clinic, then equal ones of all clinics: no group holds a list of records, of
    which there may be any number. An index takes a missing field for null, and a list for each of its items."""
    keys = declarations.keys_of(model)
    values = {f"k{n}": {"$ifNull": [f"${key}", None]} for n, key in enumerate(keys)}
    of_record = {"values": values, "record": "$_id", "clinic": f"${clinic}"}
    of_clinic = {"values": "$_id.values", "clinic": "$_id.clinic"}
    part = {"clinic": "$_id.clinic", "n": "$n"}
    return [
        {"$match": _indexed(model)},
        *({"$unwind": {"path": f"${key}", "preserveNullAndEmptyArrays": True}} for key in keys),
        {"$group": {"_id": of_record}},
        {"$group": {"_id": of_clinic, "n": {"$sum": 1}}},
        {"$group": {"_id": "$_id.values", "n": {"$sum": "$n"}, "parts": {"$push": part}}},
        {"$match": {"n": {"$gt": 1}}},
        {"$unwind": "$parts"},
        {"$group": {"_id": "$parts.clinic", "n": {"$sum": "$parts.n"}}},
        {"$sort": {"n": -1, "_id": 1}},
    ]


def _indexed(model: IndexModel) -> Mapping[str, Any]:
    """Which documents the index holds."""
    partial: Mapping[str, Any] = model.document.get("partialFilterExpression") or {}
    if not model.document.get("sparse"):
        return partial
    return {"$or": [{key: {"$exists": True}} for key in declarations.keys_of(model)]}
