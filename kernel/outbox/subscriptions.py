"""Which handlers an event has, their queues, and what happens when a handler fails permanently."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

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
    outside: str
    waits_for_others: bool
    takes_turns: bool

    @property
    def is_ours(self) -> bool:
        return not self.outside or settings.SIDE_EFFECTS == "internal"


BY_NAME: dict[str, Subscription] = {}


def subscribe(
    event: type[E],
    name: str,
    *,
    queue: str = DEFAULT_QUEUE,
    on_dead: Callable[[E, str], object] | None = None,
    retries: Retries = GROWING,
    outside: str = "",
    waits_for_others: bool = False,
    takes_turns: bool = False,
) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a handler of an event under a stable name ("app.what_it_does").

    Handlers are idempotent: a row whose worker died is delivered again, with the same `event_id`.
    `on_dead(event, reason)` is told when a row is parked, at least once. Work that waits long for other
    services gets its own `queue`, so that other work does not wait with it. `retries` says when a failed row
    is tried again. `outside`: the change of the shared collections, or of another service's, in which the worker that
    watches them sees the same cause. With SIDE_EFFECTS=external that worker does it, and all other handlers run here.
    `waits_for_others`: for those outside of the installation, so that a row that was tried once counts as late no more.
    `takes_turns`: of all rows of a key only the first is ever due. At its end the next one becomes due, behind what
    is due by then, so a key with many rows has one place among the others.
    """

    def register(handle: Callable[[E], None]) -> Callable[[E], None]:
        BY_NAME[name] = Subscription(
            event, name, handle, queue, on_dead, retries, outside, waits_for_others, takes_turns
        )
        return handle

    return register


def of_event(event: type[Event]) -> list[Subscription]:
    return [subscription for subscription in BY_NAME.values() if subscription.event is event]


def is_ours(event: type[Event]) -> bool:
    """Whether this service does all that follows from new events of this type, and no other worker."""
    return all(subscription.is_ours for subscription in of_event(event))


def queues() -> set[str]:
    return {subscription.queue for subscription in BY_NAME.values()}
