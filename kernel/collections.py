"""Collections that are created with options. All others are created by their first document."""

from typing import Any

from kernel import db

DECLARED: dict[str, dict[str, Any]] = {}


def declare(name: str, **options: Any) -> None:
    """`options`: those of MongoDB's command `create`, in PyMongo's spelling."""
    DECLARED[name] = options


def ensure() -> None:
    present = set(db.database().list_collection_names())
    for name, options in DECLARED.items():
        if name not in present:
            db.database().create_collection(name, **options)
