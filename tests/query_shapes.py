"""How the service asks MongoDB about the collections that grow with the number of patients.

A large deployment spreads these collections over several shards (docs/scaling.md). A command that names the clinic, by
which they are spread, goes to one shard; any other goes to all of them. This module looks at each command that a
process of the tests sends, and notes which function sent it and which fields its filter names. What tests themselves
ask is left out.

A change that goes to all shards fails its test, unless `tests.scattered_queries` gives the reason. With QUERY_SHAPES
set, everything that was seen is written there when the process ends; `python -m scripts.query_shapes` makes the table
of it, and tests/store/test_query_shapes.py asks for the reason of each query in it that goes to all shards.
"""

import json
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo import monitoring

from patients.kept import ROWS, TEXTS
from tests.scattered_queries import reason

BASE = Path(__file__).resolve().parents[1]
FOLDER = "QUERY_SHAPES"
PATIENTS = "patients"
# What each collection is spread by. A command on one document names all of it, so that MongoDB finds the one shard.
KEYS = {PATIENTS: ("clinicId", "userId"), ROWS: ("clinicId",), TEXTS: ("_id",)}
NAMES = {PATIENTS: "patients", ROWS: "patientLists", TEXTS: "patientAnswers"}
CHANGES = ("findAndModify", "update", "update many", "delete", "delete many")
_EQUAL = {"$eq", "$in"}
# Frames between a store's call and this listener.
_PASSED_ON = {
    "kernel/db.py",
    "kernel/speed.py",
    "kernel/deadline.py",
    "tests/query_shapes.py",
    "tests/commands.py",
    "tests/following.py",
}


@dataclass
class Shape:
    """What a function asks of one collection with one kind of command; `fields`: as often as not all are named."""

    is_targeted: bool = True
    always: frozenset[str] | None = None
    ever: set[str] = field(default_factory=set)

    def add(self, names: frozenset[str], *, is_targeted: bool) -> None:
        self.is_targeted &= is_targeted
        self.always = names if self.always is None else self.always & names
        self.ever |= names


Key = tuple[str, str, str]  # function, collection, command
_shapes: dict[Key, Shape] = {}
_faults: list[str] = []
_lock = threading.Lock()


class _Listener(monitoring.CommandListener):
    def started(self, event: monitoring.CommandStartedEvent) -> None:
        asked = list(_asked(event.command_name, event.command))
        function = _function() if asked else None
        if function is not None:
            with _lock:
                for one in asked:
                    _note(function, one)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


monitoring.register(_Listener())


def take_faults() -> list[str]:
    """Changes since the last call that go to all shards for no reason given."""
    with _lock:
        faults = list(dict.fromkeys(_faults))
        _faults.clear()
    return faults


def write() -> None:
    """Adds what this process has seen to the folder that the environment names, if it names one."""
    folder = os.environ.get(FOLDER)
    if folder and _shapes:
        rows = [
            [*key, one.is_targeted, sorted(one.always or ()), sorted(one.ever)]
            for key, one in sorted(_shapes.items())
        ]
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{os.getpid()}.json").write_text(json.dumps(rows))


def _note(function: str, one: "_Question") -> None:
    key = function, NAMES[one.collection], one.command
    _shapes.setdefault(key, Shape()).add(one.names, is_targeted=one.is_targeted)
    if one.command in CHANGES and not one.is_targeted and not reason(*key[:2]):
        fields = ", ".join(sorted(one.names)) or "nothing"
        _faults.append(
            f"{one.command} of {NAMES[one.collection]} in {function} names {fields}, but not the clinic"
        )


def _function() -> str | None:
    """Which function of the service asks; None for a test."""
    frame = sys._getframe(2)
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(str(BASE)) and "/site-packages/" not in path:
            name = path[len(str(BASE)) + 1 :]
            if name not in _PASSED_ON:
                if name.startswith("tests/"):
                    return None
                return f"{name.removesuffix('.py').replace('/', '.')}.{_defined(frame.f_code)}"
        frame = frame.f_back
    return None


def _defined(code: Any) -> str:
    """The function's name; of a comprehension, an inner or an anonymous function that of the outermost one."""
    return str(code.co_qualname if hasattr(code, "co_qualname") else code.co_name).split(".<")[0]


# --- what a command asks ------------------------------------------------------------------------
@dataclass(frozen=True)
class _Question:
    collection: str
    command: str
    names: frozenset[str]
    is_targeted: bool


def _asked(name: str, command: Mapping[str, Any]) -> Iterator[_Question]:
    target = command.get(name)
    if name == "aggregate":
        yield from _of_pipeline(target, "aggregate", command["pipeline"])
    elif not isinstance(target, str):
        return  # of sessions, for example
    elif target in KEYS and name in _READS:
        query = command.get("filter") or command.get("query") or {}
        yield _read(target, name, query)
    elif target in KEYS and name == "findAndModify":
        yield _write(target, name, command["query"], is_one=True)
    elif target in KEYS and name in ("update", "delete"):
        for change in command.get(f"{name}s", ()):
            is_one = not change.get("multi") if name == "update" else change.get("limit") == 1
            yield _write(target, name if is_one else f"{name} many", change["q"], is_one=is_one)


_READS = {"find", "count", "distinct"}


def _of_pipeline(
    target: Any, name: str, stages: Iterable[Mapping[str, Any]]
) -> Iterator[_Question]:
    stages = list(stages)
    if target in KEYS and not any("$changeStream" in stage for stage in stages):
        yield _read(target, name, {"$and": list(_first_matches(stages))})
    for stage in stages:
        for operator in ("$lookup", "$unionWith"):
            inner = stage.get(operator)
            if isinstance(inner, Mapping):
                other = inner.get("from", inner.get("coll"))
                joined = {"$match": {inner["foreignField"]: 0}} if "foreignField" in inner else {}
                yield from _of_pipeline(other, operator, [joined, *inner.get("pipeline", ())])
        for part in (stage.get("$facet") or {}).values():
            yield from _of_pipeline(None, name, part)


def _first_matches(stages: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for stage in stages:
        if stage and "$match" not in stage:
            return
        yield stage.get("$match", {})


def _read(target: str, name: str, query: Mapping[str, Any]) -> _Question:
    return _Question(target, name, frozenset(_names(query)), KEYS[target][0] in _equals(query))


def _write(target: str, name: str, query: Mapping[str, Any], *, is_one: bool) -> _Question:
    wanted = KEYS[target] if is_one else KEYS[target][:1]
    return _Question(target, name, frozenset(_names(query)), set(wanted) <= _equals(query))


def _names(query: Mapping[str, Any]) -> Iterator[str]:
    """The fields that a filter names; of nested ones the first two parts, since clinics name tags and periods."""
    for name, value in query.items():
        if name in ("$and", "$or", "$nor"):
            for part in value:
                yield from _names(part)
        elif name == "$expr":
            yield "$expr"
        elif not name.startswith("$"):
            yield name


def _equals(query: Mapping[str, Any]) -> set[str]:
    """The fields for which the filter gives one value or a list of them."""
    found = {name for name, value in query.items() if not name.startswith("$") and _is_equal(value)}
    for part in query.get("$and", ()):
        found |= _equals(part)
    if "$or" in query:
        found |= set.intersection(*map(_equals, query["$or"]))
    if "$expr" in query:
        found |= _equal_expressions(query["$expr"])
    return found


def _equal_expressions(expression: Any) -> set[str]:
    """{"$eq": ["$clinicId", "$$clinic"]}, as joins have it."""
    if not isinstance(expression, Mapping):
        return set()
    found = set()
    for one in expression.get("$and", ()):
        found |= _equal_expressions(one)
    for value in expression.get("$eq", ()):
        if isinstance(value, str) and value.startswith("$") and not value.startswith("$$"):
            found.add(value[1:])
    return found


def _is_equal(value: Any) -> bool:
    if not isinstance(value, Mapping) or not any(str(key).startswith("$") for key in value):
        return True
    return not _EQUAL.isdisjoint(value)
