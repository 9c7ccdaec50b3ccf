"""Whole numbers. JSON and other writers of the database know one kind of number; strict clients tell 5 from
5.0."""

from typing import Any

LARGEST_WHOLE = 2**53 - 1  # every JSON parser keeps this exactly
BEYOND_64_BITS = 2**63  # too large an integer for MongoDB and for the JSON encoder


def whole(value: Any) -> Any:
    """5.0 becomes 5; a value that is not whole, or beyond 64 bits, stays as it is."""
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < BEYOND_64_BITS
    return int(value) if is_whole else value


def read(value: Any) -> int | None:
    """A stored whole number; None for any other value and for numbers that JSON parsers do not keep
    exactly."""
    number = whole(value)
    is_integer = isinstance(number, int) and not isinstance(number, bool)
    return number if is_integer and abs(number) <= LARGEST_WHOLE else None


def shown(value: Any) -> int:
    """A stored number for an answer that needs an integer and where 0 does no harm."""
    return read(value) or 0


def count(value: Any) -> int | None:
    """A stored number of things, which is never below 0."""
    number = read(value)
    return number if number is not None and number >= 0 else None
