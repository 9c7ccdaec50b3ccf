"""What is stored in a setting that its form has no place for: saving the form would remove it, and nobody would have
seen it. So the page lists it, and the form is only taken once somebody has agreed to lose it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kernel.db import Document

# What a form can show: a value, each entry of a list, the members of an object by name, or by any name (`ANY`).
Shown = Callable[[Any], bool] | list[Callable[[Any], bool]] | Mapping[str, "Shown"]
ANY = "*"
PART = "cannotBeShown"
_LONGEST = 200


def find_hidden(document: Document, shown: Mapping[str, Shown]) -> list[str]:
    """One text for each value, with its place. Of the document only what `shown` names is looked at."""
    places = (_places(document.get(name), kind, name) for name, kind in shown.items())
    return [f"{place}: {_text(value)}" for found in places for place, value in found]


def as_part(values: list[str]) -> dict[str, Any]:
    """For the difference before saving, and for the audit trail."""
    return {PART: values} if values else {}


def text(value: Any) -> bool:
    return isinstance(value, str)


def boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _places(value: Any, shown: Shown, place: str) -> Iterator[tuple[str, Any]]:
    if value is None or value in ("", [], {}):
        return
    if isinstance(shown, Mapping) and isinstance(value, dict):
        for name, inner in value.items():
            yield from _places(inner, shown.get(name, shown.get(ANY, _nothing)), f"{place}.{name}")
    elif isinstance(shown, list) and isinstance(value, list):
        yield from ((f"{place}.{n}", one) for n, one in enumerate(value) if not shown[0](one))
    elif not callable(shown) or not shown(value):
        yield place, value


def _nothing(value: Any) -> bool:
    return False


def _text(value: Any) -> str:
    """As a programmer writes it: a text has quotes, and no character is hidden."""
    found = repr(value)
    return found if len(found) <= _LONGEST else f"{found[:_LONGEST]}…"
