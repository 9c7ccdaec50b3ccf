"""What the staff pages read of syncs and of what was sent, without payloads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from ehr.choices import ProcessingState
from kernel import db
from kernel.db import Document
from kernel.page_limits import MOST_COUNTED
from redox.kinds import SCHEDULED
from redox.store.deliveries import COLLECTION as DELIVERIES
from redox.store.deliveries import PROCESSING

WITHOUT_PAYLOAD = {"payload": 0, "report": 0}
Query = Mapping[str, Any]


def list_deliveries(query: Query, *, skip: int, limit: int) -> list[Document]:
    deliveries = db.collection(DELIVERIES).find(
        query, WITHOUT_PAYLOAD, sort=[("_id", DESCENDING)], skip=skip, limit=limit
    )
    return list(deliveries)


def count_deliveries(query: Query) -> int:
    return db.collection(DELIVERIES).count_up_to(query, MOST_COUNTED)


def find_delivery(delivery_id: ObjectId) -> Document | None:
    return db.collection(DELIVERIES).find_one({"_id": delivery_id})


# --- runs: the sends of one sync call share clinic and time, also in their records ---------------------
_RUN_KEY = {"clinicId": "$clinicId", "documentTime": "$documentTime"}
_STATES = (ProcessingState.DONE, ProcessingState.IGNORED, ProcessingState.FAILED)


def list_runs(query: Query, *, skip: int, limit: int) -> list[Document]:
    """Newest first: {_id: {clinicId, documentTime}, total, done, ignored, failed}, from the index alone.

    In a snapshot: the index holds the state, so a record that changes meanwhile would be counted twice or missed.
    """
    return db.run_in_transaction(lambda: _list_runs(query, skip=skip, limit=limit))


def _list_runs(query: Query, *, skip: int, limit: int) -> list[Document]:
    ended = {state: {"$sum": {"$toInt": {"$eq": ["$state", state]}}} for state in _STATES}
    rows = db.collection(PROCESSING).aggregate(
        [
            {"$match": {"kind": SCHEDULED, **query}},
            {"$group": {"_id": _RUN_KEY, "total": {"$sum": 1}, **ended}},
            {"$sort": {"_id.documentTime": -1, "_id.clinicId": 1}},
            {"$skip": skip},
            {"$limit": limit},
        ]
    )
    return list(rows)


def count_runs(query: Query) -> int:
    rows = db.collection(PROCESSING).aggregate(
        [
            {"$match": {"kind": SCHEDULED, **query}},
            {"$group": {"_id": _RUN_KEY}},
            {"$count": "n"},
        ]
    )
    return sum(row["n"] for row in rows)


def find_newest_of_clinic(clinic_id: ObjectId) -> datetime | None:
    newest = db.collection(PROCESSING).find_one(
        {"clinicId": clinic_id, "kind": SCHEDULED},
        {"documentTime": 1},
        sort=[("_id", DESCENDING)],
    )
    return newest["documentTime"] if newest else None
