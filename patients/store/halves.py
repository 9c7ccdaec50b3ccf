"""What has to read all rows of a large clinic reads them in two halves at the same time.

MongoDB answers one query with one core. The half of a clinic of 100,000 patients takes half as long, and the web
process only waits meanwhile. Where the halves meet is found from a few rows, and remembered: it decides how fast a
query is, never what it answers.
"""

import time
from collections.abc import Sequence
from functools import lru_cache
from statistics import median_low
from typing import Any

from bson import ObjectId

from kernel import db
from kernel.db import Document
from patients.list_rows import date_path, value_at
from patients.store.list_rows import COLLECTION

LEAST = 20_000  # patients
ROW, SEARCH_KEY, LAST_DATA = "_id", "searchKey", date_path("cgm", "lastData")
_SAMPLE = 200
_REMEMBERED_SECONDS = 3600
# By age, which has nothing to do with the order of names or ids.
_SAMPLED_BY = "ListBirthDate"
Conditions = Sequence[dict[str, Any]]


def halves(clinic_id: ObjectId, key: str, total: int) -> Sequence[Conditions]:
    """What to add to a query to find each row of the clinic once: nothing for a small clinic and in a transaction,
    otherwise the two sides of the middle. `key`: one of those above, in whose order the index is read."""
    if total < LEAST or db.in_transaction():
        return [()]
    middle = _middle(clinic_id, _hour()).get(key)
    if middle is None:
        return [()]
    # Rows without data are in the first half.
    before = {"$not": {"$gte": middle}} if key == LAST_DATA else {"$lt": middle}
    return [({key: before},), ({key: {"$gte": middle}},)]


def is_seldom(clinic_id: ObjectId, path: str, total: int) -> bool:
    """Whether so few patients of a large clinic seem to have a value that they do not fill a page."""
    return total >= LEAST and not _is_sampled(clinic_id, path, _hour())


def _hour() -> int:
    return int(time.monotonic() // _REMEMBERED_SECONDS)


@lru_cache(maxsize=10_000)
def _is_sampled(clinic_id: ObjectId, path: str, hour: int) -> bool:
    rows = _sample(clinic_id, path)
    return any(value_at(row, *path.split(".")) is not None for row in rows)


@lru_cache(maxsize=1000)
def _middle(clinic_id: ObjectId, hour: int) -> dict[str, Any]:
    """Each `hour` has its own."""
    rows = _sample(clinic_id, "searchKey", LAST_DATA)
    dates = [row["cgm"]["lastData"] for row in rows if row.get("cgm", {}).get("lastData")]
    samples = {
        ROW: [row["_id"] for row in rows],
        SEARCH_KEY: [row["searchKey"] for row in rows],
        LAST_DATA: dates,
    }
    return {key: median_low(values) for key, values in samples.items() if values}


def _sample(clinic_id: ObjectId, *paths: str) -> list[Document]:
    query, shown = {"clinicId": clinic_id}, dict.fromkeys(paths, 1)
    rows = db.collection(COLLECTION).find(query, shown, limit=_SAMPLE, hint=_SAMPLED_BY)
    return list(rows)
