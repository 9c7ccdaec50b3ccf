"""What the staff pages read of syncs and of what was sent, without payloads."""

from collections.abc import Mapping, Sequence
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
from redox.store.syncs import COLLECTION as SYNCS

WITHOUT_PAYLOAD = {"payload": 0, "report": 0}
_SHOWN = ("documentId", "kind", "time", "clinicId", "userId", "embedded")
Query = Mapping[str, Any]


def list_deliveries(query: Query, *, skip: int, limit: int) -> list[Document]:
    deliveries = db.collection(DELIVERIES).find(
        query, WITHOUT_PAYLOAD, sort=[("_id", DESCENDING)], skip=skip, limit=limit
    )
    return list(deliveries)


def count_deliveries(query: Query) -> int:
    return db.collection(DELIVERIES).count_up_to(query, MOST_COUNTED)


def list_sent_for(documents: Sequence[ObjectId], kinds: Sequence[str]) -> list[Document]:
    """What was sent for these documents: without payloads, `hasReport` says whether the PDF is kept."""
    fields: Document = dict.fromkeys(_SHOWN, 1)
    fields["hasReport"] = {"$ne": [{"$type": "$report"}, "missing"]}
    query = {"kind": {"$in": list(kinds)}, "documentId": {"$in": list(documents)}}
    return list(db.collection(DELIVERIES).find(query, fields, sort=[("_id", DESCENDING)]))


def find_delivery(delivery_id: ObjectId) -> Document | None:
    return db.collection(DELIVERIES).find_one({"_id": delivery_id})


# --- runs: the sends of one sync call share clinic and time, also in their records ---------------------
_ENDED = (ProcessingState.DONE, ProcessingState.IGNORED, ProcessingState.FAILED)
_WAITING = (ProcessingState.PENDING, ProcessingState.RUNNING)


def count_sends(clinic_id: ObjectId, moment: datetime) -> Document:
    """{total, done, ignored, failed} of one run, from the index alone: it reads as many keys as the run has sends.

    In a snapshot: the index holds the state, so a record that changes meanwhile would be counted twice or missed.
    """
    return db.run_in_transaction(lambda: _count_sends(clinic_id, moment))


def _count_sends(clinic_id: ObjectId, moment: datetime) -> Document:
    ended: Document = {
        state.value: {"$sum": {"$toInt": {"$eq": ["$state", state.value]}}} for state in _ENDED
    }
    query = {"kind": SCHEDULED, "documentTime": moment, "clinicId": clinic_id}
    group: Document = {"_id": None, "total": {"$sum": 1}, **ended}
    rows = db.collection(PROCESSING).aggregate([{"$match": query}, {"$group": group}])
    none: Document = {"total": 0, **{state.value: 0 for state in _ENDED}}
    return next(iter(rows), none)


def list_syncs(query: Query, *, skip: int, limit: int, most_failed: int) -> list[Document]:
    """Newest first, each with `waiting`, one of its sends that has not ended, and `failed`, at most so many of those
    that failed. So the list costs the same however many sends there are."""
    rows = db.collection(SYNCS).aggregate(
        [
            {"$match": query},
            {"$sort": {"createdTime": -1}},  # an index has no more
            {"$skip": skip},
            {"$limit": limit},
            _sends("waiting", _WAITING, 1),
            _sends("failed", (ProcessingState.FAILED,), most_failed),
        ]
    )
    return list(rows)


def _sends(name: str, states: Sequence[str], limit: int) -> Document:
    of_run = [{"$eq": ["$documentTime", "$$moment"]}, {"$eq": ["$clinicId", "$$clinic"]}]
    query = {"kind": SCHEDULED, "state": {"$in": list(states)}, "$expr": {"$and": of_run}}
    shown = {"_id": 0, "state": 1}  # from the index alone
    return {
        "$lookup": {
            "from": PROCESSING,
            "let": {"moment": "$createdTime", "clinic": "$clinicId"},
            "pipeline": [{"$match": query}, {"$limit": limit}, {"$project": shown}],
            "as": name,
        }
    }
