"""Carries a merge out, one stage after another (rules MERGE-87 to MERGE-99).

A step is one transaction: what it does, its documents for `merge_plans`, and how far the merge is now. So a worker can
die at any point, and the next one goes on; and of two workers that run the same merge one finds that the other has
taken its step.
"""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from kernel import db, outbox
from kernel.db import Document
from kernel.errors import BadRequest, Conflict, ConstraintViolation, DomainError, NotFound
from merges.choices import MergeState
from merges.events import MergeRequested
from merges.services import (
    announcing,
    clinicians,
    finishing,
    merging,
    patients,
    preparing,
    stages,
    tags_and_sites,
    taking_back,
)
from merges.services.steps import Superseded

log = structlog.get_logger(__name__)
Step = Callable[[Document], None]
# One delivery of the event works this long, then leaves the rest to the next: tasks have a time limit.
SLICE = timedelta(seconds=60)
# Changes of patients wait for a batch. After each they have half of its time.
_LONGEST_PAUSE = timedelta(seconds=0.5)
# What the clinics may have become since the plan was made. Anything else is an outage or a fault of the program.
_REFUSALS = (BadRequest, Conflict, ConstraintViolation, NotFound)

STEPS: Mapping[str, Step] = {
    stages.CHECKING: preparing.check,
    stages.CLOSING: preparing.close,
    stages.PLANNING: preparing.plan,
    stages.TAGS_AND_SITES: tags_and_sites.carry_out,
    stages.PATIENTS: patients.carry_out,
    stages.CLINICIANS: clinicians.carry_out,
    stages.FINISHING: finishing.finish,
    stages.PUBLISHING: announcing.publish,
    stages.ANNOUNCING: announcing.announce,
    stages.CLEARING: announcing.clear,
}


def run(merge_id: str) -> None:
    """Carry the merge out as far as one delivery can."""
    started = time.monotonic()
    while (merge := merging.find_merge(merge_id)) and merge["stage"] != stages.ENDED:
        if time.monotonic() - started >= SLICE.total_seconds():
            db.run_in_transaction(lambda: outbox.emit(MergeRequested(merge_id=merge_id)))
            return
        began = time.monotonic()
        _take_step(merge)
        time.sleep(min(_LONGEST_PAUSE.total_seconds(), (time.monotonic() - began) / 2))


def _take_step(merge: Document) -> None:
    is_back = merge["state"] == MergeState.TAKING_BACK
    step = taking_back.take_back if is_back else STEPS[merge["stage"]]
    try:
        step(merge)
    except Superseded:
        return
    except _REFUSALS as error:
        if not _is_superseded(merge) and (is_back or not _turn_back(merge, error)):
            raise
    log.info("merge.step", merge=str(merge["_id"]), stage=merge["stage"], state=merge["state"])


def _is_superseded(merge: Document) -> bool:
    """Whether another worker went on with it: then what was refused may be what that worker has done already."""
    present = merging.find_merge(merge["_id"])
    return present is None or present["steps"] != merge["steps"]


def _turn_back(merge: Document, error: DomainError) -> bool:
    try:
        problem = error.words or error.message
        merging.stop_merge(merge["_id"], problem=problem, at_step=merge["steps"])
    except Conflict:
        return False
    return True


def give_up(merge_id: str, reason: str) -> None:
    """The work has failed and is not tried again: what was done is taken back. What fails while it is taken back, or
    after the source is gone, waits for staff, who start the event again."""
    merge = merging.find_merge(merge_id)
    if merge is not None and merge["state"] == MergeState.RUNNING:
        _turn_back(merge, Conflict(f"it failed ({reason})"))
