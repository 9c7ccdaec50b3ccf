"""Collections that are created with options. All others are created by their first document."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pymongo.errors import CollectionInvalid, OperationFailure

from kernel import db

_EXISTS = 48


@dataclass(frozen=True, slots=True)
class Declaration:
    """`is_derived`: it holds nothing that cannot be derived again, so it may be dropped."""

    options: Mapping[str, Any]
    is_derived: bool


DECLARED: dict[str, Declaration] = {}


def declare(name: str, *, is_derived: bool, **options: Any) -> None:
    """`options`: those of MongoDB's command `create`, in PyMongo's spelling."""
    DECLARED[name] = Declaration(options, is_derived)


def ensure() -> None:
    """Those that are missing are made."""
    present = _live()
    for name in DECLARED.keys() - present.keys():
        _make(name)


def remake() -> None:
    """Derived ones that were made in another way are dropped and made again, for a caller who then derives all that
    they hold: a collection that was dropped is made by the next write, without its options."""
    for name in misshapen():
        if DECLARED[name].is_derived:
            db.database().drop_collection(name)
    ensure()


def misshapen() -> list[str]:
    """Those that are not clustered as they are declared. Other options change no answer."""
    return [
        name
        for name, options in _live().items()
        if name in DECLARED and _key(options) != _key(DECLARED[name].options)
    ]


def _live() -> dict[str, Mapping[str, Any]]:
    return {found["name"]: found.get("options", {}) for found in db.database().list_collections()}


def _key(options: Mapping[str, Any]) -> Any:
    return options.get("clusteredIndex", {}).get("key")


def _make(name: str) -> None:
    """Another process may make it at the same moment."""
    with suppress(CollectionInvalid):
        try:
            db.database().create_collection(name, **DECLARED[name].options)
        except OperationFailure as error:
            if error.code != _EXISTS:
                raise
