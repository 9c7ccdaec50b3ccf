"""The collections `jobs`, and `jobParts`: what a job works on, the rows that it has made, and its file, in pieces."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from kernel import clock, db, indexes
from kernel.choices import JobState
from kernel.db import Document
from kernel.page_limits import MOST_COUNTED

COLLECTION, PARTS = "jobs", "jobParts"
QUEUE = "jobs"  # of the outbox: no mail waits behind a job
_WANTED, _TYPED, _RESULT = "wanted", "typed", "result"  # series of one part each
_LONG = ("log", "narrowed", "leftOut")
_SHORT = dict.fromkeys((*_LONG, "wanted"), 0)
_SHOWN = timedelta(days=1)
_MOST_LINES = 500  # of a log
_MOST_LISTED = 20  # of those at work
AT_WORK = (JobState.PLANNING, JobState.RUNNING, JobState.WRITING)

indexes.declare(
    COLLECTION,
    IndexModel([("kind", ASCENDING), ("_id", DESCENDING)], name="JobsByKind"),
    IndexModel([("clinicId", ASCENDING), ("_id", DESCENDING)], name="JobsByClinic"),
    IndexModel([("state", ASCENDING), ("_id", DESCENDING)], name="JobsByState"),
    IndexModel(
        [("clinicId", ASCENDING), ("kind", ASCENDING), ("_id", ASCENDING)],
        name="JobsAtWork",
        partialFilterExpression={"state": {"$in": [state.value for state in AT_WORK]}},
    ),
    IndexModel([("createdTime", ASCENDING)], name="JobsCleanup", expireAfterSeconds=30 * 86_400),
)
indexes.declare(
    PARTS,
    IndexModel(
        [("jobId", ASCENDING), ("series", ASCENDING), ("number", ASCENDING)],
        name="UniqueJobPart",
        unique=True,
    ),
    IndexModel([("expiresTime", ASCENDING)], name="JobPartsCleanup", expireAfterSeconds=0),
)


def insert(job: Document) -> None:
    db.collection(COLLECTION).insert_one(job)


def find(job_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": job_id})


def kinds_of(job_ids: Sequence[ObjectId]) -> dict[str, str]:
    """The kind of each job that is kept, by its id."""
    found = db.collection(COLLECTION).find({"_id": {"$in": list(job_ids)}}, {"kind": 1})
    return {str(job["_id"]): job["kind"] for job in found}


def find_short(job_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": job_id}, _SHORT)


def list_newest(query: Mapping[str, Any], *, skip: int, limit: int) -> list[Document]:
    """Without their logs, and without what was typed to choose, and who was left out."""
    sort = [("_id", DESCENDING)]
    rows = db.collection(COLLECTION).find(
        query, dict.fromkeys(_LONG, 0), sort=sort, skip=skip, limit=limit
    )
    return list(rows)


def count(query: Mapping[str, Any]) -> int:
    return db.collection(COLLECTION).count_up_to(query, MOST_COUNTED)


def advance(
    job: Mapping[str, Any],
    fields: Mapping[str, Any],
    *,
    lines: Sequence[str] = (),
    increase: Mapping[str, int] | None = None,
) -> Document | None:
    """The job afterwards; None if it is no longer where `job` is: another worker went on with it, or someone has
    canceled it. So no step is taken twice."""
    moment = clock.now()
    update: dict[str, Any] = {
        "$set": {**fields, "updatedTime": moment},
        "$inc": {"steps": 1, **(increase or {})},
    }
    if lines:
        entries = [{"time": moment, "words": words} for words in lines]
        update["$push"] = {"log": {"$each": entries, "$slice": -_MOST_LINES}}
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": job["_id"], "state": job["state"], "steps": job["steps"]},
        update,
        return_document=ReturnDocument.AFTER,
    )


def claim_file(job_id: ObjectId, moment: datetime) -> Document | None:
    """The job with its file, for the first who asks."""
    ready = {"_id": job_id, "state": JobState.DONE.value, "file.fetchedTime": None}
    return db.collection(COLLECTION).find_one_and_update(
        {**ready, "file.expiresTime": {"$gt": moment}}, {"$set": {"file.fetchedTime": moment}}
    )


# --- parts ----------------------------------------------------------------------------------------
def insert_part(
    job_id: ObjectId, series: str, number: int, expires: datetime, **content: Any
) -> None:
    part = {"jobId": job_id, "series": series, "number": number, "expiresTime": expires}
    db.collection(PARTS).insert_one({"_id": ObjectId(), **part, **content})


def insert_items(job_id: ObjectId, batches: Iterable[Sequence[str]], expires: datetime) -> None:
    parts = [
        {
            "_id": ObjectId(),
            "jobId": job_id,
            "series": "items",
            "number": number,
            "items": list(batch),
            "expiresTime": expires,
        }
        for number, batch in enumerate(batches)
    ]
    if parts:
        db.collection(PARTS).insert_many(parts)


def find_items(job_id: ObjectId, number: int) -> list[str] | None:
    part = db.collection(PARTS).find_one({"jobId": job_id, "series": "items", "number": number})
    return None if part is None else part["items"]


def list_items(job_id: ObjectId) -> list[str]:
    """All of them, in order."""
    series = {"jobId": job_id, "series": "items"}
    parts = db.collection(PARTS).find(series, {"items": 1}, sort=[("number", ASCENDING)])
    return [item for part in parts for item in part["items"]]


def walk_data(job_id: ObjectId, series: str) -> Iterator[bytes]:
    """One part after the other: never more than one is in memory."""
    number = 0
    while part := db.collection(PARTS).find_one(
        {"jobId": job_id, "series": series, "number": number}
    ):
        yield part["data"]
        number += 1


def keep_wanted(job_id: ObjectId, wanted: Mapping[str, Any], expires: datetime) -> None:
    insert_part(job_id, _WANTED, 0, expires, wanted=dict(wanted))


def find_wanted(job_id: ObjectId) -> Document | None:
    part = db.collection(PARTS).find_one({"jobId": job_id, "series": _WANTED, "number": 0})
    return None if part is None else part["wanted"]


def take_wanted(job_id: ObjectId) -> Document | None:
    """What was kept, and is then kept no longer."""
    query = {"jobId": job_id, "series": _WANTED, "number": 0}
    part = db.collection(PARTS).find_one_and_delete(query)
    return None if part is None else part["wanted"]


def keep_typed(job_id: ObjectId, text: str, expires: datetime) -> None:
    """For the page of the job; it goes when it expires, and not with the job's other parts."""
    insert_part(job_id, _TYPED, 0, expires, typed=text)


def find_typed(job_id: ObjectId) -> str | None:
    part = db.collection(PARTS).find_one({"jobId": job_id, "series": _TYPED, "number": 0})
    return None if part is None else part["typed"]


def keep_result(job_id: ObjectId, result: Mapping[str, Any], expires: datetime) -> None:
    """What a page shows of a job that is done; in place of that of an earlier try. It goes when it expires."""
    part = {"jobId": job_id, "series": _RESULT, "number": 0}
    fields = {"result": dict(result), "expiresTime": expires}
    db.collection(PARTS).update_one(part, {"$set": fields}, upsert=True)


def find_result(job_id: ObjectId) -> Document | None:
    part = db.collection(PARTS).find_one({"jobId": job_id, "series": _RESULT, "number": 0})
    return None if part is None else part["result"]


def find_newest(kind: str, clinic_id: ObjectId, options: Mapping[str, Any]) -> Document | None:
    """For a kind of which there are few: the jobs of a clinic may be thousands."""
    query = {"kind": kind, "clinicId": clinic_id}
    query |= {f"options.{name}": value for name, value in options.items()}
    return db.collection(COLLECTION).find_one(
        query, dict.fromkeys(_LONG, 0), sort=[("_id", DESCENDING)], hint="JobsByKind"
    )


def list_of(
    kinds: Sequence[str],
    clinic_id: ObjectId,
    asked_by: str | None = None,
    *,
    has_ended: bool = False,
) -> list[Document]:
    """Those of some kinds in a clinic that are at work or have kept something, of one person or all, newest first, as
    `find_short` has them. `has_ended`: and those that have ended within a day."""
    kept: list[Document] = [
        {"state": {"$in": [state.value for state in AT_WORK]}},
        {"file.expiresTime": {"$gt": clock.now()}},
        {"again.until": {"$gt": clock.now()}},
        *([{"endedTime": {"$gt": clock.now() - _SHOWN}}] if has_ended else []),
    ]
    query: dict[str, Any] = {"kind": {"$in": list(kinds)}, "clinicId": clinic_id, "$or": kept}
    if asked_by is not None:
        query["askedBy.actor_id"] = asked_by
    sort = [
        ("createdTime", DESCENDING),
        ("_id", DESCENDING),
    ]  # ids of two processes are not in order
    found = db.collection(COLLECTION).find(query, _SHORT, sort=sort, hint="JobsByClinic")
    return list(found)


def list_at_work(clinic_id: ObjectId | None, kind: str) -> list[Document]:
    """Those of a kind in a clinic, or of one about no clinic, oldest first, so many of them as one page shows."""
    states = {"$in": [state.value for state in AT_WORK]}
    query = {"state": states, "clinicId": clinic_id, "kind": kind}
    sort = [("_id", ASCENDING)]
    found = db.collection(COLLECTION).find(
        query, _SHORT, sort=sort, limit=_MOST_LISTED, hint="JobsAtWork"
    )
    return list(found)


def list_at_work_of_clinics() -> list[Document]:
    """Id, kind, state and clinic of those that are about a clinic."""
    shown = {"kind": 1, "state": 1, "clinicId": 1}
    query = {
        "state": {"$in": [state.value for state in AT_WORK]},
        "clinicId": {"$type": "objectId"},
    }
    return list(db.collection(COLLECTION).find(query, shown, hint="JobsAtWork"))


def list_all_at_work(clinic_id: ObjectId) -> list[Document]:
    """Those of all kinds in a clinic, oldest first, as `list_at_work`."""
    query = {"state": {"$in": [state.value for state in AT_WORK]}, "clinicId": clinic_id}
    sort = [("_id", ASCENDING)]
    found = db.collection(COLLECTION).find(
        query, _SHORT, sort=sort, limit=_MOST_LISTED, hint="JobsAtWork"
    )
    return list(found)


def prolong_parts(job_id: ObjectId, expires: datetime) -> None:
    query = {"jobId": job_id, "series": {"$ne": _TYPED}}
    db.collection(PARTS).update_many(query, {"$set": {"expiresTime": expires}})


def remove_parts(job_id: ObjectId, *, but: str = "") -> None:
    """All but what was typed, the result, and those of a series."""
    kept = [_TYPED, _RESULT, but]
    db.collection(PARTS).delete_many({"jobId": job_id, "series": {"$nin": kept}})


def remove_series(job_id: ObjectId, series: str) -> None:
    db.collection(PARTS).delete_many({"jobId": job_id, "series": series})
