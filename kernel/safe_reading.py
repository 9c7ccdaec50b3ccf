"""Reads broken stored documents as far as possible.

Other systems write to the same collections, and older versions of this service did. One record that cannot be
shown must not break a whole list, so its broken parts are left out, and operators are told the record's id
and nothing else.

There are two ways, because answers and pages are made differently. The API turns a document into an answer in
one function: `tolerant` calls it, and searches for the broken part only after it has failed. So intact
records, nearly all of a list, cost nothing, and no second description of what the function reads is needed. A
page is made by a template, which reads the record in many steps and cannot be tried again field by field:
`readable` brings the record into a declared shape first. Shapes for the API would cost every list a check of
every value.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import bson
import structlog
from prometheus_client import Counter

from kernel.db import Document

log = structlog.get_logger(__name__)
BROKEN = Counter("clinics_broken_records_total", "Records shown without a broken part", ["kind"])
P = ParamSpec("P")
T = TypeVar("T")
Show = Callable[Concatenate[Document, P], Document]
_BROKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
DEEPEST = 64  # levels of an answer; the encoder itself stops at 254


def tolerant(kind: str) -> Callable[[Show[P]], Show[P]]:
    """Decorates a function that represents one document and accepts an empty one. Costs nothing while nothing
    is broken."""

    def decorate(show: Show[P]) -> Show[P]:
        @wraps(show)
        def show_intact_parts(document: Document, /, *args: P.args, **kwargs: P.kwargs) -> Document:
            try:
                return show(document, *args, **kwargs)
            except _BROKEN as error:
                note_broken(kind, document.get("_id"), error)
                intact = _without_broken(document, lambda part: show(part, *args, **kwargs))
                return show(intact, *args, **kwargs)

        return show_intact_parts

    return decorate


def note_broken(kind: str, record_id: Any, error: Exception) -> None:
    BROKEN.labels(kind).inc()
    log.warning("record.broken", kind=kind, row=str(record_id or ""), error=type(error).__name__)


def _without_broken(document: Document, show: Callable[[Document], Any]) -> Document:
    """Adds field after field, each in the first form that can be shown together with those before it."""
    kept: Document = {}
    for name, value in document.items():
        for form in (value, _whole_items(value, partial(_works_as, show, kept, name))):
            if _works_as(show, kept, name, form):
                kept[name] = form
                break
    return kept


def _whole_items(value: Any, works: Callable[[Any], bool]) -> Any:
    """The items of a list that can be shown; any other value as it is."""
    return [item for item in value if works([item])] if isinstance(value, list) else value


def _works_as(show: Callable[[Document], Any], kept: Document, name: str, form: Any) -> bool:
    try:
        show({**kept, name: form})
    except _BROKEN:
        return False
    return True


# --- single values ----------------------------------------------------------------------------------
def is_same(one: Any, other: Any) -> bool:
    """Whether two stored values are equal; what is not a number (NaN) is equal to itself."""
    return one == other or bson.encode({"": one}) == bson.encode({"": other})


def text(value: Any) -> str | None:
    """None for a value that is not a text."""
    return value if isinstance(value, str) else None


def moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


def require(kind: type[T], value: Any) -> T:
    """`value`, if it has that type. Raises TypeError otherwise, so that `tolerant` leaves out the part that
    holds it."""
    if not isinstance(value, kind):
        message = f"{kind.__name__} expected"
        raise TypeError(message)
    return value


def mapping(value: Any) -> Document:
    """Empty for a value that is not an object."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Document]:
    """The objects in a list; empty for a value that is not a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The texts in a list; empty for a value that is not a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def encodable(value: Any, encode: Callable[[Any], Any], level: int = 0) -> Any:
    """The answer with null in place of every value that the encoder refuses: numbers beyond 64 bits, half
    characters, BSON types without a form in JSON, and endless nesting."""
    if level >= DEEPEST:
        return None
    if isinstance(value, dict):
        return {str(name): encodable(inner, encode, level + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [encodable(inner, encode, level + 1) for inner in value]
    try:
        encode(value)
    except (TypeError, ValueError):
        return None
    return value


# --- whole documents --------------------------------------------------------------------------------
# What a part of a document may be: of a type, accepted by a function, a list of one shape, an object with these names,
# or with any names (`ANY`). Staff pages read whole records by shapes, and their forms say with shapes what they show
# (`kernel.staff.hidden_values`).
Shape = type | Callable[[Any], bool] | list["Shape"] | Mapping[str, "Shape"]
ANY = "*"
_UNREADABLE = object()


def readable(document: Document, shape: Mapping[str, Shape]) -> Document:
    """The parts of a document that have the shape. A field without it is left out, and so is a list entry in
    which a named part is missing or broken. Fields that the shape does not name stay."""
    return {name: v for name, v in _members(document, shape).items() if v is not _UNREADABLE}


def _members(values: Document, shape: Mapping[str, Shape]) -> dict[str, Any]:
    if ANY in shape:
        return {name: _entry(value, shape[ANY]) for name, value in values.items()}
    return {
        name: _part(value, shape[name]) if name in shape else value
        for name, value in values.items()
    }


def fits(value: Any, shape: type | Callable[[Any], bool]) -> bool:
    """Whether a single value has the shape."""
    return isinstance(value, shape) if isinstance(shape, type) else shape(value)


def _part(value: Any, shape: Shape) -> Any:
    if value is None:
        return value
    if callable(shape):
        return value if fits(value, shape) else _UNREADABLE
    if isinstance(shape, Mapping):
        return readable(value, shape) if isinstance(value, dict) else _UNREADABLE
    if not isinstance(value, list):
        return _UNREADABLE
    entries = (_whole(entry, shape[0]) for entry in value)
    return [entry for entry in entries if entry is not _UNREADABLE]


def _entry(value: Any, shape: Shape) -> Any:
    return _UNREADABLE if value is None else _part(value, shape)


def _whole(value: Any, shape: Shape) -> Any:
    """An entry of a list, if it has every part that the shape names."""
    entry = _entry(value, shape)
    if entry is _UNREADABLE:
        return entry
    is_complete = not isinstance(shape, Mapping) or all(
        entry.get(name) is not None for name in shape
    )
    return entry if is_complete else _UNREADABLE
