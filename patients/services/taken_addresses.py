"""The answer "this address is taken" reveals that someone has an account. The contract requires it; here such answers
are limited."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from bson import ObjectId
from django.conf import settings

from kernel import ratelimit
from kernel.errors import Duplicate, RateLimited

NAME = "taken_addresses"
# What a person was told, by person and address. A taken address is told again for a week and does not count again, so
# that a file with many of them gets on hour by hour; a free one for an hour, so that a file that is checked again, or
# created, says the same as its check.
TAKEN, FREE = ("told_addresses", "1/7day"), ("free_addresses", "1/hour")

log = structlog.get_logger(__name__)


class AddressTaken(Duplicate):
    """Another account has the address."""


@contextmanager
def counted(
    caller_id: str | None, clinic_id: ObjectId, email: str | None, *, is_check: bool = False
) -> Iterator[None]:
    """Wraps a call that may raise AddressTaken. Once a person has used up these answers, raises RateLimited before the
    call: from then on neither a taken nor a free address gets an answer, but for those that the person was told of,
    which do not count again: files are checked before they are created.

    `is_check`: nothing is created, so where the call succeeds, the person is told that the address is free. When that
    person has used up the answers, a check goes on to say so, whatever has become of the address: AddressTaken is
    swallowed. Otherwise the addresses that got an account meanwhile could be told from those that did not. A creation
    raises RateLimited then.

    None stands for a service, which is logged but not limited. Without Redis patients can still be created.
    """
    used_up = None if caller_id is None else _used_up(caller_id)
    if used_up and not any(
        _is_told(ratelimit.check, caller_id, email, what) for what in (TAKEN, FREE)
    ):
        raise used_up
    try:
        yield
    except AddressTaken:
        try:
            tell(caller_id, clinic_id, email)
        except RateLimited:
            if not (is_check and _is_told(ratelimit.check, caller_id, email, FREE)):
                raise
        else:
            raise
    if is_check and caller_id is not None:
        _note_told(caller_id, email, FREE)


def tell(caller_id: str | None, clinic_id: ObjectId, email: str | None) -> None:
    """Counts the answer that the address is taken. Raises RateLimited where the person may not be told."""
    log.warning("address.taken", clinic=str(clinic_id), caller=caller_id or "service")
    if caller_id is not None:
        _count(caller_id, email)


def _used_up(caller_id: str) -> RateLimited | None:
    try:
        ratelimit.check(NAME, caller_id, limit=settings.TAKEN_ADDRESSES_PER_CALLER, closed=False)
    except RateLimited as error:
        return error
    return None


def _count(caller_id: str, email: str | None) -> None:
    """Raises RateLimited where the limit is used up, by answers at the same moment or before the address, which was
    free, got its account: this one is not told then."""
    if _note_told(caller_id, email, TAKEN):
        return
    try:
        ratelimit.hit(NAME, caller_id, limit=settings.TAKEN_ADDRESSES_PER_CALLER, closed=False)
    except RateLimited:
        name, limit = TAKEN
        ratelimit.give_back(name, _told(caller_id, email), limit=limit)
        raise


def _note_told(caller_id: str, email: str | None, what: tuple[str, str]) -> bool:
    """From now on, for the whole time: a creation follows the last check. Returns whether it was told before."""
    was_told = _is_told(ratelimit.hit, caller_id, email, what)
    if was_told:
        name, limit = what
        ratelimit.give_back(name, _told(caller_id, email), limit=limit)
        _is_told(ratelimit.hit, caller_id, email, what)
    return was_told


def _is_told(
    ask: Callable[..., None], caller_id: str | None, email: str | None, what: tuple[str, str]
) -> bool:
    """Whether the person was told this of the address; `ratelimit.hit` notes that now it is so."""
    name, limit = what
    try:
        ask(name, _told(caller_id, email), limit=limit, closed=False)
    except RateLimited:
        return True
    return False


def _told(caller_id: str | None, email: str | None) -> str:
    return f"{caller_id} {email}"
