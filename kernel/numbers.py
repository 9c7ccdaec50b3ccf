"""Whole numbers. JSON and other writers of the database have one kind of numbers, strict readers of our answers two."""

from typing import Any

LARGEST_WHOLE = 2**53 - 1  # what every reader of JSON keeps exactly
BEYOND_64_BITS = 2**63  # neither MongoDB nor the JSON encoder takes it as a whole number


def whole(value: Any) -> Any:
    """5.0 is 5; what is no whole number, or none of 64 bits, stays as it is."""
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < BEYOND_64_BITS
    return int(value) if is_whole else value


def read(value: Any) -> int | None:
    """A stored whole number; None for what is none, or beyond what readers keep."""
    number = whole(value)
    is_integer = isinstance(number, int) and not isinstance(number, bool)
    return number if is_integer and abs(number) <= LARGEST_WHOLE else None


def shown(value: Any) -> int:
    """A stored number where an integer is answered and 0 harms nobody."""
    return read(value) or 0


def count(value: Any) -> int | None:
    """A stored number of things, which is never below 0."""
    number = read(value)
    return number if number is not None and number >= 0 else None
