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
from patients.store.list_rows import COLLECTION

LEAST = 20_000  # patients
_SAMPLE = 200
_REMEMBERED_SECONDS = 3600
# By age, which has nothing to do with the order of names or ids.
_SAMPLED_BY = "ListBirthDate"


Conditions = Sequence[dict[str, Any]]


def halves(clinic_id: ObjectId, key: str, total: int) -> Sequence[Conditions]:
    """What to add to a query to find each row of the clinic once: nothing for a small clinic and in a transaction,
    otherwise the two sides of the middle. `key`: what the index to be used has next after the clinic."""
    if total < LEAST or db.in_transaction():
        return [()]
    middle = _middle(clinic_id, int(time.monotonic() // _REMEMBERED_SECONDS)).get(key)
    return [()] if middle is None else [({key: {"$lt": middle}},), ({key: {"$gte": middle}},)]


@lru_cache(maxsize=1000)
def _middle(clinic_id: ObjectId, hour: int) -> dict[str, Any]:
    query, shown = {"clinicId": clinic_id}, {"searchKey": 1}
    rows = list(db.collection(COLLECTION).find(query, shown, limit=_SAMPLE, hint=_SAMPLED_BY))
    return {key: median_low([row[key] for row in rows]) for key in ("_id", "searchKey") if rows}
