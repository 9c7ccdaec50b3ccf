"""Which indexes there should be, which there were, and what an operator is told of them."""

from dataclasses import dataclass

from pymongo import IndexModel

DECLARED: dict[str, list[IndexModel]] = {}
OBSOLETE: dict[str, set[str]] = {}
DESCRIBED: dict[str, "Description"] = {}


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a unique index that the data break, in the words of those who can correct them.

    `equal` goes on after "3 records have"; `without`: what does not hold while the index is missing; `remedy`: what to
    do about the data. `clinic`: the field that says to which clinic a document belongs.
    """

    equal: str = ""
    without: str = ""
    remedy: str = ""
    clinic: str = "clinicId"


def declare(collection: str, *models: IndexModel) -> None:
    DECLARED.setdefault(collection, []).extend(models)


def describe(collection: str, name: str, description: Description) -> None:
    DESCRIBED[title(collection, name)] = description


def obsolete(collection: str, *names: str) -> None:
    """Names of indexes that earlier versions of this service made. One that is declared again does not count."""
    OBSOLETE.setdefault(collection, set()).update(names)


def title(collection: str, name: str) -> str:
    return f"{collection}.{name}"


def name_of(model: IndexModel) -> str:
    return str(model.document["name"])


def keys_of(model: IndexModel) -> list[str]:
    """Its fields. Those that begin with an underscore are in no document: they only make two indexes differ."""
    return [key for key in model.document["key"] if not key.startswith("_") or key == "_id"]


def description_of(collection: str, model: IndexModel) -> Description:
    told = DESCRIBED.get(title(collection, name_of(model)), Description())
    keys = " and ".join(keys_of(model))
    return Description(
        equal=told.equal or f"the same {keys} as another record",
        without=told.without or _without(model),
        remedy=told.remedy or "Correct or remove all records but one of each.",
        clinic=told.clinic,
    )


def _without(model: IndexModel) -> str:
    if model.document.get("unique"):
        return "the service checks this itself, but not between two requests at the same moment"
    return "queries that need it are slow, and those that name it fail"
