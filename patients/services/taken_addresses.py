"""The answer "this address is taken" tells that someone has an account. The contract wants it; here it is counted."""

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
    """Around what may raise AddressTaken. Raises RateLimited before it is asked once a person has had all answers
    they may have: from then on neither a taken nor a free address gets one.

    None: a service, which is logged and not limited. Without Redis patients can still be created.
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
