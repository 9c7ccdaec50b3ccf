"""Which objects of the described examples the tests have seen in real answers.

An example may leave out what an answer has, but each of its objects has keys that one answer of the operation has
together, at the same place. A run of all tests names the others (tests/reached.py).
"""

from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import Any

Place = tuple[str, ...]  # names of keys; "[]" for the items of a list
Object = tuple[str, int, Place, frozenset[str]]  # operation, status, place, keys


def note(operation_id: str, status: int, answer: Any) -> None:
    for wanted in _wanted().get((operation_id, status), ()):
        _, _, place, keys = wanted
        if wanted in _missing() and any(keys <= known for known in _keys_at(answer, place)):
            _missing().discard(wanted)


def unseen() -> set[Object]:
    return set(_missing())


def problems(missing: set[Object]) -> Iterator[str]:
    for operation_id, status, place, keys in sorted(missing, key=str):
        where = ".".join(place) or "the answer"
        yield f"{operation_id} {status}: no answer has {{{', '.join(sorted(keys))}}} of its example at {where}"


@cache
def _missing() -> set[Object]:
    """What has not been seen yet; `note` takes out of it what it sees."""
    return {wanted for group in _wanted().values() for wanted in group}


@cache
def _wanted() -> dict[tuple[str, int], list[Object]]:
    return {
        (name, status): [(name, status, place, keys) for place, keys in set(objects_in(value))]
        for name, status, value in examples()
    }


def examples() -> Iterator[tuple[str, int, Any]]:
    """(operation, status, example) of every described answer."""
    from tests.cast import described_operations, description

    components = description()["components"]["examples"]
    for name, (*_, operation) in described_operations().items():
        for status, response in operation["responses"].items():
            for content in response.get("content", {}).values():
                for example in content.get("examples", {}).values():
                    key = example["$ref"].rpartition("/")[2]
                    yield name, int(status), components[key]["value"]


def objects_in(value: Any, place: Place = ()) -> Iterator[tuple[Place, frozenset[str]]]:
    if isinstance(value, list):
        for item in value:
            yield from objects_in(item, (*place, "[]"))
    elif isinstance(value, dict):
        yield place, frozenset(value)
        for key, inner in value.items():
            yield from objects_in(inner, (*place, key))


def _keys_at(value: Any, place: Place) -> Iterator[frozenset[str]]:
    return (keys for where, keys in objects_in(value) if where == place)


def packed(objects: set[Object]) -> list[list[Any]]:
    """As what the processes of a run can hand to one another."""
    return [[*rest, list(place), sorted(keys)] for *rest, place, keys in objects]


def unpacked(rows: list[list[Any]]) -> set[Object]:
    return {(name, status, tuple(place), frozenset(keys)) for name, status, place, keys in rows}


def missing_in(operation_id: str, answer: Any) -> list[Object]:
    """The objects of the operation's examples that this answer has not."""
    wanted = [rows for (name, _), rows in _wanted().items() if name == operation_id]
    assert wanted, operation_id
    return [
        row
        for row in chain.from_iterable(wanted)
        if not any(row[3] <= known for known in _keys_at(answer, row[2]))
    ]
