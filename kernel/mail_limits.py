"""How many mails people may cause to addresses that are not theirs: counted by who asks and by the address.

Services are not counted. Without Redis nothing is limited: the work has to go on. See decision 0006.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings

from kernel import addresses, ratelimit
from kernel.attempts import Attempts
from kernel.errors import RateLimited

log = structlog.get_logger(__name__)


@contextmanager
def counted(address: str | None, caller_id: str | None) -> Iterator[None]:
    """Around what ends in a mail to `address`, outside any transaction, which may be repeated. Raises RateLimited
    before it begins; what fails has mailed nothing and is given back.

    None as caller: a service. None as address: no mail.
    """
    with _counted("mails.address", addresses.key(address or ""), caller_id):
        yield


@contextmanager
def counted_for_clinic(clinic_id: str, caller_id: str | None) -> Iterator[None]:
    """As `counted`, for a mail to a clinic's admins. Each person has tries of their own for each clinic: a limit that
    all share would let one close the clinic to all others."""
    with _counted("mails.clinic", f"{clinic_id}|{caller_id}", caller_id):
        yield


@contextmanager
def _counted(name: str, subject: str, caller_id: str | None) -> Iterator[None]:
    taken = Attempts()
    if subject and caller_id is not None:
        _take(taken, name, subject, caller_id)
    try:
        yield
    except Exception:
        taken.give_back()
        raise


def _take(taken: Attempts, name: str, subject: str, caller_id: str) -> None:
    try:
        taken.take("mails.caller", caller_id, settings.MAILS_PER_CALLER, closed=False)
        taken.take(name, subject, settings.MAILS_PER_ADDRESS, closed=False)
    except RateLimited:
        log.warning("mails.limited", name=name, caller=caller_id)
        raise


def may_tell_of_roles(address: str) -> bool:
    """Counts one mail about somebody's own roles. Their change is never refused; a mail too many is left out. Nobody
    but the person's own clinics can use this budget up."""
    try:
        ratelimit.hit(
            "mails.roles", addresses.key(address), limit=settings.MAILS_PER_ADDRESS, closed=False
        )
    except RateLimited:
        log.warning("mails.limited", name="mails.roles")
        return False
    return True
