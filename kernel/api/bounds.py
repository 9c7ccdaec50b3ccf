"""What every request is held to besides its schema: nothing that a client sends is endless.

A schema that says nothing of it means these numbers; `schema.at_most` states others. They hold for requests alone:
answers may show what was stored before.
"""

import re
from collections.abc import Iterable
from typing import Any

from kernel.api.schema import Schema, kinds_of
from kernel.numbers import LARGEST_WHOLE

DEEPEST = 32  # levels of lists and objects
LARGEST = 2**63 - 1  # what MongoDB keeps as a whole number
LARGEST_FLOAT = 3.4e38  # of 32 bits
# Of texts that say nothing else of their letters, enumerations and formats aside.
NO_CONTROLS = r"^\P{Cc}*$"
_DEFAULTS: dict[str, dict[str, float]] = {
    "string": {"maxLength": 1000},
    "array": {"maxItems": 1000},
    "object": {"maxProperties": 1000},
    "integer": {"minimum": -LARGEST_WHOLE, "maximum": LARGEST_WHOLE},
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},  # formats of numbers
    "float": {"minimum": -LARGEST_FLOAT, "maximum": LARGEST_FLOAT},
}
OF_REQUESTS = ("minLength", "format")  # what `schema.of_requests` states
TOO_DEEP = f"nested deeper than {DEEPEST} levels"
OPERATOR = "a property name may not start with $"
ZERO_CHARACTER = "a text may not contain a zero character"
CONTROL_CHARACTER = "a text may not contain control characters"


class Unacceptable(ValueError):
    """The value is beyond a bound; the text says which one, and nothing of the value."""


def bounded(node: Any) -> Any:
    """A schema, or a piece of one, in which each text, list, object and whole number ends somewhere."""
    if isinstance(node, list):
        return [bounded(item) for item in node]
    if not isinstance(node, dict):
        return node
    out: Schema = {key: bounded(value) for key, value in node.items()}
    for kind in (node.get("format"), *kinds_of(node)):
        for keyword, number in _DEFAULTS.get(str(kind), {}).items():
            out.setdefault(keyword, node.get(f"x-{keyword}", number))
    for keyword in OF_REQUESTS:
        if f"x-{keyword}" in node:
            out[keyword] = node[f"x-{keyword}"]
    if "string" in kinds_of(node) and out.keys().isdisjoint(("pattern", "enum", "format")):
        out["pattern"] = NO_CONTROLS
    return out


# In most bodies there is nothing to look for, and finding that out costs less than looking at each value.
_SUSPICIOUS = re.compile(rb'"\$|\\u00|\\[bf]|\x7f|\xc2[\x80-\x9f]|[0-9]{19}')
# Tabs and line breaks come in with what people paste: whether they may stay depends on the text (`NO_CONTROLS`).
_CONTROL = re.compile("[\1-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")


def make_storable(raw: bytes, value: Any) -> None:
    """`value` was read from `raw`. Whole numbers beyond 64 bits become doubles in it, as the reader of JSON makes
    doubles of even larger ones. Raises Unacceptable for what is too deep or what MongoDB can not keep."""
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
    """What is inside of it."""
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


def _with_doubles(holder: Any, places: Iterable[tuple[Any, Any]]) -> None:
    for place, number in places:
        if isinstance(number, int) and abs(number) > LARGEST:
            holder[place] = float(number)


def _check_names(found: dict[str, Any]) -> None:
    for name in found:
        if name.startswith("$"):
            raise Unacceptable(OPERATOR)
        check_text(name)
