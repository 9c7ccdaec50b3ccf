"""Changes of a second factor, each in one transaction with its audit event."""

from dataclasses import dataclass
from typing import Any

import segno
from bson import ObjectId
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from pymongo.errors import DuplicateKeyError

from kernel import db
from kernel.staff import logins
from kernel.staff.sign_in import factors, sealing, store

_OFFER = "offered_factor"


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret that becomes a factor once a code proves that an app has it."""

    secret: bytes
    account: str
    generation: int

    @property
    def text(self) -> str:
        """The secret for people who cannot scan the picture."""
        text = factors.text_of(self.secret)
        return " ".join(text[start : start + 4] for start in range(0, len(text), 4))

    @property
    def picture(self) -> SafeString:
        address = factors.address_of(self.secret, account=self.account)
        drawn = segno.make(address, micro=False).svg_inline(scale=4, light="#fff", dark="#000")
        return mark_safe(drawn)  # noqa: S308 (squares, no text)


def offer(request: HttpRequest, user: Any, *, generation: int) -> Offer:
    """One secret per session, kept sealed until it is confirmed; reloading the page shows the same one."""
    sealed = request.session.get(_OFFER)
    if sealed is None:
        sealed = request.session[_OFFER] = sealing.seal(user.pk, factors.new_secret())
    try:
        secret = sealing.unseal(user.pk, sealed)
    except sealing.Unreadable:
        withdraw_offer(request)
        return offer(request, user, generation=generation)
    return Offer(secret, user.get_username(), generation)


def withdraw_offer(request: HttpRequest) -> None:
    request.session.pop(_OFFER, None)


def set_up(user: Any, accepted_offer: Offer, *, code: str) -> list[str] | None:
    """The recovery codes; None when the code is wrong."""

    def change() -> list[str] | None:
        codes = factors.set_up(
            user.pk, secret=accepted_offer.secret, code=code, generation=accepted_offer.generation
        )
        if codes is not None:
            logins.record("staff.factor_set_up", user)
        return codes

    try:
        return db.run_in_transaction(change)
    except DuplicateKeyError:
        return None


def renew_recovery_codes(user: Any, *, generation: int) -> list[str] | None:
    def change() -> list[str] | None:
        codes = factors.renew_recovery_codes(user.pk, generation=generation)
        if codes is not None:
            logins.record("staff.recovery_codes_renewed", user)
        return codes

    return db.run_in_transaction(change)


def remove(user: Any) -> int | None:
    """Remove the factor at its owner's request. Returns the account's new generation, None if there was no
    factor."""

    def change() -> int | None:
        account = store.remove_factor(user.pk)
        if account is None:
            return None
        logins.record("staff.factor_removed", user)
        return factors.generation_of(account)

    return db.run_in_transaction(change)


def reset(user_id: ObjectId, record: Any) -> bool:
    """Remove the factor at another person's request; `record` writes their audit event. Ends the account's
    sessions."""

    def change() -> bool:
        if store.remove_factor(user_id) is None:
            return False
        record()
        return True

    return db.run_in_transaction(change)


def unlink(user_id: ObjectId, record: Any) -> bool:
    def change() -> bool:
        if not store.remove_identity_of(user_id):
            return False
        store.begin_generation(user_id)
        record()
        return True

    return db.run_in_transaction(change)
