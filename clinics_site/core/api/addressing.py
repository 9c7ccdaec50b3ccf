"""Values arrive canonical: whatever the description calls an e-mail address, or the domain of one, reaches the
handlers in its one form, and whatever it calls an integer as one.

`@operation` sends every body, path and query value through here, so a new operation cannot forget it.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson

from clinics_site.core import addresses, numbers
from clinics_site.core.addresses import InvalidAddress
from clinics_site.core.api.schema import COMPONENTS, Schema, kinds_of
from clinics_site.core.errors import BadRequest


def _address(text: str) -> str:
    """Empty means "none"; whether one is needed says `minLength`."""
    return addresses.canonical(text) if text else ""


CANONICAL: dict[str, Callable[[str], str]] = {
    "email": _address,
    "hostname": addresses.canonical_domain,
}
EACH = "*"  # every item of a list
INTEGER = "integer"
Place = tuple[str, ...]  # names of properties; the last is the format, or INTEGER


def _checker(canonical: Callable[[str], str]) -> Callable[[str], bool]:
    def is_valid(text: str) -> bool:
        try:
            canonical(text)
        except InvalidAddress:
            return False
        return True

    return is_valid


# What the validator asks of a request.
CHECKERS = {name: _checker(canonical) for name, canonical in CANONICAL.items()}


def with_canonical_values(schema: Schema, value: Any) -> Any:
    for place in _places(orjson.dumps(schema)):
        value = _with_canonical(value, place)
    return value


def places(schema: Schema) -> tuple[Place, ...]:
    """Where a value of this schema holds addresses."""
    return tuple(place for place in _places(orjson.dumps(schema)) if place[-1] != INTEGER)


@lru_cache(maxsize=1024)
def _places(schema: bytes) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(_walk(orjson.loads(schema), ())))


def _walk(schema: Any, components: tuple[str, ...]) -> list[Place]:
    if not isinstance(schema, dict):
        return []
    if schema.get("format") in CANONICAL:
        return [(schema["format"],)]
    if INTEGER in kinds_of(schema):
        return [(INTEGER,)]
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name in components:
        return []  # a schema that contains itself
    if name:
        return _walk(COMPONENTS[name], (*components, name))
    found = [place for part in _parts(schema) for place in _walk(part, components)]
    for name, part in schema.get("properties", {}).items():
        found += [(name, *place) for place in _walk(part, components)]
    found += [(EACH, *place) for place in _walk(schema.get("items"), components)]
    return found


def _parts(schema: Schema) -> list[Schema]:
    return [part for word in ("allOf", "anyOf", "oneOf") for part in schema.get(word, [])]


def _with_canonical(value: Any, place: Place) -> Any:
    name, *rest = place
    if not rest:
        return _canonical(value, name)
    if name == EACH and isinstance(value, list):
        return [_with_canonical(item, tuple(rest)) for item in value]
    if isinstance(value, dict) and name in value:
        return {**value, name: _with_canonical(value[name], tuple(rest))}
    return value


def _canonical(value: Any, kind: str) -> Any:
    if kind == INTEGER:  # strict readers of the answer want 5 where 5.0 was sent
        return numbers.whole(value)
    if not isinstance(value, str):
        return value
    try:
        return CANONICAL[kind](value)
    except InvalidAddress:  # where a lenient reader has not looked
        message = "an e-mail address is not valid"
        raise BadRequest(message=message) from None
