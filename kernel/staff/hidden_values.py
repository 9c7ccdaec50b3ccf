"""Stored values of a setting that its form cannot show. Saving the form would remove them unseen, so the page
lists them, and the form is accepted only after someone agreed to lose them."""

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.db import Document
from kernel.safe_reading import ANY, Shape, fits

PART = "cannotBeShown"
_LONGEST = 200


def find_hidden(document: Document, shown: Mapping[str, Shape]) -> list[str]:
    """One text for each hidden value, with its path. Only the parts of the document that `shown` names are
    checked; unlike what is merely read (`safe_reading.readable`), an object has no members but those it names."""
    hidden = (_hidden(document.get(name), kind, name) for name, kind in shown.items())
    return [f"{path}: {_text(value)}" for values in hidden for path, value in values]


def as_part(values: list[str]) -> dict[str, Any]:
    """The hidden values for the difference shown before saving, and for the audit trail."""
    return {PART: values} if values else {}


def _hidden(value: Any, shown: Shape, path: str) -> Iterator[tuple[str, Any]]:
    if value is None or value in ("", [], {}):
        return
    if isinstance(shown, Mapping) and isinstance(value, dict):
        for name, inner in value.items():
            yield from _hidden(inner, shown.get(name, shown.get(ANY, _nothing)), f"{path}.{name}")
    elif isinstance(shown, list) and isinstance(value, list):
        yield from (
            (f"{path}.{n}", item) for n, item in enumerate(value) if not _fits(item, shown[0])
        )
    elif not _fits(value, shown):
        yield path, value


def _fits(value: Any, shown: Shape) -> bool:
    return callable(shown) and fits(value, shown)


def _nothing(value: Any) -> bool:
    return False


def _text(value: Any) -> str:
    """As Python source: texts in quotes, invisible characters escaped."""
    source = repr(value)
    return source if len(source) <= _LONGEST else f"{source[:_LONGEST]}…"
