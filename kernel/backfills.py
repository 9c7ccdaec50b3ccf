"""Bring older documents, and those of other systems, into the present form.

Apps declare their steps next to their indexes; `manage.py migrate` and `manage.py ensure_indexes` run them
after the indexes. A step works in batches, may be repeated, and may run while the service writes: the filter
of each update states the value that was read.
"""

from collections.abc import Callable

import structlog
from pymongo.errors import DuplicateKeyError

from kernel import addresses, db

log = structlog.get_logger(__name__)

Step = Callable[[], int]
STEPS: dict[str, Step] = {}
# Any character besides lower-case letters, digits and signs, of which most canonical addresses consist, and
# Punycode, which may stand for others. `$gt` makes an index usable that leaves out empty addresses.
_DOUBTFUL = {"$regex": r"[^!-@\[-~]|@(.*\.)?xn--", "$gt": ""}


def declare(name: str, step: Step) -> None:
    STEPS[name] = step


def run() -> dict[str, int]:
    """How many documents each step changed."""
    return {name: step() for name, step in STEPS.items()}


def run_step(name: str) -> int:
    return STEPS[name]()


def make_addresses_canonical(collection: str, field: str) -> int:
    """A text that is not an address stays, because no one may be found by it. So does an address that another
    document has."""
    changed = 0
    stored = db.collection(collection).find(
        {field: _DOUBTFUL}, {field: 1}, max_time_ms=None, batch_size=500
    )
    for document in stored:
        canonical = addresses.account_address(document[field])
        if canonical is not None and canonical != document[field]:
            change = {"$set": {field: canonical}}
            changed += _change(collection, field, document, change)
    return changed


def _change(collection: str, field: str, document: db.Document, change: db.Document) -> int:
    unchanged = {"_id": document["_id"], field: document[field]}
    try:
        result = db.collection(collection).update_one(unchanged, change)
    except DuplicateKeyError:
        log.warning("backfill.address_taken", collection=collection, row=str(document["_id"]))
        return 0
    return result.modified_count
