"""The last step that changes the clinics: the source goes, and with it the possibility to take the merge back."""

from itertools import count

from clinic_records.services import closures
from clinics.services import clinicians as clinic_clinicians
from clinics.services import merging as clinics
from kernel import ids, safe_reading
from kernel.db import Document
from kernel.errors import Conflict
from merges.choices import MergeState, RecordAction
from merges.services import stages
from merges.services.clinicians import INVITED
from merges.services.plan_documents import clinic_document, stored
from merges.services.steps import BATCH, advance, end, take_batch
from merges.store import items as item_store
from merges.store import plan_documents
from patients.services import moving


def finish(merge: Document) -> None:
    """Someone may have come to the source after the plan was made, by a request that had begun before: they move first.

    Raises Conflict if someone was invited.
    """

    def end(_most: int) -> None:
        late = _late_patients(merge)
        if late:
            _add(merge, late, stage=stages.PATIENTS)
            return
        late = _late_clinicians(merge)
        if late:
            _add(merge, late, stage=stages.CLINICIANS)
            return
        _end(merge)

    take_batch(merge, BATCH, end)


def _late_patients(merge: Document) -> list[Document]:
    return [
        {"kind": "patient", "action": RecordAction.MOVE.value, "recordId": row["_id"]}
        for row in moving.list_remaining(merge["sourceId"], BATCH)
    ]


def _late_clinicians(merge: Document) -> list[Document]:
    left = clinics.list_clinicians(merge["sourceId"])
    if not all(map(clinic_clinicians.is_member, left)):
        raise Conflict(INVITED)
    return [
        {
            "kind": "clinician",
            "action": RecordAction.MOVE.value,
            "recordId": record["_id"],
            "resultingRoles": safe_reading.texts(record.get("roles")),
            "workspaces": [merge["sourceName"]],
            "isDowngraded": False,
        }
        for record in left
    ]


def _add(merge: Document, late: list[Document], *, stage: str) -> None:
    numbers = count(item_store.last_number(merge["_id"]) + 1)
    common = {"mergeId": merge["_id"], "isDone": False}
    item_store.insert(
        [{"_id": ids.new_id(), **common, "number": next(numbers), **item} for item in late]
    )
    advance(merge, stage=stage, total=merge["total"] + len(late))


def _end(merge: Document) -> None:
    clinics.end_source(merge["sourceId"], merge["targetId"])
    before = item_store.list_next(merge["_id"], "clinic", 1)[0]["clinics"]
    plan_documents.insert(stored(merge, "clinic", [clinic_document(before)]))
    closures.reopen(merge["_id"])
    end(merge, MergeState.COMPLETED, stage=stages.PUBLISHING, announced=0)
