"""What every step of a merge does."""

from typing import Any

from kernel import clock
from kernel.db import Document
from merges.choices import MergeState
from merges.services import audit_trail, stages
from merges.store import merges as store

BATCH = 200  # records in one transaction: some hundred milliseconds


class Superseded(Exception):
    """Another worker has taken this step, or the merge is to be taken back."""


def advance(merge: Document, *, done: int = 0, **fields: Any) -> Document:
    """Say how far the merge is, in the transaction of the step. Raises Superseded."""
    advanced = store.advance(merge, fields, done=done)
    if advanced is None:
        raise Superseded
    return advanced


def end(merge: Document, state: MergeState, *, stage: str = stages.CLEARING, **fields: Any) -> None:
    """In the transaction that ends it, whichever way. Raises Superseded."""
    ended = advance(merge, state=state.value, stage=stage, endedTime=clock.now(), **fields)
    audit_trail.record_end(ended)
