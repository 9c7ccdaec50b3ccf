"""Merges as those see them who ask for one: request, join, look up, stop (rules MERGE-80 to MERGE-86)."""

from collections.abc import Mapping
from datetime import timedelta

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from clinic_records.services import access, closures
from kernel import clock, db, ids, outbox, safe_reading
from kernel.db import Document
from kernel.errors import Conflict, NotFound
from merges.choices import MergeState
from merges.events import MergeRequested
from merges.services import audit_trail, planning
from merges.services.stages import FIRST, UNDECIDED
from merges.store import merges as store

OTHER_MERGE = "one of the clinics is being merged with another clinic"
NOT_FOUND = "merge not found"
TOO_LATE = "the merge has ended, or is too far to be taken back"
STOPPED = "it was stopped"
QUIET = timedelta(minutes=1)


def request_merge(
    *,
    source_id: str | ObjectId,
    target_id: str | ObjectId,
    requested_by: str,
    reason: str = "",
    numbers: Mapping[str, int] | None = None,
) -> Document:
    """The merge of the two clinics: a new one, the one that is running, or the one that has made them one already.
    `numbers`: of the plan that the one who asks has seen.

    Raises BadRequest if both are the same clinic, NotFound, and Conflict while one of them is in another merge.
    """
    source, target = planning.parse_pair(source_id, target_id)
    present = _present(source, target)
    if present is not None:
        return present
    merge = _new_merge(source, target, requested_by=requested_by, reason=reason)
    merge["numbers"] = dict(numbers or {})
    try:
        db.run_in_transaction(lambda: _begin(merge))
    except DuplicateKeyError:  # someone else asked at the same moment
        return store.find_newest(source, target) or merge
    outbox.nudge()
    return merge


def find_present(source_id: str | ObjectId, target_id: str | ObjectId) -> Document | None:
    """The merge that a request for this pair joins."""
    source, target = ids.parse_id(source_id), ids.parse_id(target_id)
    return _present(source, target) if source and target else None


def _present(source_id: ObjectId, target_id: ObjectId) -> Document | None:
    """The pair's newest merge, if it is running or has succeeded."""
    newest = store.find_newest(source_id, target_id)
    final = (MergeState.REFUSED, MergeState.TAKEN_BACK)
    return newest if newest is not None and newest["state"] not in final else None


def _new_merge(
    source_id: ObjectId, target_id: ObjectId, *, requested_by: str, reason: str
) -> Document:
    names = {clinic_id: _name_of(clinic_id) for clinic_id in (source_id, target_id)}
    if closures.find(source_id) or closures.find(target_id):
        raise Conflict(message=OTHER_MERGE)
    moment = clock.now()
    return {
        "_id": ids.new_id(),
        "sourceId": source_id,
        "targetId": target_id,
        "sourceName": names[source_id],
        "targetName": names[target_id],
        "state": MergeState.RUNNING.value,
        "stage": FIRST,
        "steps": 0,
        "done": 0,
        "total": 0,
        "numbers": {},
        "problems": [],
        "problem": "",
        "requestedBy": requested_by,
        "reason": reason,
        "createdTime": moment,
        "updatedTime": moment,
    }


def _name_of(clinic_id: ObjectId) -> str:
    return safe_reading.text(access.access_clinic(clinic_id).get("name")) or ""


def _begin(merge: Document) -> None:
    store.insert(merge)
    audit_trail.record_begin(merge)
    outbox.emit(MergeRequested(merge_id=str(merge["_id"])))


def find_merge(merge_id: str | ObjectId) -> Document | None:
    parsed_id = ids.parse_id(merge_id)
    return store.find(parsed_id) if parsed_id else None


def access_merge(merge_id: str | ObjectId) -> Document:
    """Raises NotFound."""
    merge = find_merge(merge_id)
    if merge is None:
        raise NotFound(message=NOT_FOUND)
    return merge


def has_ended(merge: Document) -> bool:
    """Mails may still be to be asked for; nothing else changes any more."""
    return merge["state"] not in store.UNFINISHED


def can_be_stopped(merge: Document) -> bool:
    return merge["state"] == MergeState.RUNNING and merge["stage"] in UNDECIDED


def is_quiet(merge: Document) -> bool:
    """Whether nothing has happened for so long that workers may be missing."""
    return not has_ended(merge) and clock.now() - merge["updatedTime"] > QUIET


def list_merges(*, skip: int, limit: int) -> list[Document]:
    """Newest first."""
    return store.list_newest(skip=skip, limit=limit)


def count_merges() -> int:
    return store.count()


def stop_merge(
    merge_id: str | ObjectId, *, problem: str = STOPPED, at_step: int | None = None
) -> None:
    """Have a running merge taken back. Raises NotFound, and Conflict when it is too late, or past `at_step`."""
    merge = access_merge(merge_id)

    def stop() -> None:
        if not store.turn_back(merge["_id"], UNDECIDED, problem, clock.now(), at_step=at_step):
            raise Conflict(message=TOO_LATE)
        outbox.emit(MergeRequested(merge_id=str(merge["_id"])))

    db.run_in_transaction(stop)
    outbox.nudge()
