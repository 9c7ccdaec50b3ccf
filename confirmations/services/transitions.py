"""Carry out a transition of the state machine: the only way a status changes."""

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta

from confirmations.documents import ConfirmationDocument
from confirmations.services import states
from confirmations.services.states import Event, Kind
from confirmations.store import confirmations as store
from kernel import clock, ids
from kernel.db import Document

# Longer than any acceptance takes: each call to a neighbour is bounded by kernel.http.
ACCEPTANCE_TIMEOUT = timedelta(seconds=90)


def find_open(
    kind: Kind, event: Event, key: str, parties: Mapping[str, str]
) -> ConfirmationDocument | None:
    """The confirmation, while the transition is allowed: for what has to be asked of other services before the
    transaction. `perform` decides, and its document is to be compared with what was asked about."""
    return store.find_by_key(key, states.precondition(kind, event, parties, clock.now()))


def perform(
    kind: Kind,
    event: Event,
    key: str,
    parties: Mapping[str, str] | None = None,
    also: Document | None = None,
) -> ConfirmationDocument | None:
    """The changed confirmation, with the fields of `also` set too; None when the transition is not (or no longer)
    allowed.

    Of any number of parallel calls, exactly one gets the document.
    """
    moment = clock.now()
    precondition = states.precondition(kind, event, parties or {}, moment)
    fields = {**states.effect(kind, event, moment), **(also or {})}
    if states.TRANSITIONS[kind, event].replaces_key:
        return store.apply_change_with_new_key(key, precondition, fields, ids.new_key())
    return store.apply_change(key, precondition, fields)


def perform_on_all(kind: Kind, event: Event, parties: Mapping[str, str]) -> int:
    moment = clock.now()
    return store.apply_change_to_all(
        states.precondition(kind, event, parties, moment), states.effect(kind, event, moment)
    )


def accept_with_neighbours(
    kind: Kind, key: str, parties: Mapping[str, str], work: Callable[[ConfirmationDocument], None]
) -> ConfirmationDocument | None:
    """Accept where other services have to act first, once even under parallel calls.

    The confirmation is claimed, `work` runs, then it is completed. When `work` raises, or this process dies, the
    confirmation is open again, so `work` must be safe to repeat.
    """
    moment = clock.now()
    precondition = states.precondition(kind, Event.ACCEPT, parties, moment)
    acceptance_id = secrets.token_hex(8)
    claimed = store.claim_acceptance(key, precondition, acceptance_id, moment + ACCEPTANCE_TIMEOUT)
    if claimed is None:
        return None
    try:
        work(claimed)
    except BaseException:
        store.release_acceptance(key, acceptance_id)
        raise
    fields = states.effect(kind, Event.ACCEPT, clock.now())
    return store.complete_acceptance(key, acceptance_id, fields)
