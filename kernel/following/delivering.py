"""A batch is handled: as a whole, and where that fails again and again, id by id.

So a document that cannot be handled stops no other: it is parked, and the rest goes on. An outage is no
failure of a document; it ends the attempt, and the whole batch comes again.
"""

from collections.abc import Callable

import structlog

from kernel import clock, transient_errors
from kernel.following import rows
from kernel.following.registered import Changes, Follower
from kernel.following.rows import Place

BATCH_TRIES = 2
TRIES_OF_AN_ID = 5
_FIRST_WAIT = 0.2  # seconds; doubled with each try
_RETRIED_AT_START = 1000

log = structlog.get_logger("kernel.following")
Wait = Callable[[float], object]


def deliver(follower: Follower, changes: Changes, *, wait: Wait) -> None:
    """Every id is handled or parked. `wait` may raise, and then nothing counts as handled."""
    if not _is_handled_whole(follower, changes, wait):
        failed = _handle_one_by_one(follower, _places(changes), tries=TRIES_OF_AN_ID, wait=wait)
        _park(follower, failed)
        changes = _without(changes, failed)
    rows.unpark(follower.name, changes)


def try_parked_again(follower: Follower) -> None:
    """Once: a new version of the service may be able to handle them."""
    parked = rows.list_parked(follower.name, limit=_RETRIED_AT_START)
    failed = _handle_one_by_one(follower, parked, tries=1, wait=lambda _: None)
    _park(follower, failed)
    for collection, document_id in set(parked) - set(failed):
        rows.unpark(follower.name, {collection: {document_id}})


def _is_handled_whole(follower: Follower, changes: Changes, wait: Wait) -> bool:
    for attempt in range(BATCH_TRIES):
        if attempt:
            wait(_wait_before(attempt))
        if _failure(follower, changes) is None:
            return True
    return False


def _handle_one_by_one(
    follower: Follower, places: list[Place], *, tries: int, wait: Wait
) -> dict[Place, str]:
    """Those that failed each time, with the reason. All are tried before any is tried again, so many take
    hardly longer than one."""
    failed = dict.fromkeys(places, "")
    for attempt in range(tries):
        if attempt and failed:
            wait(_wait_before(attempt))
        outcomes = {place: _failure(follower, {place[0]: {place[1]}}) for place in failed}
        failed = {place: type(error).__name__ for place, error in outcomes.items() if error}
    return failed


def _wait_before(attempt: int) -> float:
    return _FIRST_WAIT * float(2 ** (attempt - 1))


def _failure(follower: Follower, changes: Changes) -> Exception | None:
    """An outage is raised."""
    try:
        follower.handle(changes)
    except Exception as error:
        if transient_errors.is_transient(error):
            raise
        log.warning("following.not_handled", name=follower.name, exc_info=error)
        rows.note_failure(follower.name, type(error).__name__)
        return error
    return None


def _park(follower: Follower, failed: dict[Place, str]) -> None:
    if failed:
        rows.park(follower.name, failed, clock.now())
        log.error("following.parked", name=follower.name, count=len(failed))


def _places(changes: Changes) -> list[Place]:
    return [(name, document_id) for name, ids in changes.items() for document_id in ids]


def _without(changes: Changes, failed: dict[Place, str]) -> Changes:
    return {
        name: {document_id for document_id in ids if (name, document_id) not in failed}
        for name, ids in changes.items()
    }
