"""Finds where the values of a schema hold a certain kind of text or number (an address, a name), and changes
it there.

The paths of a schema are computed once. A change copies only the objects along the path.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson

from kernel.api.schema import COMPONENTS, Schema

EACH = "*"  # every item of a list
Path = tuple[str, ...]  # names of properties; the last entry is the kind


Kind = Callable[[Schema], str | None]  # what a schema holds; None: look inside


def find_paths(schema: Schema, kind_of: Kind) -> tuple[Path, ...]:
    return _find(orjson.dumps(schema), kind_of)


def change_at(value: Any, path: Path, make: Callable[[Any, str], Any]) -> Any:
    """`make` receives the value at that path, whatever its type, and the kind."""
    name, *rest = path
    if not rest:
        return make(value, name)
    if name == EACH and isinstance(value, list):
        return [change_at(item, tuple(rest), make) for item in value]
    if isinstance(value, dict) and name in value:
        return {**value, name: change_at(value[name], tuple(rest), make)}
    return value


@lru_cache(maxsize=2048)
def _find(schema: bytes, kind_of: Kind) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(_walk(orjson.loads(schema), kind_of, ())))


def _walk(schema: Any, kind_of: Kind, components: tuple[str, ...]) -> list[Path]:
    if not isinstance(schema, dict):
        return []
    kind = kind_of(schema)
    if kind is not None:
        return [(kind,)]
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name in components:
        return []  # a schema that contains itself
    if name:
        return _walk(COMPONENTS[name], kind_of, (*components, name))
    paths = [path for part in _parts(schema) for path in _walk(part, kind_of, components)]
    for name, part in schema.get("properties", {}).items():
        paths += [(name, *path) for path in _walk(part, kind_of, components)]
    paths += [(EACH, *path) for path in _walk(schema.get("items"), kind_of, components)]
    return paths


def _parts(schema: Schema) -> list[Schema]:
    return [part for word in ("allOf", "anyOf", "oneOf") for part in schema.get(word, [])]
