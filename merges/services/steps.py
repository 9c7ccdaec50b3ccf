"""What every step of a merge does."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from kernel import clock, db
from kernel.db import Document
from kernel.errors import RetryLater
from merges.choices import MergeState
from merges.services import audit_trail, stages
from merges.store import merges as store
from patients.services import moving

BATCH = 200  # records in one transaction: some hundred milliseconds
MOST_BYTES = 4_000_000  # of them together: records of other services can be large
# A delivery of the event ends in time, even if others change what it needs all the time.
_PATIENCE = timedelta(seconds=40)
_DISTURBED = "disturbed_by_other_changes"


class Superseded(Exception):
    """Another worker has taken this step, or the merge is to be taken back."""


def take_batch(merge: Document, most: int, take: Callable[[int], None]) -> None:
    """`take(n)`, for at most `most` items, in a transaction that no stream of other changes can hold up.

    Every change of a patient writes the counts of its clinic. A batch takes longer than the pause between two such
    changes, so if it wrote them at its end, it would be repeated without end. It writes them first: that costs next to
    nothing if it fails, and afterwards it is the others, who are short, that repeat. Who writes without them, in one of
    the batch's records, can still disturb it; a smaller batch has fewer of them.
    """
    sizes = _smaller_and_smaller(most)
    until = time.monotonic() + _PATIENCE.total_seconds()

    def try_one() -> None:
        if time.monotonic() > until:
            raise RetryLater(_DISTURBED)
        moving.hold((merge["sourceId"], merge["targetId"]))
        take(next(sizes))

    db.run_in_transaction(try_one)


def _smaller_and_smaller(most: int) -> Iterator[int]:
    while True:
        yield most
        most = max(1, most // 4)


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
