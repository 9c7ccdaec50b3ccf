"""The collection `ehrBulkRuns`: work on many patients of a clinic, and how far it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING, ReturnDocument

from ehr.choices import BulkState
from kernel import clock, db
from kernel.db import Document

COLLECTION = "ehrBulkRuns"


def insert(run: Document) -> None:
    db.collection(COLLECTION).insert_one(run)


def find(run_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": run_id})


def list_newest(clinic_id: ObjectId, *, limit: int) -> list[Document]:
    """Without their patients."""
    rows = db.collection(COLLECTION).find(
        {"clinicId": clinic_id}, {"items": 0}, sort=[("_id", DESCENDING)], limit=limit
    )
    return list(rows)


def advance(
    run: Mapping[str, Any],
    fields: Mapping[str, Any],
    *,
    items: Sequence[Document] = (),
    increase: Mapping[str, int] | None = None,
) -> Document | None:
    """The run afterwards; None if it is no longer where `run` is: another worker went on with it, or someone has
    stopped it. So no step is taken twice. `items` are added."""
    update: dict[str, Any] = {
        "$set": {**fields, "updatedTime": clock.now()},
        "$inc": {"steps": 1, **(increase or {})},
    }
    if items:
        update["$push"] = {"items": {"$each": list(items)}}
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": run["_id"], "state": run["state"], "steps": run["steps"]},
        update,
        return_document=ReturnDocument.AFTER,
    )


def note_in_stopped(
    run_id: ObjectId, fields: Mapping[str, Any], increase: Mapping[str, int]
) -> None:
    """What became of the patient who was at work while someone stopped the run."""
    db.collection(COLLECTION).update_one(
        {"_id": run_id, "state": BulkState.STOPPED.value},
        {"$set": dict(fields), "$inc": dict(increase)},
    )
