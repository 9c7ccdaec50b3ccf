"""Merges as those see them who ask for one: request, join, look up, stop (rules MERGE-80 to MERGE-86)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from clinic_records.documents import ClinicDocument
from clinic_records.services import access, closures
from kernel import clock, db, ids, outbox, safe_reading, texts
from kernel.db import Document
from kernel.errors import Conflict, NotFound
from merges.choices import MergeState
from merges.events import MergeRequested
from merges.services import audit_trail, planning
from merges.services.stages import FIRST, UNDECIDED
from merges.store import merges as store
from merges.store import plan_documents
from patients.services import kept_files

OTHER_MERGE = "one of the clinics is being merged with another clinic"
CREATING = "patients are being created from a file in the clinic that would go; wait for the end, or cancel that job"
NOT_FOUND = "merge not found"
TOO_LATE = "the merge has ended, or is too far to be taken back"
STOPPED = "it was stopped"
QUIET = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stopper:
    """A person who stops a merge, and why."""

    signature: str
    reason: str


def request_merge(
    *,
    source_id: str | ObjectId,
    target_id: str | ObjectId,
    requested_by: str,
    reason: str = "",
    numbers: Mapping[str, int] | None = None,
    seen: str = "",
) -> Document:
    """The merge of the two clinics: a new one, the one that is running, or the one that has made them one already.
    `numbers`: of the plan that the one who asks has seen; `seen`: its fingerprint, if it was made some time ago: a
    merge whose plan is another one by then is refused when its worker has checked it.

    Raises BadRequest if both are the same clinic, NotFound, and Conflict while one of them is in another merge, or
    patients of the source are created from a file.
    """
    source, target = planning.parse_pair(source_id, target_id)
    present = _present(source, target)
    if present is not None:
        return present
    merge = _new_merge(source, target, requested_by=requested_by, reason=reason)
    merge["numbers"] = dict(numbers or {})
    merge |= {"seen": seen} if seen else {}
    try:
        db.run_in_transaction(lambda: _begin(merge))
    except DuplicateKeyError:  # someone else asked at the same moment
        return store.find_newest(source, target) or merge
    outbox.nudge()
    return merge


def is_creating(source_id: ObjectId) -> bool:
    """Whether patients of the source are created from a file, which refuses its merge."""
    return kept_files.is_creating(source_id)


def find_present(source_id: str | ObjectId, target_id: str | ObjectId) -> Document | None:
    """The merge that a request for this pair joins."""
    source, target = ids.parse_id(source_id), ids.parse_id(target_id)
    return _present(source, target) if source and target else None


def find_successor(source_id: ObjectId) -> ObjectId | None:
    """The clinic into which a deleted one was merged; None if it was not."""
    merge = store.find_completed_of(source_id)
    return merge["targetId"] if merge else None


def find_ending(clinic_id: ObjectId) -> ObjectId | None:
    """The merge that has ended the clinic."""
    merge = store.find_completed_of(clinic_id)
    return merge["_id"] if merge else None


def find_by_code(share_code: str, target_id: str) -> Document | None:
    """The newest merge into this clinic that took it the share code: the code leads to the target since then."""
    target = ids.parse_id(target_id)
    into_target = store.list_completed_into(target) if target else []
    found = plan_documents.find_by_code_of_source(into_target, texts.share_code(share_code))
    return store.find(found["planId"]) if found else None


def _present(source_id: ObjectId, target_id: ObjectId) -> Document | None:
    """The pair's newest merge, if it is running or has succeeded."""
    newest = store.find_newest(source_id, target_id)
    final = (MergeState.REFUSED, MergeState.TAKEN_BACK)
    return newest if newest is not None and newest["state"] not in final else None


def _new_merge(
    source_id: ObjectId, target_id: ObjectId, *, requested_by: str, reason: str
) -> Document:
    source, target = map(access.access_clinic, (source_id, target_id))
    if closures.find(source_id) or closures.find(target_id):
        raise Conflict(message=OTHER_MERGE)
    moment = clock.now()
    return {
        "_id": ids.new_id(),
        "sourceId": source_id,
        "targetId": target_id,
        "sourceName": _text_of(source, "name"),
        "targetName": _text_of(target, "name"),
        "sourceShareCode": _text_of(source, "canonicalShareCode"),
        "targetShareCode": _text_of(target, "canonicalShareCode"),
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


def _text_of(clinic: ClinicDocument, name: str) -> str:
    return safe_reading.text(clinic.get(name)) or ""


def _begin(merge: Document) -> None:
    """A file of patients that begins at the same moment finds the mark, or is found here."""
    store.insert(merge)
    if is_creating(merge["sourceId"]):
        raise Conflict(message=CREATING)
    if closures.is_requested(merge["sourceId"]):
        raise Conflict(message=OTHER_MERGE)
    closures.mark_requested(merge["_id"], merge["sourceId"])
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
    merge_id: str | ObjectId,
    *,
    problem: str = STOPPED,
    at_step: int | None = None,
    by: Stopper | None = None,
) -> None:
    """Have a running merge taken back. Raises NotFound, and Conflict when it is too late, or past `at_step`."""
    merge = access_merge(merge_id)
    who = {"stoppedBy": by.signature, "stopReason": by.reason} if by else {}

    def stop() -> None:
        fields = {"problem": problem, **who}
        if not store.turn_back(merge["_id"], UNDECIDED, fields, at_step=at_step):
            raise Conflict(message=TOO_LATE)
        if by:
            audit_trail.record_stop(merge, by=by.signature, reason=by.reason)
        outbox.emit(MergeRequested(merge_id=str(merge["_id"])))

    db.run_in_transaction(stop)
    outbox.nudge()
