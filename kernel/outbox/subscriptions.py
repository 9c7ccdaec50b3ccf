"""Who handles which event, in which queue, and what happens when it fails for good."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kernel.outbox.retries import GROWING, Retries

DEFAULT_QUEUE = "default"
Handler = Callable[[dict[str, Any]], None]
OnDead = Callable[[dict[str, Any], str], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    event: str
    name: str
    handle: Handler
    queue: str
    forget_payload: bool
    on_dead: OnDead | None
    retries: Retries


BY_NAME: dict[str, Subscription] = {}
_BY_EVENT: dict[str, list[Subscription]] = {}


def subscribe(
    event: str,
    name: str,
    *,
    queue: str = DEFAULT_QUEUE,
    forget_payload: bool = False,
    on_dead: OnDead | None = None,
    retries: Retries = GROWING,
) -> Callable[[Handler], Handler]:
    """Register `handle(payload)` for an event under a stable name ("app.what_it_does").

    Handlers are idempotent: a row whose worker died is delivered again. The payload carries the row's
    own id as `eventId`. `forget_payload` drops the payload once delivered (mails name a recipient).
    `on_dead(payload, reason)` is told when a row is parked, at least once. Work that waits long for others gets a
    `queue` of its own, so that the rest does not wait with it. `retries` says when a failed row is tried again.
    """

    def register(handle: Handler) -> Handler:
        subscription = Subscription(event, name, handle, queue, forget_payload, on_dead, retries)
        BY_NAME[name] = subscription
        _BY_EVENT.setdefault(event, []).append(subscription)
        return handle

    return register


def of_event(event: str) -> list[Subscription]:
    return _BY_EVENT.get(event, [])


def queues() -> set[str]:
    return {subscription.queue for subscription in BY_NAME.values()}
