"""Limits on the mails that people cause to addresses other than their own: counted by caller and by address.

Services are not counted. Without Redis nothing is limited, because work has to go on. See decision 0006.
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
    """Wraps an action that causes a mail to `address`. Use it outside transactions, because they may be
    repeated. Raises RateLimited before the action begins; an action that fails has sent no mail and is not
    counted.

    The caller is None for a service, the address None if no mail is sent.
    """
    with _counted("mails.address", addresses.key(address or ""), caller_id):
        yield


@contextmanager
def counted_for_clinic(clinic_id: str, caller_id: str | None) -> Iterator[None]:
    """Like `counted`, for a mail to a clinic's admins. Each person has a budget of their own for each clinic:
    with a shared limit one person could lock out all others."""
    with _counted("mails.clinic", f"{clinic_id}|{caller_id}", caller_id):
        yield


@contextmanager
def _counted(name: str, subject: str, caller_id: str | None) -> Iterator[None]:
    attempts = Attempts()
    if subject and caller_id is not None:
        _take(attempts, name, subject, caller_id)
    try:
        yield
    except Exception:
        attempts.give_back()
        raise


def _take(attempts: Attempts, name: str, subject: str, caller_id: str) -> None:
    try:
        attempts.take("mails.caller", caller_id, settings.MAILS_PER_CALLER, closed=False)
        attempts.take(name, subject, settings.MAILS_PER_ADDRESS, closed=False)
    except RateLimited:
        log.warning("mails.limited", name=name, caller=caller_id)
        raise


class Room:
    """What `counted` would let through now, mail after mail, without counting: for a check of what would be done."""

    def __init__(self, caller_id: str | None) -> None:
        self._caller_id = caller_id
        self._left: dict[tuple[str, str], int] = {}

    def take(self, address: str) -> bool:
        """Whether there is room for one more mail, which then takes it."""
        subject = addresses.key(address)
        if not subject or self._caller_id is None:
            return True
        limits = (
            ("mails.caller", self._caller_id, settings.MAILS_PER_CALLER),
            ("mails.address", subject, settings.MAILS_PER_ADDRESS),
        )
        if not all(self._left_of(*limit) for limit in limits):
            return False
        for name, counted_by, _ in limits:
            self._left[name, counted_by] -= 1
        return True

    def _left_of(self, name: str, subject: str, limit: str) -> int:
        if (name, subject) not in self._left:
            self._left[name, subject] = ratelimit.left(name, subject, limit=limit)
        return self._left[name, subject]


def may_tell_of_roles(address: str) -> bool:
    """Counts one mail about a person's own roles. The change of roles is never refused; only a mail beyond
    the limit is left out. Only the person's own clinics can use up this budget."""
    return _may_tell("mails.roles", address)


def may_tell_of_webhook(address: str) -> bool:
    """Counts one mail to an admin of a clinic whose webhook was switched off; one beyond the limit is left out. Another
    admin may register a receiver that answers 410 again and again."""
    return _may_tell("mails.webhooks", address)


def _may_tell(name: str, address: str) -> bool:
    try:
        ratelimit.hit(name, addresses.key(address), limit=settings.MAILS_PER_ADDRESS, closed=False)
    except RateLimited:
        log.warning("mails.limited", name=name)
        return False
    return True
