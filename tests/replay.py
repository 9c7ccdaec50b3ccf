"""What many tests begin with is made once per process, and its documents are put back for each of them.

Making a person takes some ten commands and a clinic some forty; putting them back takes one for each collection.
"""

import copy
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

from pymongo import ReplaceOne

from clinics_site.core import db

T = TypeVar("T")
Stored = dict[str, dict[Any, dict[str, Any]]]  # documents by collection and id


class _Made(NamedTuple):
    result: Any
    documents: Stored


_made: dict[Hashable, _Made] = {}


def replayed(name: Hashable, make: Callable[[], T]) -> T:
    """What `make` returned the first time, with every document that it wrote or changed then."""
    if name not in _made:
        before = _everything()
        result = make()
        _made[name] = _Made(result, _written_since(before))
    else:
        _put_back(_made[name].documents)
    return copy.deepcopy(_made[name].result)


def _everything() -> Stored:
    database = db.database()
    names = [name for name in database.list_collection_names() if not name.startswith("system.")]
    return {name: {row["_id"]: row for row in database[name].find()} for name in names}


def _written_since(before: Stored) -> Stored:
    written = {
        name: {key: row for key, row in rows.items() if before.get(name, {}).get(key) != row}
        for name, rows in _everything().items()
    }
    return {name: rows for name, rows in written.items() if rows}


def _put_back(documents: Stored) -> None:
    for name, rows in documents.items():
        changes = [ReplaceOne({"_id": key}, row, upsert=True) for key, row in rows.items()]
        db.database()[name].bulk_write(changes, ordered=False)
