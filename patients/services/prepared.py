"""Whether what lists read has been derived from all records (rule PATIENT-147)."""

import time

from patients.store import derivations as store

# Each process remembers the mark so long. It can be taken back: when rows were dropped, all are derived again.
REMEMBERED_SECONDS = 5.0


class _Mark:
    def __init__(self) -> None:
        self.until = 0.0

    def remember(self) -> None:
        self.until = time.monotonic() + REMEMBERED_SECONDS

    def forget(self) -> None:
        self.until = 0.0


_mark = _Mark()


def is_prepared() -> bool:
    if time.monotonic() < _mark.until:
        return True
    if store.find(store.PREPARED) is None:
        return False
    _mark.remember()
    return True


def forget() -> None:
    """Everything has to be derived again."""
    store.forget_preparation()
    _mark.forget()
