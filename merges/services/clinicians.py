"""Members of the source become members of the target. Who is one already keeps the roles of the target."""

from collections.abc import Mapping, Sequence, Set

from bson import ObjectId

from clinic_records.documents import ClinicianDocument
from clinics.services import merging as clinics
from kernel import safe_reading
from kernel.db import Document
from kernel.errors import Conflict
from merges.choices import RecordAction
from merges.services import stages
from merges.services.plan_documents import clinician_document, stored
from merges.services.steps import BATCH, advance, take_batch
from merges.store import items as item_store
from merges.store import plan_documents

INVITED = "a member was invited to the source while it was merged"


def carry_out(merge: Document) -> None:
    """Raises Duplicate or Conflict if the members have changed since the plan was made, so that they cannot move."""

    def move(most: int) -> None:
        items = item_store.list_next(merge["_id"], "clinician", most)
        if not items:
            advance(merge, stage=stages.FINISHING)
            return
        records = _records(merge)
        members_of_target = {
            user_id
            for record in records.values()
            if record["clinicId"] == merge["targetId"] and (user_id := _user_of(record))
        }
        documents: list[Document] = []
        done: dict[ObjectId, Document] = {}
        for item in items:
            record = records.get(item["recordId"])
            done[item["_id"]] = {}
            if record is None:  # left the clinic meanwhile
                continue
            action = _carry_out(merge, item, record, members_of_target)
            done[item["_id"]] = {"userId": _user_of(record)}
            if record["clinicId"] == merge["sourceId"]:
                done[item["_id"]] |= {"action": action, "record": record}
            documents.append(clinician_document(merge, item, record, action))
        plan_documents.insert(stored(merge, "clinician", documents))
        item_store.mark_done(done)
        advance(merge, done=len(items))

    take_batch(merge, BATCH, move)


def _records(merge: Document) -> Mapping[ObjectId, ClinicianDocument]:
    both = merge["sourceId"], merge["targetId"]
    return {r["_id"]: r for clinic_id in both for r in clinics.list_clinicians(clinic_id)}


def _user_of(record: ClinicianDocument) -> str:
    """Empty for an invite, and for what is not a text."""
    return safe_reading.text(record.get("userId")) or ""


def _carry_out(
    merge: Document, item: Document, record: ClinicianDocument, members_of_target: Set[str]
) -> str:
    """Returns what was done, which may be another thing than planned."""
    if record["clinicId"] == merge["targetId"]:
        return str(item["action"])
    if not _user_of(record):
        raise Conflict(INVITED)
    if record["userId"] in members_of_target:
        clinics.remove_duplicate(record)
        return RecordAction.MERGE.value
    clinics.move_clinician(record, merge["targetId"])
    return RecordAction.MOVE.value


def take_back(merge: Document, items: Sequence[Document]) -> None:
    """In the caller's transaction."""
    for item in items:
        before = item["before"]
        if before.get("action") == RecordAction.MOVE:
            clinics.return_clinician(before["record"], merge["targetId"])
        elif before.get("action") == RecordAction.MERGE:
            clinics.restore_clinician(before["record"])
