"""Why an index is missing, and what to do: sentences without the data that MongoDB's own messages quote."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bson import ObjectId
from pymongo import IndexModel
from pymongo.errors import OperationFailure

from kernel.choices import IndexProblem
from kernel.indexes import equals
from kernel.indexes.declarations import description_of, name_of, title
from kernel.indexes.shapes import Live, same_under_another_name

_UNAUTHORIZED, _CANNOT_CREATE, _TWO_LISTS = 13, 67, 171
_EQUAL = (11000, 11001)
# IndexOptionsConflict, IndexKeySpecsConflict, IndexAlreadyExists
_TAKEN = (85, 86, 68)
_SLOW = "queries that need it are slow, and those that name it fail"
_AGAIN = "Then run `manage.py ensure_indexes` again; it is also tried once a day."


@dataclass(frozen=True, slots=True)
class Problem:
    """`clinics`: how many equal records each clinic has, most first."""

    title: str
    reason: IndexProblem
    text: str
    without: str
    remedy: str
    records: int = 0
    clinics: Mapping[ObjectId, int] = field(default_factory=dict)


def other_shape(collection: str, model: IndexModel, differing: list[str]) -> Problem:
    return Problem(
        title(collection, name_of(model)),
        IndexProblem.OTHER_SHAPE,
        f"an index of this name differs in {', '.join(differing)}",
        "what the index is for may not hold, or is slow",
        "If no other service needs that index, `manage.py ensure_indexes --replace` drops it and makes this one.",
    )


def other_collection(name: str) -> Problem:
    return Problem(
        name,
        IndexProblem.OTHER_SHAPE,
        "the collection of this name was made without its options, by a write after it had been dropped",
        "its queries are slow or fail",
        "What it holds is derived: `manage.py prepare` drops it, makes it and derives everything again.",
    )


def refused(collection: str, model: IndexModel, present: Live, error: OperationFailure) -> Problem:
    """What MongoDB's refusal to make the index means."""
    if error.code in _EQUAL:
        return equal_records(collection, model, equals.find(collection, model))
    other_name = same_under_another_name(model, present) if error.code in _TAKEN else None
    if other_name:
        return _other_name(collection, model, other_name)
    if error.code == _CANNOT_CREATE and "too many indexes" in str(error):
        return _too_many(collection, model, len(present))
    if error.code == _UNAUTHORIZED:
        return not_allowed(title(collection, name_of(model)))
    if error.code == _TWO_LISTS:
        return _lists(collection, model)
    return _unknown(collection, model, error)


def equal_records(collection: str, model: IndexModel, found: equals.Equals) -> Problem:
    told = description_of(collection, model)
    return Problem(
        title(collection, name_of(model)),
        IndexProblem.EQUAL_RECORDS,
        f"{found.records} records{_of_clinics(found)} have {told.equal}",
        told.without,
        f"{told.remedy} {_AGAIN}",
        found.records,
        found.clinics,
    )


def _of_clinics(found: equals.Equals) -> str:
    count = len(found.clinics)
    return f" of {count} clinic{'s' if count > 1 else ''}" if count else ""


def _other_name(collection: str, model: IndexModel, name: str) -> Problem:
    return Problem(
        title(collection, name_of(model)),
        IndexProblem.OTHER_NAME,
        f"the index {name} has the same keys, and MongoDB does not make two of them",
        "queries that name this index fail",
        f'If no other service names it, drop it: `db.{collection}.dropIndex("{name}")`. {_AGAIN}',
    )


def _too_many(collection: str, model: IndexModel, count: int) -> Problem:
    return Problem(
        title(collection, name_of(model)),
        IndexProblem.TOO_MANY,
        f"the collection has {count} indexes, and MongoDB makes no more",
        _SLOW,
        f"Drop indexes that no service uses, such as those of earlier versions of this one. {_AGAIN}",
    )


def not_allowed(what: str) -> Problem:
    """`what`: an index, or a collection whose indexes cannot even be listed."""
    return Problem(
        what,
        IndexProblem.NOT_ALLOWED,
        "the user of MONGODB_URI has no right to list, make or drop indexes there",
        _SLOW,
        "Give the user the role readWrite of the database, or run `manage.py ensure_indexes` as one who has it.",
    )


def _lists(collection: str, model: IndexModel) -> Problem:
    return Problem(
        title(collection, name_of(model)),
        IndexProblem.LISTS,
        f"some record has a list in two of its fields ({', '.join(model.document['key'])}), which no index can hold",
        _SLOW,
        f"Find the record by the `$type` of these fields, and correct it. {_AGAIN}",
    )


def _unknown(collection: str, model: IndexModel, error: OperationFailure) -> Problem:
    code_name = (error.details or {}).get("codeName", "no name")
    return Problem(
        title(collection, name_of(model)),
        IndexProblem.REFUSED,
        f"MongoDB refuses to make it, with error {error.code} ({code_name})",
        _SLOW,
        f"MongoDB's log says more, and may quote data of patients. {_AGAIN}",
    )
