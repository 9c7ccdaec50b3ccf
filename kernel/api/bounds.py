"""Bounds that hold for every request besides its schema: nothing that a client sends is unlimited.

These numbers apply where a schema states none; `schema.at_most` states others. They hold for requests only:
answers may show what was stored before.
"""

import re
from collections.abc import Iterable
from typing import Any

from kernel.api.schema import Schema, kinds_of
from kernel.numbers import LARGEST_WHOLE

DEEPEST = 32  # levels of lists and objects
LARGEST = 2**63 - 1  # the largest integer that MongoDB stores
LARGEST_FLOAT = 3.4e38  # of 32 bits
# For texts whose schema says nothing about their characters: no pattern, enumeration or format.
NO_CONTROLS = r"^\P{Cc}*$"
_DEFAULTS: dict[str, dict[str, float]] = {
    "string": {"maxLength": 1000},
    "array": {"maxItems": 1000},
    "object": {"maxProperties": 1000},
    "integer": {"minimum": -LARGEST_WHOLE, "maximum": LARGEST_WHOLE},
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},  # formats of numbers
    "float": {"minimum": -LARGEST_FLOAT, "maximum": LARGEST_FLOAT},
}
OF_REQUESTS = ("minLength", "format", "pattern", "enum")  # what `schema.of_requests` states
TOO_DEEP = f"nested deeper than {DEEPEST} levels"
OPERATOR = "a property name may not start with $"
ZERO_CHARACTER = "a text may not contain a zero character"
CONTROL_CHARACTER = "a text may not contain control characters"


class Unacceptable(ValueError):
    """The value is beyond a bound. The message names the bound and never contains the value."""


def bounded(node: Any) -> Any:
    """A schema, or a part of one, in which every text, list, object and integer has a bound. What is ignored whatever
    it is has none."""
    if isinstance(node, list):
        return [bounded(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {} if node.get("x-ignored") is True else _bounded(node)


def _bounded(node: Schema) -> Schema:
    out: Schema = {key: bounded(value) for key, value in node.items()}
    for kind in (node.get("format"), *kinds_of(node)):
        for keyword, number in _DEFAULTS.get(str(kind), {}).items():
            out.setdefault(keyword, node.get(f"x-{keyword}", number))
    out |= {keyword: node[f"x-{keyword}"] for keyword in OF_REQUESTS if f"x-{keyword}" in node}
    if "string" in kinds_of(node) and out.keys().isdisjoint(("pattern", "enum", "format")):
        out["pattern"] = NO_CONTROLS
    return out


# Most bodies hold nothing suspicious, and one search over the bytes costs less than checking each value.
_SUSPICIOUS = re.compile(rb'"\$|\\u00|\\[bf]|\x7f|\xc2[\x80-\x9f]|[0-9]{19}')
# Tabs and line breaks come with text that people paste; whether they may stay depends on the schema
# (`NO_CONTROLS`).
_CONTROL = re.compile("[\1-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")


def make_storable(raw: bytes, value: Any) -> None:
    """`value` was parsed from `raw`. Integers beyond 64 bits become doubles in it, as the JSON parser does
    with even larger ones. Raises Unacceptable for a value that is nested too deeply or that MongoDB cannot
    store."""
    if raw.count(b"{") + raw.count(b"[") > DEEPEST or _SUSPICIOUS.search(raw):
        _check_levels(value)


def _check_levels(value: Any) -> None:
    """Level by level, without recursion: a client chooses how deep its JSON is."""
    level = [value]
    for _ in range(DEEPEST + 1):
        if not level:
            return
        level = [inner for item in level for inner in _check_one(item)]
    raise Unacceptable(TOO_DEEP)


def _check_one(value: Any) -> Any:
    """Check one value, and return the values inside it."""
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, list):
        _with_doubles(value, enumerate(value))
        return value
    elif isinstance(value, dict):
        _check_names(value)
        _with_doubles(value, value.items())
        return value.values()
    return ()


def check_text(text: str) -> None:
    """Raises Unacceptable."""
    if "\0" in text:
        raise Unacceptable(ZERO_CHARACTER)
    if _CONTROL.search(text):
        raise Unacceptable(CONTROL_CHARACTER)


def _with_doubles(holder: Any, entries: Iterable[tuple[Any, Any]]) -> None:
    for key, number in entries:
        if isinstance(number, int) and abs(number) > LARGEST:
            holder[key] = float(number)


def _check_names(properties: dict[str, Any]) -> None:
    for name in properties:
        if name.startswith("$"):
            raise Unacceptable(OPERATOR)
        check_text(name)
