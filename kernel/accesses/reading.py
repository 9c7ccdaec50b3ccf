"""The questions of staff: who has seen this patient, and which lists may have shown them."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from kernel import db
from kernel.accesses.rows import RECORDS
from kernel.db import Document

Bounds = Mapping[str, ObjectId]  # of ids, which hold their time


def list_of_patient(
    user_id: str, period: Bounds, *, before: ObjectId | None, limit: int
) -> list[Document]:
    """Newest first; `before` is the last record of the page before."""
    return _page({"patient": user_id}, period, before, limit, index="AccessByPatient")


def list_lists(
    clinic_ids: Sequence[ObjectId], period: Bounds, *, before: ObjectId | None, limit: int
) -> list[Document]:
    """Lists of these clinics, and those across clinics."""
    query = {"clinic": {"$in": [*clinic_ids, None]}, "list": {"$exists": True}}
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
