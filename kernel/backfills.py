"""Bring older documents, and those of other writers, into today's shape.

Apps declare their steps next to their indexes; `manage.py migrate` and `manage.py ensure_indexes` run them after the
indexes. A step works in batches, may be repeated, and runs beside a service that writes: each write states what it saw.
"""

from collections.abc import Callable, Sequence

import structlog
from pymongo.errors import DuplicateKeyError

from kernel import addresses, db

log = structlog.get_logger(__name__)

Step = Callable[[], int]
STEPS: dict[str, Step] = {}
# Anything but what most canonical addresses consist of: small letters, digits and signs. Punycode may stand for more.
# `$gt` lets an index that leaves out empty ones answer.
_DOUBTFUL = {"$regex": r"[^!-@\[-~]|@(.*\.)?xn--", "$gt": ""}


def declare(name: str, step: Step) -> None:
    STEPS[name] = step


def run() -> dict[str, int]:
    """How many documents each step has changed."""
    return {name: step() for name, step in STEPS.items()}


def run_step(name: str) -> int:
    return STEPS[name]()


def make_addresses_canonical(collection: str, field: str, *, derived: Sequence[str] = ()) -> int:
    """What only looks like an address stays: nobody may be found by it. So does one that another document has. Fields
    that are `derived` from an address go with its old form, for a later step to make them again."""
    changed = 0
    stored = db.collection(collection).find(
        {field: _DOUBTFUL}, {field: 1}, max_time_ms=None, batch_size=500
    )
    for document in stored:
        canonical = addresses.account_address(document[field])
        if canonical is not None and canonical != document[field]:
            change = {"$set": {field: canonical}, "$unset": dict.fromkeys(derived, "")}
            changed += _change(collection, field, document, change)
    return changed


def _change(collection: str, field: str, document: db.Document, change: db.Document) -> int:
    seen = {"_id": document["_id"], field: document[field]}
    try:
        changed = db.collection(collection).update_one(seen, change)
    except DuplicateKeyError:
        log.warning("backfill.address_taken", collection=collection, row=str(document["_id"]))
        return 0
    return changed.modified_count
