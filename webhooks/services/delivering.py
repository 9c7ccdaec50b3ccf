"""Sending one message, and what follows from the answer.

A message is tried for a day (the outbox repeats), then it is parked. A receiver that fails is tried by one worker at a
time, and less and less often, whatever waits for it; one that has not taken anything for three days is switched off.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from bson import ObjectId
from django.conf import settings

from kernel import accesses, clock, guarded_http, noting, outbox, sealing
from kernel.db import Document
from kernel.errors import RetryLater
from kernel.outbox.retries import LASTING, spread
from webhooks.choices import DeliveryFailure, DeliveryState, OffReason, WebhookState
from webhooks.services import ends, signing
from webhooks.store import deliveries
from webhooks.store import hooks as store

SWITCHED_OFF_AFTER = timedelta(days=3)
_TRY = timedelta(seconds=30)  # longer than a call may take
_GONE = 410
_OFF = WebhookState.OFF.value
RETRIES = outbox.Retries(tuple(timedelta(seconds=s) for s in (15, 15, 60, 120, 240, 480)))


def deliver(delivery_id: str) -> None:
    """Raises RetryLater where it has to be tried again."""
    delivery = deliveries.find(ObjectId(delivery_id))
    if delivery is None or delivery["state"] != DeliveryState.WAITING:
        return
    _note_access(delivery)
    hook = store.find(delivery["webhookId"])
    if hook is None or hook["state"] == _OFF:
        _park(delivery, DeliveryFailure.SWITCHED_OFF)
        return
    if not _has_turn(delivery, hook):
        if _is_over(delivery):
            _park(delivery, DeliveryFailure.FAILING)
            return
        raise RetryLater(DeliveryFailure.FAILING, wait=_wait_until_turn(hook))
    _settle(delivery, hook, *_attempt(delivery, hook))


def give_up(delivery_id: str) -> None:
    """After a fault of this service: the outbox has parked the event."""
    delivery = deliveries.find(ObjectId(delivery_id))
    if delivery is not None:
        _park(delivery, DeliveryFailure.FAULT)


def _note_access(delivery: Document) -> None:
    """The receiver learns that this person is a patient of the clinic."""
    accesses.note_clinic(delivery["data"].get("clinicId", ""))
    if user_id := delivery["data"].get("userId"):
        accesses.note_patient(user_id)


def _has_turn(delivery: Document, hook: Document) -> bool:
    """False while the receiver fails and is not to be tried yet, or another worker tries it."""
    return bool(delivery.get("isAtOnce")) or store.claim_try(hook["_id"], clock.now(), _TRY)


def _wait_until_turn(hook: Document) -> timedelta:
    until, moment = hook.get("heldUntil"), clock.now()
    return spread(until - moment if until is not None and until > moment else _TRY)


def _is_over(delivery: Document) -> bool:
    return bool(clock.now() - delivery["dueTime"] >= LASTING)


def _attempt(delivery: Document, hook: Document) -> tuple[int | None, DeliveryFailure | None]:
    """The status, if there was an answer, and why it failed, if it did."""
    message_id, body = str(delivery["_id"]), orjson.dumps(message(delivery))
    try:
        headers = signing.headers(hook, message_id, body, clock.now())
        status = guarded_http.post(
            hook["url"],
            body=body,
            headers={
                **headers,
                "content-type": "application/json",
                "user-agent": "clinics-webhooks",
            },
            allowed=settings.WEBHOOK_ALLOWED_NETWORKS,
        )
    except sealing.Unreadable:
        return None, DeliveryFailure.SECRET_UNREADABLE
    except guarded_http.Refused:
        return None, DeliveryFailure.REFUSED
    except guarded_http.Unreachable:
        return None, DeliveryFailure.UNREACHABLE
    return status, None if 200 <= status < 300 else DeliveryFailure.STATUS


def message(delivery: Document) -> Mapping[str, Any]:
    """Always the same bytes for a delivery, so that a repetition can be compared."""
    return {
        "id": str(delivery["_id"]),
        "type": delivery["kind"],
        "timestamp": clock.format_time(delivery["eventTime"]),
        "data": delivery["data"],
    }


def _settle(
    delivery: Document, hook: Document, status: int | None, failure: DeliveryFailure | None
) -> None:
    moment = clock.now()
    outcome = {"lastStatus": status, "lastError": failure and failure.value}
    if failure is None:
        noting.insist(lambda: deliveries.end_delivered(delivery["_id"], outcome, moment))
        store.note_success(hook["_id"], moment)
        return
    deliveries.note_try(delivery["_id"], outcome, moment)
    _note_failure(hook["_id"], status, moment)
    if _is_over(delivery):
        _park(delivery, failure)
        return
    raise RetryLater(failure, wait=RETRIES.wait_after(delivery["attempts"] + 1))


def _note_failure(hook_id: ObjectId, status: int | None, moment: datetime) -> None:
    hook = store.note_failure(hook_id, moment)
    if hook is None:
        return
    store.hold(hook_id, moment + RETRIES.wait_after(hook["failures"]))
    if status == _GONE:
        ends.switch_off(hook_id, OffReason.GONE)
    elif moment - hook["failingSince"] >= SWITCHED_OFF_AFTER:
        ends.switch_off(hook_id, OffReason.FAILING)


def _park(delivery: Document, failure: DeliveryFailure) -> None:
    deliveries.end(
        delivery["_id"], {"state": DeliveryState.PARKED.value, "lastError": failure.value}
    )
