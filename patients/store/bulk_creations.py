"""Which of many MRNs and addresses patients of a clinic have."""

from collections.abc import Sequence

from bson import ObjectId

from kernel import db, safe_reading
from patients.store.patients import COLLECTION

_AT_ONCE = 1_000


def list_present(clinic_id: ObjectId, name: str, values: Sequence[str], index: str) -> set[str]:
    """The values of the field that some patient has exactly."""
    found: set[str] = set()
    for batch in db.batches(values, _AT_ONCE):
        query = {"clinicId": clinic_id, name: {"$in": batch}}
        rows = db.collection(COLLECTION).find(query, {"_id": 0, name: 1}, hint=index)
        found |= {value for row in rows if (value := safe_reading.text(row.get(name)))}
    return found
