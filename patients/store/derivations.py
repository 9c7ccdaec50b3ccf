"""Walks over everything that lists are derived from, in slices, and what is stored of such work.

`derivations`: `prepared` ({time}: every record has had its row since then), `prepare` ({position, counted}: how far the
command is), `check` (the daily comparison) and `issues` (the sweep of connection issues; for both see below), each with
the version of kept data behind its name.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ReturnDocument

from kernel import clock, db
from kernel.db import Document
from patients import kept
from patients.list_rows import row_id
from patients.store import list_rows, patient_answers, patient_counts, patients

COLLECTION = "derivations"
NOTES = ("prepared", "prepare", "check", "issues")
PREPARED, PREPARE, CHECK, ISSUES = map(kept.named, NOTES)
_FIRST, _LAST = ObjectId(b"\0" * 12), ObjectId(b"\xff" * 12)
_IDS = {"_id": 1}


# --- slices ---------------------------------------------------------------------------------------
def list_record_ids(after: ObjectId | None, limit: int) -> list[ObjectId]:
    return _list_ids(patients.COLLECTION, after or _FIRST, _LAST, limit)


def list_row_ids(after: bytes | None, limit: int) -> list[bytes]:
    first, last = row_id(_FIRST, _FIRST), row_id(_LAST, _LAST)
    return _list_ids(list_rows.COLLECTION, after or first, last, limit)


def list_answer_ids(after: ObjectId | None, limit: int) -> list[ObjectId]:
    return _list_ids(patient_answers.COLLECTION, after or _FIRST, _LAST, limit)


def _list_ids(collection: str, after: Any, last: Any, limit: int) -> list[Any]:
    """In their order."""
    found = db.collection(collection).find(
        {"_id": {"$gt": after, "$lte": last}}, _IDS, sort=[("_id", 1)], limit=limit
    )
    return [document["_id"] for document in found]


def list_present(ids: Sequence[ObjectId]) -> set[ObjectId]:
    """Those of them that have a record."""
    found = db.collection(patients.COLLECTION).find({"_id": {"$in": list(ids)}}, _IDS)
    return {record["_id"] for record in found}


def list_ids_of_clinic(clinic_id: ObjectId) -> list[ObjectId]:
    """All its records, in no order. No index holds just these, so it takes seconds for a large clinic."""
    found = db.collection(patients.COLLECTION).find(
        {"clinicId": clinic_id}, _IDS, hint=patients.ONE, max_time_ms=None, batch_size=5000
    )
    return [record["_id"] for record in found if isinstance(record["_id"], ObjectId)]


def estimate_records() -> int:
    return db.database()[patients.COLLECTION].estimated_document_count()


def forget_counts() -> None:
    """Those of earlier versions were not sums over rows."""
    db.collection(patient_counts.COLLECTION).delete_many({})


# --- what is stored of the work -------------------------------------------------------------------
def find(name: str) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": name})


def note_prepared() -> None:
    change = {"$setOnInsert": {"time": clock.now()}}
    db.collection(COLLECTION).update_one({"_id": PREPARED}, change, upsert=True)


def forget_preparation() -> None:
    db.collection(COLLECTION).delete_many({"_id": {"$in": [PREPARED, PREPARE]}})


def note_position(position: Document, counted: Mapping[str, int]) -> None:
    change = {"$set": {"position": position, "counted": dict(counted), "time": clock.now()}}
    db.collection(COLLECTION).update_one({"_id": PREPARE}, change, upsert=True)


def forget_position() -> None:
    db.collection(COLLECTION).delete_one({"_id": PREPARE})


# --- the daily check, and the sweep of connection issues --------------------------------------------
# {notBefore, claim?, position?, beganTime?, checked, wrong: {<kind>: n}, last?: {time, seconds, checked, wrong}}; of
# the sweep {notBefore, claim?, beganTime?, checked?, failures?, last?: {time, seconds, checked}}
def claim(name: str, moment: datetime, until: datetime) -> Document | None:
    """Claims the work until then; None when it is not due, or another process has it."""
    first = {"$setOnInsert": {"notBefore": moment}}
    db.collection(COLLECTION).update_one({"_id": name}, first, upsert=True)
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": name, "notBefore": {"$lte": moment}},
        {"$set": {"notBefore": until, "claim": secrets.token_hex(8)}},
        return_document=ReturnDocument.AFTER,
    )


def extend(run: Document, until: datetime) -> None:
    _change_held(run, {"$set": {"notBefore": until}})


def note_slice(run: Document, changes: Document) -> bool:
    """False when another process has the work now."""
    return _change_held(run, {"$set": changes})


def pause(run: Document, moment: datetime) -> None:
    """Due again then; it will continue where it was."""
    _change_held(run, {"$set": {"notBefore": moment}, "$unset": {"claim": ""}})


def end(run: Document, result: Document, following: datetime) -> None:
    of_this_run = ("claim", "position", "beganTime", "checked", "wrong", "failures")
    change = {"$set": {"last": result, "notBefore": following}}
    _change_held(run, {**change, "$unset": dict.fromkeys(of_this_run, "")})


def _change_held(run: Document, change: Document) -> bool:
    held = {"_id": run["_id"], "claim": run["claim"]}
    return db.collection(COLLECTION).update_one(held, change).matched_count > 0
