"""Whether what lists read has been derived from all records (rule PATIENT-147)."""

import threading

from patients.store import derivations as store

_known = threading.Event()  # what is derived once is followed from then on


def is_prepared() -> bool:
    if not _known.is_set() and store.find(store.PREPARED) is not None:
        _known.set()
    return _known.is_set()


def forget() -> None:
    """Everything has to be derived again."""
    store.forget_preparation()
    _known.clear()
