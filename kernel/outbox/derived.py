"""Events that an app higher up derives from events of apps below it, when and where those are emitted.

A handler of its own for each event would do, but rows are kept in order for one handler alone, and what follows from a
creation, a change and a removal of one patient has to be told in that order. And a derivation may see that no one waits
for the event: then there is no row, and no command for it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kernel.outbox import subscriptions
from kernel.outbox.events import E, Event

Derivation = Callable[[Any], Iterable[Event]]
_BY_EVENT: dict[type[Event], list[Derivation]] = defaultdict(list)


def derive(
    event: type[E],
) -> Callable[[Callable[[E], Iterable[Event]]], Callable[[E], Iterable[Event]]]:
    """Register a function from an event to the events that are emitted with it, in the same transaction and command.

    It runs in the request, so it asks no database for what this request alone needs.
    """

    def register(derivation: Callable[[E], Iterable[Event]]) -> Callable[[E], Iterable[Event]]:
        _BY_EVENT[event].append(derivation)
        return derivation

    return register


def with_derived(emitted: Iterable[Event]) -> Iterator[Event]:
    for happened in emitted:
        yield happened
        yield from _derived_from(happened)


def _derived_from(happened: Event) -> Iterator[Event]:
    for derivation in _BY_EVENT.get(type(happened), ()):
        yield from derivation(happened)


def has_effect(happened: Event) -> bool:
    """Whether to emit this event would store a row: a change that no one waits for needs no transaction."""
    follows = any(True for _ in _derived_from(happened))
    return follows or any(one.is_ours for one in subscriptions.of_event(type(happened)))


def derivations_of(event: type[Event]) -> list[Derivation]:
    return list(_BY_EVENT.get(event, ()))
