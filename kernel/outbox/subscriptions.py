"""Which handlers an event has, their queues, and what happens when a handler fails permanently."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kernel.outbox.events import E, Event
from kernel.outbox.retries import GROWING, Retries

DEFAULT_QUEUE = "default"


@dataclass(frozen=True, slots=True)
class Subscription:
    event: type[Event]
    name: str
    handle: Callable[[Any], object]
    queue: str
    on_dead: Callable[[Any, str], object] | None
    retries: Retries


BY_NAME: dict[str, Subscription] = {}


def subscribe(
    event: type[E],
    name: str,
    *,
    queue: str = DEFAULT_QUEUE,
    on_dead: Callable[[E, str], object] | None = None,
    retries: Retries = GROWING,
) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a handler of an event under a stable name ("app.what_it_does").

    Handlers are idempotent: a row whose worker died is delivered again, with the same `event_id`.
    `on_dead(event, reason)` is told when a row is parked, at least once. Work that waits long for other
    services gets its own `queue`, so that other work does not wait with it. `retries` says when a failed row
    is tried again.
    """

    def register(handle: Callable[[E], None]) -> Callable[[E], None]:
        BY_NAME[name] = Subscription(event, name, handle, queue, on_dead, retries)
        return handle

    return register


def of_event(event: type[Event]) -> list[Subscription]:
    return [subscription for subscription in BY_NAME.values() if subscription.event is event]


def queues() -> set[str]:
    return {subscription.queue for subscription in BY_NAME.values()}
