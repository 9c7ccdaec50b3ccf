"""The second factor: one-time codes (TOTP, RFC 6238) from an app, and recovery codes for a lost phone."""

import base64
import enum
import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import structlog
from bson import ObjectId
from django.conf import settings
from django_otp.oath import TOTP

from kernel import clock
from kernel.db import Document
from kernel.staff.sign_in import sealing, store

log = structlog.get_logger(__name__)
RECOVERY_CODES = 10
_CODE = re.compile(r"[0-9]{6}")
_TOLERANCE = 1  # time steps of 30 s that a phone's clock may be off


class Demand(enum.Enum):
    """What an account must still do after its password."""

    NOTHING = "nothing"
    CODE = "code"
    SET_UP = "set-up"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A code that was correct and is now used up. `generation` is that of its factor."""

    by: str
    generation: int


def generation_of(factor: Document | None) -> int:
    return factor["generation"] if factor else 0


def is_set_up(factor: Document | None) -> bool:
    return factor is not None and "key" in factor


def demand(user: Any, factor: Document | None) -> Demand:
    if settings.STAFF_SECOND_FACTOR == "off":
        return Demand.NOTHING
    if is_set_up(factor):
        return Demand.CODE
    return Demand.SET_UP if is_required(user) else Demand.NOTHING


def is_required(user: Any) -> bool:
    """Whether the installation or a role requires a factor. A superuser may do what every role may, so every
    role counts."""
    if settings.STAFF_SECOND_FACTOR != "optional":
        return bool(settings.STAFF_SECOND_FACTOR == "required")
    roles = set(settings.STAFF_SECOND_FACTOR_ROLES)
    if not roles or user.is_superuser:
        return bool(roles)
    return not roles.isdisjoint(user.groups.values_list("name", flat=True))


# --- setting up ------------------------------------------------------------------------------------------------
def new_secret() -> bytes:
    return secrets.token_bytes(20)  # RFC 4226, section 4: 160 bits


def address_of(secret: bytes, *, account: str) -> str:
    """The content of the QR code (Key URI format)."""
    issuer = f"Clinics {settings.ENVIRONMENT}"
    query = urlencode({"secret": text_of(secret), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{issuer}:{account}')}?{query}"


def text_of(secret: bytes) -> str:
    return base64.b32encode(secret).decode().rstrip("=")


def set_up(user_id: ObjectId, *, secret: bytes, code: str, generation: int) -> list[str] | None:
    """The new recovery codes, readable this once; None when the code is wrong or the account changed meanwhile."""
    step = _step_of(secret, code, after=-1)
    if step is None:
        return None
    codes = _new_recovery_codes()
    is_put = store.put_factor(
        user_id,
        generation=generation,
        key=sealing.seal(user_id, secret),
        step=step,
        recovery_codes=_digests(user_id, codes),
    )
    return codes if is_put else None


def renew_recovery_codes(user_id: ObjectId, *, generation: int) -> list[str] | None:
    codes = _new_recovery_codes()
    is_put = store.replace_recovery_codes(
        user_id, generation=generation, recovery_codes=_digests(user_id, codes)
    )
    return codes if is_put else None


# --- checking --------------------------------------------------------------------------------------------------
def accept(user_id: ObjectId, text: str) -> Accepted | None:
    """Use a code or a recovery code. Each works only once, even if it is tried twice at the same instant."""
    factor = store.find_factor(user_id)
    if factor is None or not is_set_up(factor):
        return None
    generation = generation_of(factor)
    code = _plain(text)
    if not _CODE.fullmatch(code):
        digest = _digest(user_id, code)
        is_taken = store.take_recovery_code(user_id, generation=generation, digest=digest)
        return Accepted("recovery code", generation) if is_taken else None
    step = _step_of(_secret_of(factor), code, after=factor["lastStep"])
    if step is None or not store.take_step(user_id, generation=generation, step=step):
        return None
    return Accepted("code", generation)


def _secret_of(factor: Document) -> bytes:
    """An unreadable key counts as a wrong code; recovery codes need no key and still work."""
    try:
        return sealing.unseal(factor["_id"], factor["key"])
    except sealing.Unreadable:
        log.warning("second_factor.unreadable")
        return b""


def _step_of(secret: bytes, code: str, *, after: int) -> int | None:
    """The time step whose code this is."""
    totp = TOTP(secret)
    totp.time = clock.now().timestamp()
    code = _plain(code)
    is_right = (
        bool(secret)
        and bool(_CODE.fullmatch(code))
        and totp.verify(int(code), tolerance=_TOLERANCE, min_t=after + 1)
    )
    return int(totp.t()) if is_right else None


def _plain(text: str) -> str:
    return "".join(text.split()).replace("-", "").lower()


# --- recovery codes --------------------------------------------------------------------------------------------
def _new_recovery_codes() -> list[str]:
    """80 random bits each, so that a plain hash protects them; in groups of four for reading."""
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(RECOVERY_CODES)]
    return [
        "-".join(code[start : start + 4] for start in range(0, 16, 4)).lower() for code in codes
    ]


def _digests(user_id: ObjectId, codes: Iterable[str]) -> list[str]:
    return [_digest(user_id, _plain(code)) for code in codes]


def _digest(user_id: ObjectId, code: str) -> str:
    return hashlib.sha256(f"{user_id}:{code}".encode()).hexdigest()
