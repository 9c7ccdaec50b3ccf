"""Values arrive canonical: whatever the description calls an e-mail address, or the domain of one, reaches the
handlers in its one form, and whatever it calls an integer as one.

`@operation` sends every body, path and query value through here, so a new operation cannot forget it.
"""

from collections.abc import Callable
from typing import Any

from kernel import addresses, numbers
from kernel.addresses import InvalidAddress
from kernel.api.schema import Schema, kinds_of
from kernel.api.schema_paths import Path, change_at, find_paths
from kernel.errors import BadRequest


def _address(text: str) -> str:
    """Empty means "none"; whether one is needed says `minLength`."""
    return addresses.canonical(text) if text else ""


CANONICAL: dict[str, Callable[[str], str]] = {
    "email": _address,
    "hostname": addresses.canonical_domain,
}
INTEGER = "integer"


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


def _is_canonical(canonical: Callable[[str], str]) -> Callable[[str], bool]:
    def is_canonical(text: str) -> bool:
        try:
            return canonical(text) == text
        except InvalidAddress:
            return False

    return is_canonical


# What an answer keeps to: clients that know the format read no list with one text in it that has another.
STRICT_CHECKERS = {
    "email": _is_canonical(addresses.canonical),
    "hostname": _is_canonical(addresses.canonical_domain),
}


def with_canonical_values(schema: Schema, value: Any) -> Any:
    for path in find_paths(schema, _kind_of):
        value = change_at(value, path, _canonical)
    return value


def address_paths(schema: Schema) -> tuple[Path, ...]:
    """Where a value of this schema holds addresses."""
    return tuple(path for path in find_paths(schema, _kind_of) if path[-1] != INTEGER)


def _kind_of(schema: Schema) -> str | None:
    format_ = schema.get("format", schema.get("x-format"))
    if format_ in CANONICAL:
        return str(format_)
    return INTEGER if INTEGER in kinds_of(schema) else None


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
