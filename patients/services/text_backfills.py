"""Names and MRNs that were stored before texts had a normal form, and those of other writers (decision 0014)."""

from collections.abc import Callable

from kernel import db, texts
from patients.store import patients as store

BATCH = 500
# Index that holds the texts as they are: reading them does not touch records of 13 KB.
_FIELDS: dict[str, tuple[str, Callable[[str], str]]] = {
    "mrn": ("PatientMRN", texts.mrn),
    "fullName": ("ListSearch", texts.name),
}


def make_patients_normal() -> int:
    """How many texts were changed. Search keys are made of normal forms already."""
    return sum(_make_normal(field, *about) for field, about in _FIELDS.items())


def _make_normal(field: str, index: str, form: Callable[[str], str]) -> int:
    changed = 0
    for batch in db.batches(store.iterate_doubtful(field, index), BATCH):
        for document in batch:
            stored = document[field]
            if form(stored) not in ("", stored):  # a blank text stays, to be seen and corrected
                changed += store.set_normal_text(document["_id"], field, stored, form(stored))
    return changed
