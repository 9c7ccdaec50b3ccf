"""Values arrive canonical: every e-mail address and domain that the description declares reaches the views in
its canonical form, and every integer as an `int`.

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
    """Empty means "none"; `minLength` says whether an address is required."""
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


# What a request must satisfy.
CHECKERS = {name: _checker(canonical) for name, canonical in CANONICAL.items()}


def _is_canonical(canonical: Callable[[str], str]) -> Callable[[str], bool]:
    def is_canonical(text: str) -> bool:
        try:
            return canonical(text) == text
        except InvalidAddress:
            return False

    return is_canonical


# What an answer must satisfy: a client that checks the format rejects a whole list for one text that breaks
# it.
STRICT_CHECKERS = {
    "email": _is_canonical(addresses.canonical),
    "hostname": _is_canonical(addresses.canonical_domain),
}


def with_canonical_values(schema: Schema, value: Any) -> Any:
    for path in find_paths(schema, _kind_of):
        value = change_at(value, path, _canonical)
    return value


def address_paths(schema: Schema) -> tuple[Path, ...]:
    """The paths of the addresses in a value of this schema."""
    return tuple(path for path in find_paths(schema, _kind_of) if path[-1] != INTEGER)


def _kind_of(schema: Schema) -> str | None:
    format_ = schema.get("format", schema.get("x-format"))
    if format_ in CANONICAL:
        return str(format_)
    return INTEGER if INTEGER in kinds_of(schema) else None


def _canonical(value: Any, kind: str) -> Any:
    if kind == INTEGER:  # clients that parse strictly want 5 where 5.0 was sent
        return numbers.whole(value)
    if not isinstance(value, str):
        return value
    try:
        return CANONICAL[kind](value)
    except InvalidAddress:  # lenient parsing did not check this value
        message = "an e-mail address is not valid"
        raise BadRequest(message=message) from None
