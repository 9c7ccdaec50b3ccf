"""Compare declared indexes with those of the database."""

from collections.abc import Mapping
from typing import Any

from pymongo import IndexModel

from kernel import db

Live = Mapping[str, Mapping[str, Any]]
# The options by which two indexes of the same name differ.
COMPARED = ("key", "unique", "partialFilterExpression", "collation", "expireAfterSeconds", "sparse")


def live(collection: str) -> Live:
    """The collection's indexes by name; none if there is no such collection."""
    return db.database()[collection].index_information()


def differences(model: IndexModel, existing: Mapping[str, Any]) -> list[str]:
    """The names of the options that differ."""
    declared = _declared(model)
    if any(value == "text" for _, value in declared["key"]):
        return []
    found = {**existing, "key": _plain(existing["key"])}
    declared["collation"], found["collation"] = _collations(declared, found)
    return [name for name in COMPARED if (declared.get(name) or None) != (found.get(name) or None)]


def same_under_another_name(model: IndexModel, present: Live) -> str | None:
    """An index with these keys that MongoDB does not let another stand beside: it is the same, but for its name and
    possibly options that do not make it another index."""
    for name, existing in present.items():
        if name != model.document["name"] and not {
            "key",
            "collation",
            "partialFilterExpression",
        } & {*differences(model, existing)}:
            return name
    return None


def _declared(model: IndexModel) -> dict[str, Any]:
    return dict(model.document, key=_plain(model.document["key"].items()))


def _plain(keys: Any) -> list[tuple[str, Any]]:
    return [(name, int(value) if isinstance(value, float) else value) for name, value in keys]


def _collations(declared: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[Any, Any]:
    """The database's has every option, the declared one those that matter."""
    expected, actual = declared.get("collation"), found.get("collation")
    if expected and actual:
        actual = {key: actual.get(key) for key in expected}
    return expected, actual
