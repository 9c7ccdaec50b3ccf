"""Fields of ours in collections that other services share, for the way back to one of them.

Apps declare next to their indexes what they, or earlier versions of them, derive and store there, and what stays
because it cannot be derived again. No other service reads either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kernel import db

BATCH = 500
DERIVED: dict[str, list[str]] = {}
KEPT: dict[str, list[str]] = {}


def derived(collection: str, *paths: str) -> None:
    DERIVED.setdefault(collection, []).extend(paths)


def kept(collection: str, *paths: str) -> None:
    KEPT.setdefault(collection, []).extend(paths)


@dataclass(frozen=True, slots=True)
class Progress:
    """Documents of the collection that were read, of about so many, and how many of them had such fields."""

    collection: str
    n: int
    total: int
    changed: int


def remove(collection: str) -> Iterator[Progress]:
    """Batch by batch, in the order of the ids, with one atomic update each. Nothing else of a document is written."""
    total = db.database()[collection].estimated_document_count()
    after, n, changed = None, 0, 0
    while ids := _list_ids(collection, after):
        after, n = ids[-1], n + len(ids)
        changed += _remove(collection, ids)
        yield Progress(collection, n, total, changed)


def _list_ids(collection: str, after: Any) -> list[Any]:
    """Only what was written here has these fields, and the ids that this service and the other one give are all of one
    type in each collection."""
    query = {} if after is None else {"_id": {"$gt": after}}
    found = db.collection(collection).find(query, {"_id": 1}, sort=[("_id", 1)], limit=BATCH)
    return [document["_id"] for document in found]


def _remove(collection: str, ids: list[Any]) -> int:
    paths = DERIVED[collection]
    query = {"_id": {"$in": ids}, "$or": [{path: {"$exists": True}} for path in paths]}
    change = {"$unset": dict.fromkeys(paths, "")}
    return db.collection(collection).update_many(query, change).modified_count
