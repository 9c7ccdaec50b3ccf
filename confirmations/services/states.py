"""The states of a confirmation, as data: kind x status x event -> next, by whom, until when.

Nothing else changes a status. `parties` says who may act: the fields of the document that must hold the actor's ids.
The key alone is enough where `parties` is empty. A confirmation has expired when now is later than `expiresAt`. After
that it grants nothing, and its key alone does nothing; a person who is signed in may still tidy up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from confirmations.choices import ConfirmationType, Status
from confirmations.documents import ConfirmationDocument
from kernel import clock
from kernel.db import Document


class Kind(StrEnum):
    SIGNUP = "signup"
    RESET = "reset"
    NO_ACCOUNT = "no_account"
    CARE_TEAM = "care_team"
    CLINIC_SHARE = "clinic_share"
    CLINICIAN = "clinician"


class Event(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    CANCEL = "cancel"
    RESEND = "resend"
    REISSUE = "reissue"  # the account's address has changed
    SUPERSEDE = "supersede"  # another one of the same kind was used
    MOVE = "move"  # the clinic was merged into another


class Key(StrEnum):
    """What it means to hold the key of a confirmation.

    SECRET: it proves access to the mailbox it was mailed to. It leaves this service in that mail and to backend
    callers, and nowhere else: neither the custodian nor the person sees it in an answer, a list or a staff page.
    IDENTIFIER: it names an invitation. Clients list and send it, and holding it is never enough: the caller is signed
    in, and the invitation is theirs.
    """

    SECRET = "secret"  # noqa: S105 (a kind of key, not a key)
    IDENTIFIER = "identifier"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a kind is stored: its type, whether it names a clinic (None: either), how long it lives, what its key is."""

    type: ConfirmationType
    has_clinic: bool | None
    lifetime: timedelta | None
    key: Key


@dataclass(frozen=True, slots=True)
class Transition:
    sources: frozenset[Status]
    target: Status
    parties: frozenset[str] = frozenset()
    ends_with_expiry: bool = False
    renews: bool = False
    replaces_key: bool = False


SHAPES: dict[Kind, Shape] = {
    Kind.SIGNUP: Shape(ConfirmationType.SIGNUP, None, timedelta(days=31), Key.SECRET),
    Kind.RESET: Shape(ConfirmationType.RESET, None, timedelta(days=7), Key.SECRET),
    Kind.NO_ACCOUNT: Shape(ConfirmationType.NO_ACCOUNT, None, timedelta(days=7), Key.SECRET),
    Kind.CARE_TEAM: Shape(
        ConfirmationType.CARE_TEAM, has_clinic=False, lifetime=timedelta(days=7), key=Key.IDENTIFIER
    ),
    Kind.CLINIC_SHARE: Shape(
        ConfirmationType.CARE_TEAM, has_clinic=True, lifetime=timedelta(days=7), key=Key.IDENTIFIER
    ),
    Kind.CLINICIAN: Shape(ConfirmationType.CLINICIAN, None, None, Key.IDENTIFIER),
}
SECRET_TYPES = frozenset(shape.type for shape in SHAPES.values() if shape.key is Key.SECRET)
IDENTIFIER_TYPES = frozenset(shape.type for shape in SHAPES.values()) - SECRET_TYPES
# Only this kind of record is created without waiting for anyone.
FIRST_STATUS: dict[Kind, Status] = {Kind.NO_ACCOUNT: Status.COMPLETED}

PENDING = frozenset({Status.PENDING})
OPEN = frozenset({Status.PENDING, Status.DECLINED})
ANY = frozenset(Status)
RECEIVER, SENDER, CLINIC = frozenset({"userId"}), frozenset({"creatorId"}), frozenset({"clinicId"})

TRANSITIONS: dict[tuple[Kind, Event], Transition] = {
    # The holder of the key.
    (Kind.SIGNUP, Event.ACCEPT): Transition(PENDING, Status.COMPLETED, ends_with_expiry=True),
    (Kind.RESET, Event.ACCEPT): Transition(PENDING, Status.COMPLETED, ends_with_expiry=True),
    # The holder of the key who also knows whose account it is.
    (Kind.SIGNUP, Event.DECLINE): Transition(
        PENDING, Status.DECLINED, RECEIVER, ends_with_expiry=True
    ),
    (Kind.SIGNUP, Event.CANCEL): Transition(
        PENDING, Status.CANCELED, RECEIVER, ends_with_expiry=True
    ),
    # Anyone may ask for another mail to the same address; only owner or custodian reissue to a new one.
    (Kind.SIGNUP, Event.RESEND): Transition(
        PENDING, Status.PENDING, renews=True, replaces_key=True
    ),
    (Kind.SIGNUP, Event.REISSUE): Transition(
        ANY, Status.PENDING, RECEIVER, renews=True, replaces_key=True
    ),
    (Kind.RESET, Event.SUPERSEDE): Transition(PENDING, Status.CANCELED, RECEIVER),
    # Two people.
    (Kind.CARE_TEAM, Event.ACCEPT): Transition(
        PENDING, Status.COMPLETED, RECEIVER | SENDER, ends_with_expiry=True
    ),
    (Kind.CARE_TEAM, Event.DECLINE): Transition(PENDING, Status.DECLINED, RECEIVER | SENDER),
    (Kind.CARE_TEAM, Event.CANCEL): Transition(OPEN, Status.CANCELED, SENDER),
    (Kind.CARE_TEAM, Event.RESEND): Transition(PENDING, Status.PENDING, SENDER, renews=True),
    # A person and a clinic.
    (Kind.CLINIC_SHARE, Event.ACCEPT): Transition(
        PENDING, Status.COMPLETED, CLINIC, ends_with_expiry=True
    ),
    (Kind.CLINIC_SHARE, Event.DECLINE): Transition(OPEN, Status.DECLINED, CLINIC),
    (Kind.CLINIC_SHARE, Event.CANCEL): Transition(OPEN, Status.CANCELED, SENDER),
    # The clinic was merged into another, which can accept it instead; or the clinic is gone.
    (Kind.CLINIC_SHARE, Event.MOVE): Transition(
        PENDING, Status.PENDING, CLINIC, ends_with_expiry=True
    ),
    (Kind.CLINIC_SHARE, Event.SUPERSEDE): Transition(OPEN, Status.CANCELED, CLINIC),
    # A clinic and its future clinician.
    (Kind.CLINICIAN, Event.ACCEPT): Transition(
        PENDING, Status.COMPLETED, RECEIVER, ends_with_expiry=True
    ),
    (Kind.CLINICIAN, Event.DECLINE): Transition(PENDING, Status.DECLINED, RECEIVER),
    (Kind.CLINICIAN, Event.CANCEL): Transition(PENDING, Status.CANCELED, CLINIC),
    # The clinic still waits for this clinician, whatever became of the confirmation.
    (Kind.CLINICIAN, Event.RESEND): Transition(ANY, Status.PENDING, CLINIC, renews=True),
}


def shape_filter(kind: Kind) -> Document:
    shape = SHAPES[kind]
    if shape.has_clinic is None:
        return {"type": shape.type}
    return {"type": shape.type, "clinicId": {"$exists": shape.has_clinic}}


def unexpired(moment: datetime) -> Document:
    return {"expiresAt": {"$not": {"$lt": moment}}}


def has_expired(document: ConfirmationDocument, moment: datetime) -> bool:
    end = document.get("expiresAt")
    return end is not None and end < moment


def precondition(
    kind: Kind, event: Event, parties: Mapping[str, str], moment: datetime
) -> Document:
    """What must hold in the database at the instant of the change. Raises ValueError for parties that do not fit."""
    transition = TRANSITIONS[kind, event]
    if transition.parties != parties.keys():
        message = f"{event} of {kind} needs {sorted(transition.parties)}"
        raise ValueError(message)
    conditions: list[Document] = [
        shape_filter(kind),
        {"status": {"$in": sorted(transition.sources)}},
        # No one else is in the middle of accepting it.
        {"acceptingUntil": {"$not": {"$gt": moment}}},
        *({name: value} for name, value in parties.items()),
    ]
    if transition.ends_with_expiry:
        conditions.append(unexpired(moment))
    return {"$and": conditions}


def effect(kind: Kind, event: Event, moment: datetime) -> Document:
    """The fields that change. A confirmation that is sent again counts as new and never modified."""
    transition = TRANSITIONS[kind, event]
    if not transition.renews:
        return {"status": transition.target.value, "modified": moment}
    return {
        "status": transition.target.value,
        "created": moment,
        "modified": clock.ZERO,
        **expiry(kind, moment),
    }


def expiry(kind: Kind, created: datetime) -> dict[str, Any]:
    lifetime = SHAPES[kind].lifetime
    return {} if lifetime is None else {"expiresAt": created + lifetime}
