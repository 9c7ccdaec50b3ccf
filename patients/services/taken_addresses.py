"""The answer "this address is taken" reveals that someone has an account. The contract requires it; here such answers
are limited."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from bson import ObjectId
from django.conf import settings

from kernel import ratelimit
from kernel.errors import Duplicate, RateLimited

NAME, TOLD = "taken_addresses", "told_addresses"

log = structlog.get_logger(__name__)


class AddressTaken(Duplicate):
    """Another account has the address."""


@contextmanager
def counted(caller_id: str | None, clinic_id: ObjectId, email: str | None) -> Iterator[None]:
    """Wraps a call that may raise AddressTaken. Once a person has used up these answers, raises RateLimited before the
    call: from then on neither a taken nor a free address gets an answer, but for those that the person was told of
    within an hour, which do not count again: files are checked before they are created.

    None stands for a service, which is logged but not limited. Without Redis patients can still be created.
    """
    if caller_id is not None:
        _require_room(caller_id, email)
    try:
        yield
    except AddressTaken:
        log.warning("address.taken", clinic=str(clinic_id), caller=caller_id or "service")
        if caller_id is not None:
            _count(caller_id, email)
        raise


def _require_room(caller_id: str, email: str | None) -> None:
    try:
        ratelimit.check(NAME, caller_id, limit=settings.TAKEN_ADDRESSES_PER_CALLER, closed=False)
    except RateLimited:
        if not _is_told(ratelimit.check, caller_id, email):
            raise


def _count(caller_id: str, email: str | None) -> None:
    if not _is_told(ratelimit.hit, caller_id, email):
        ratelimit.hit(NAME, caller_id, limit=settings.TAKEN_ADDRESSES_PER_CALLER, closed=False)


def _is_told(ask: Callable[..., None], caller_id: str, email: str | None) -> bool:
    """Whether the person was told of this address; `ratelimit.hit` notes that now it is so."""
    try:
        ask(TOLD, f"{caller_id} {email}", limit="1/hour", closed=False)
    except RateLimited:
        return True
    return False
