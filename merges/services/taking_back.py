"""A merge that cannot be completed is taken back, newest step first (rules MERGE-95 to MERGE-98).

It must always come to an end, or the source would stay closed. So whatever others have stored meanwhile, no record is
refused: what cannot be as it was is left as it is, and the merge's problem says so.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from clinic_records.services import closures
from clinics.services import merging as clinics
from kernel.db import Document
from kernel.errors import Duplicate
from merges.choices import MergeState, SiteAction, TagAction
from merges.services import clinicians, patients
from merges.services.steps import BATCH, MOST_BYTES, advance, end, take_batch
from merges.store import items as item_store
from merges.store import plan_documents

_NAMED = 10  # records in the text
# Field of the merge -> what is the matter with the records that it names.
_INCOMPLETE = {
    "unmarked": "came back with an MRN that another patient of the source has by now, and need another one",
    "stayed": "stay in the target, since the source has got new records of these persons",
}


def take_back(merge: Document) -> None:
    """One item at a time if several disturb each other: what one needs is looked up before it is written."""
    try:
        take_batch(merge, BATCH, lambda most: _take_back_some(merge, most))
    except Duplicate:
        take_batch(merge, 1, lambda most: _take_back_some(merge, most))


def _take_back_some(merge: Document, most: int) -> None:
    items = item_store.list_last(merge["_id"], most, most_bytes=MOST_BYTES)
    if not items:
        _end(merge)
        return
    incomplete = {name: list(merge.get(name, ())) for name in _INCOMPLETE}
    for kind, some in groupby(items, key=lambda item: str(item["kind"])):
        for name, records in _take_back(merge, kind, list(some)).items():
            incomplete[name] += records
    item_store.mark_taken_back([item["_id"] for item in items])
    advance(merge, done=-len(items), **{n: named for n, named in incomplete.items() if named})


def _take_back(merge: Document, kind: str, items: list[Document]) -> dict[str, list[str]]:
    """By the names in `_INCOMPLETE`: which records are not as before."""
    match kind:
        case "patient":
            return patients.take_back(merge, items)
        case "clinician":
            clinicians.take_back(merge, items)
        case "tag":
            created = [i["recordId"] for i in items if i["action"] == TagAction.CREATE]
            clinics.remove_unused(merge["targetId"], tag_ids=created, site_ids=())
        case "site":
            added = [i["recordId"] for i in items if i["action"] != SiteAction.RETAIN]
            clinics.remove_unused(merge["targetId"], tag_ids=(), site_ids=added)
    return {}


def _end(merge: Document) -> None:
    plan_documents.remove(merge["_id"])
    closures.reopen(merge["_id"])
    end(merge, MergeState.TAKEN_BACK, problem="; ".join([merge["problem"], *_left(merge)]))


def _left(merge: Document) -> Iterator[str]:
    for name, what in _INCOMPLETE.items():
        records: Sequence[str] = merge.get(name, ())
        if records:
            yield f"{len(records)} of its records {what}: {_listed(records)}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
