"""Brings names and MRNs that earlier versions or other services stored to their normal form (decision 0014)."""

from collections.abc import Callable

from kernel import db, texts
from patients.store import patients as store

BATCH = 500
# For each field an index that contains the texts as stored (so that no record of 13 KB is read), and the normal form.
_FIELDS: dict[str, tuple[str, Callable[[str], str]]] = {
    "mrn": ("PatientMRN", texts.mrn),
    "fullName": ("ListSearch", texts.name),
}


def make_patients_normal() -> int:
    """Returns how many texts were changed. Search keys need no change, as they are made from normal forms."""
    return sum(_make_normal(field, index, form) for field, (index, form) in _FIELDS.items())


def _make_normal(field: str, index: str, form: Callable[[str], str]) -> int:
    changed = 0
    for batch in db.batches(store.iterate_doubtful(field, index), BATCH):
        for document in batch:
            stored = document[field]
            if form(stored) not in (
                "",
                stored,
            ):  # a blank text stays, so that someone sees and corrects it
                changed += store.set_normal_text(document["_id"], field, stored, form(stored))
    return changed
