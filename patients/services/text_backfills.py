"""Brings names, MRNs and e-mail addresses that earlier versions or other services stored to their normal form.

Decisions 0011 and 0014. It edits shared records that no one has asked to change, so it runs only when an operator calls
it."""

from collections import Counter
from collections.abc import Callable

from kernel import addresses, safe_reading, texts
from kernel.db import Document
from patients.store import patients as store

_FORMS: dict[str, Callable[[str], str | None]] = {
    "mrn": texts.mrn,
    "fullName": texts.name,
    "email": addresses.account_address,
}


def make_patients_normal() -> Counter[str]:
    """How many texts were changed, by field. Safe to repeat, and while the service writes."""
    changed: Counter[str] = Counter()
    for record in store.iterate_with_text(list(_FORMS)):
        changed.update(_make_normal(record))
    return changed


def _make_normal(record: Document) -> Counter[str]:
    """A blank text stays, so that someone sees and corrects it, and so does what is no address."""
    changed: Counter[str] = Counter()
    for field, form in _FORMS.items():
        stored = safe_reading.text(record.get(field))
        normal = form(stored) if stored else None
        if stored and normal and normal != stored:
            changed[field] += store.set_normal_text(record, field, stored, normal)
    return changed
