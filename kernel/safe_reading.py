"""Stored documents that are broken, shown as far as they can be.

Other systems write to the same collections, and older versions of this one have. One record that cannot be shown must
not take a whole list with it, so what breaks it is left out, and told to the operators by the record's id alone.

There are two ways, because answers and pages are made in two ways. The API makes an answer from a document in one
function: `tolerant` calls it, and looks for what breaks it only after it has failed. So whole records, which are nearly
all of a list, cost nothing, and nobody keeps a second account of what the function reads. A page is made by a template,
which reads the record piece by piece, in many places, and cannot be tried again field by field: `readable` brings the
record into a stated shape before. Shapes for the API would cost each list a look at every value.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from prometheus_client import Counter

from kernel.db import Document

log = structlog.get_logger(__name__)
BROKEN = Counter("clinics_broken_records_total", "Records shown without a broken part", ["kind"])
P = ParamSpec("P")
T = TypeVar("T")
Show = Callable[Concatenate[Document, P], Document]
_BROKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
DEEPEST = 64  # levels of an answer; the encoder's own end is at 254


def tolerant(kind: str) -> Callable[[Show[P]], Show[P]]:
    """For a function that shows one document, and can show an empty one. It costs nothing while nothing is broken."""

    def decorate(show: Show[P]) -> Show[P]:
        @wraps(show)
        def shown(document: Document, /, *args: P.args, **kwargs: P.kwargs) -> Document:
            try:
                return show(document, *args, **kwargs)
            except _BROKEN as error:
                note_broken(kind, document.get("_id"), error)
                whole = _without_broken(document, lambda part: show(part, *args, **kwargs))
                return show(whole, *args, **kwargs)

        return shown

    return decorate


def note_broken(kind: str, record_id: Any, error: Exception) -> None:
    BROKEN.labels(kind).inc()
    log.warning("record.broken", kind=kind, row=str(record_id or ""), error=type(error).__name__)


def _without_broken(document: Document, show: Callable[[Document], Any]) -> Document:
    """Field by field: each is kept in the first form that can be shown together with those before it."""
    kept: Document = {}
    for name, value in document.items():
        for form in (value, _whole_items(value, partial(_works_as, show, kept, name))):
            if _works_as(show, kept, name, form):
                kept[name] = form
                break
    return kept


def _whole_items(value: Any, works: Callable[[Any], bool]) -> Any:
    """Of a list, the items that can be shown."""
    return [item for item in value if works([item])] if isinstance(value, list) else value


def _works_as(show: Callable[[Document], Any], kept: Document, name: str, form: Any) -> bool:
    try:
        show({**kept, name: form})
    except _BROKEN:
        return False
    return True


# --- single values ----------------------------------------------------------------------------------
def text(value: Any) -> str | None:
    """None for what is no text."""
    return value if isinstance(value, str) else None


def moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


def require(kind: type[T], value: Any) -> T:
    """`value`, which is of that type. Raises TypeError, so that `tolerant` leaves out what holds it."""
    if not isinstance(value, kind):
        message = f"{kind.__name__} expected"
        raise TypeError(message)
    return value


def mapping(value: Any) -> Document:
    """Empty for what is no object."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Document]:
    """The objects of a list; none for what is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The texts of a list; none for what is no list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def encodable(value: Any, encode: Callable[[Any], Any], level: int = 0) -> Any:
    """The answer with null in place of whatever the encoder refuses: numbers beyond 64 bits, half characters, types
    of BSON that JSON has not, and what is nested without end."""
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
# What a document may hold: a type, a list of one shape, an object by name, or by any name (`ANY`).
Shape = type | list["Shape"] | dict[str, "Shape"]
ANY = "*"
_UNREADABLE = object()


def readable(document: Document, shape: dict[str, Shape]) -> Document:
    """What of a document has the shape. A field that has not is left out, as is an entry of a list of which a named
    part has not; fields that the shape does not name stay."""
    return {name: v for name, v in _members(document, shape).items() if v is not _UNREADABLE}


def _members(values: Document, shape: dict[str, Shape]) -> dict[str, Any]:
    if ANY in shape:
        return {name: _entry(value, shape[ANY]) for name, value in values.items()}
    return {
        name: _part(value, shape[name]) if name in shape else value
        for name, value in values.items()
    }


def _part(value: Any, shape: Shape) -> Any:
    if value is None:
        return value
    if isinstance(shape, type):
        return value if isinstance(value, shape) else _UNREADABLE
    if isinstance(shape, dict):
        return readable(value, shape) if isinstance(value, dict) else _UNREADABLE
    if not isinstance(value, list):
        return _UNREADABLE
    entries = (_whole(entry, shape[0]) for entry in value)
    return [entry for entry in entries if entry is not _UNREADABLE]


def _entry(value: Any, shape: Shape) -> Any:
    return _UNREADABLE if value is None else _part(value, shape)


def _whole(value: Any, shape: Shape) -> Any:
    """An entry of a list, with all that the shape names."""
    found = _entry(value, shape)
    if found is _UNREADABLE:
        return found
    is_whole = not isinstance(shape, dict) or all(found.get(name) is not None for name in shape)
    return found if is_whole else _UNREADABLE
