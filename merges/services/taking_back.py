"""A merge that cannot be completed is taken back, newest step first (rules MERGE-95 to MERGE-97)."""

from itertools import groupby

from clinic_records.services import closures
from clinics.services import merging as clinics
from kernel import db
from kernel.db import Document
from merges.choices import MergeState, SiteAction, TagAction
from merges.services import clinicians, patients
from merges.services.steps import BATCH, advance, end
from merges.store import items as item_store
from merges.store import plan_documents


def take_back(merge: Document) -> None:
    def undo() -> None:
        items = item_store.list_last(merge["_id"], BATCH)
        if not items:
            _end(merge)
            return
        for kind, some in groupby(items, key=lambda item: str(item["kind"])):
            _take_back(merge, kind, list(some))
        item_store.mark_taken_back([item["_id"] for item in items])
        advance(merge, done=-len(items))

    db.run_in_transaction(undo)


def _take_back(merge: Document, kind: str, items: list[Document]) -> None:
    match kind:
        case "patient":
            patients.take_back(merge, items)
        case "clinician":
            clinicians.take_back(merge, items)
        case "tag":
            created = [i["recordId"] for i in items if i["action"] == TagAction.CREATE]
            clinics.remove_unused(merge["targetId"], tag_ids=created, site_ids=())
        case "site":
            added = [i["recordId"] for i in items if i["action"] != SiteAction.RETAIN]
            clinics.remove_unused(merge["targetId"], tag_ids=(), site_ids=added)


def _end(merge: Document) -> None:
    plan_documents.remove(merge["_id"])
    closures.reopen(merge["_id"])
    end(merge, MergeState.TAKEN_BACK)
