"""Checks that every event has code that emits it and a handler.

Handlers register themselves. Emitters are read from the source: one that registered could still emit nothing, and one
that the declaration names could be gone. What counts is a call of the event's class in an app, imported by its name.
"""

import ast
import functools
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from kernel.outbox import derived, events, subscriptions
from kernel.outbox.events import Event


def problems(apps: Mapping[str, Path]) -> list[str]:
    """What is wrong with the events of these apps, whose code is in these folders."""
    declared = [event for event in events.DECLARED.values() if _app_of(event) in apps]
    emitted = emitters(apps).keys()
    return [
        *(problem for event in declared for problem in _problems_of(event, emitted)),
        *(
            f"handler {subscription.name} hears an event that no app declares"
            for subscription in subscriptions.BY_NAME.values()
            if subscription.event not in declared
        ),
    ]


def _problems_of(event: type[Event], emitted: Container[str]) -> Iterator[str]:
    declaration = event.declared
    if event.__module__ != f"{_app_of(event)}.events":
        yield f"{declaration.name} is declared in {event.__module__}: events are declared in an app's events.py"
    if not declaration.unheard and not _is_heard(event):
        yield f"no handler hears {declaration.name}: subscribe one, or say with `unheard` why there is none"
    if declaration.unheard and _is_heard(event):
        yield f"{declaration.name} is heard: take `unheard` away"
    if not declaration.unemitted and title(event) not in emitted:
        yield f"nothing emits {declaration.name}: emit it, or say with `unemitted` why nothing does"
    if declaration.unemitted and title(event) in emitted:
        yield f"{declaration.name} is emitted: take `unemitted` away"


def _app_of(event: type[Event]) -> str:
    return event.__module__.partition(".")[0]


def _is_heard(event: type[Event]) -> bool:
    """By a handler, or by that of an event which is derived from it."""
    return bool(subscriptions.of_event(event) or derived.derivations_of(event))


def title(event: type[Event]) -> str:
    return f"{event.__module__}.{event.__name__}"


def emitters(apps: Mapping[str, Path]) -> dict[str, set[Path]]:
    """The files that make each event, by the title of its class."""
    files: dict[str, set[Path]] = defaultdict(set)
    for folder in apps.values():
        for path in folder.rglob("*.py"):
            source = path.read_text()
            for class_title in _made_in(source) if ".events import" in source else ():
                files[class_title].add(path)
    return files


@functools.cache
def _made_in(source: str) -> frozenset[str]:
    nodes = list(ast.walk(ast.parse(source)))
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".events")
        for alias in node.names
    }
    called = {
        node.func.id
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return frozenset(imported[name] for name in called & imported.keys())
