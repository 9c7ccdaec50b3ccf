"""Indexes that earlier versions of this service made and that none of its queries names any more. They cost every write
of every service, so operators are told of them; a command that someone runs on purpose drops them."""

from collections.abc import Iterable

from kernel import db
from kernel.indexes import shapes
from kernel.indexes.declarations import DECLARED, OBSOLETE, name_of, title


def left_over() -> list[str]:
    """Those that the database has, as COLLECTION.INDEX."""
    return [
        title(collection, name)
        for collection in OBSOLETE
        for name in sorted(_obsolete(collection) & shapes.live(collection).keys())
    ]


def drop_obsolete(titles: Iterable[str]) -> list[str]:
    """Drop these, as `left_over` names them, and return which were there. Raises ValueError for one that is not
    declared as obsolete, and then drops none."""
    named = [tuple(name.split(".", 1)) for name in titles]
    for collection, name in named:
        if name not in _obsolete(collection):
            message = f"{title(collection, name)} is not declared as obsolete"
            raise ValueError(message)
    return [title(collection, name) for collection, name in named if _drop(collection, name)]


def _obsolete(collection: str) -> set[str]:
    declared = {name_of(model) for model in DECLARED.get(collection, [])}
    return OBSOLETE.get(collection, set()) - declared


def _drop(collection: str, name: str) -> bool:
    if name not in shapes.live(collection):
        return False
    db.database()[collection].drop_index(name)
    return True
