"""The answer "this address is taken" reveals that someone has an account. The contract requires it; here such answers
are limited."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from bson import ObjectId
from django.conf import settings

from kernel import ratelimit
from kernel.errors import Duplicate

NAME = "taken_addresses"

log = structlog.get_logger(__name__)


class AddressTaken(Duplicate):
    """Another account has the address."""


@contextmanager
def counted(caller_id: str | None, clinic_id: ObjectId) -> Iterator[None]:
    """Wraps a call that may raise AddressTaken. Once a person has used up these answers, raises RateLimited before the
    call: from then on neither a taken nor a free address gets an answer.

    None stands for a service, which is logged but not limited. Without Redis patients can still be created.
    """
    limit = settings.TAKEN_ADDRESSES_PER_CALLER
    if caller_id is not None:
        ratelimit.check(NAME, caller_id, limit=limit, closed=False)
    try:
        yield
    except AddressTaken:
        log.warning("address.taken", clinic=str(clinic_id), caller=caller_id or "service")
        if caller_id is not None:
            ratelimit.hit(NAME, caller_id, limit=limit, closed=False)
        raise
