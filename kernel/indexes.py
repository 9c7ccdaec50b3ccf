"""Indexes declared by hand (facts F6, F20), created by `manage.py ensure_indexes`.

Each app's `indexes.py` calls `declare(collection, IndexModel, ...)`; the command and a test compare the
declarations with the live database.
"""

from dataclasses import dataclass, field

import structlog
from pymongo import IndexModel
from pymongo.errors import OperationFailure

from kernel import db

log = structlog.get_logger(__name__)

DECLARED: dict[str, list[IndexModel]] = {}
# The options by which two indexes of the same name differ.
COMPARED = ("key", "unique", "partialFilterExpression", "collation", "expireAfterSeconds", "sparse")
# IndexOptionsConflict, IndexKeySpecsConflict, and DuplicateKey: data of an older database violate a unique
# index.
_CONFLICTS = {85, 86, 11000}


@dataclass(slots=True)
class Report:
    created: list[str] = field(default_factory=list)
    conflicting: list[str] = field(default_factory=list)


def declare(collection: str, *models: IndexModel) -> None:
    DECLARED.setdefault(collection, []).extend(models)


def ensure(*, replace: bool = False) -> Report:
    """Create missing indexes. An index with the same name but other options is reported and left, or with
    `replace` dropped and created again."""
    report = Report()
    for name, models in DECLARED.items():
        raw = db.database()[name]
        present = raw.index_information()
        for model in models:
            title = f"{name}.{model.document['name']}"
            if model.document["name"] in present and replace and _differs(name, model):
                raw.drop_index(model.document["name"])
            try:
                raw.create_indexes([model])
            except OperationFailure as error:
                if error.code not in _CONFLICTS:
                    raise
                report.conflicting.append(title)
                continue
            if model.document["name"] not in present:
                report.created.append(title)
    return report


def missing() -> list[str]:
    """Declared indexes that the database does not have with these options."""
    names = []
    for name, models in DECLARED.items():
        names += [f"{name}.{m.document['name']}" for m in models if _differs(name, m)]
    return names


def _differs(collection: str, model: IndexModel) -> bool:
    raw = db.database()[collection]
    existing = raw.index_information().get(model.document["name"])
    if existing is None:
        return True
    declared = dict(model.document, key=list(model.document["key"].items()))
    existing["key"] = [(field_name, _direction(value)) for field_name, value in existing["key"]]
    if any(value == "text" for _, value in declared["key"]):
        return False
    for option in COMPARED:
        expected, actual = declared.get(option), existing.get(option)
        if option == "collation" and expected and actual:
            expected = {key: expected[key] for key in expected}
            actual = {key: actual.get(key) for key in expected}
        if (expected or None) != (actual or None):
            return True
    return False


def _direction(value: object) -> object:
    return int(value) if isinstance(value, float) else value
