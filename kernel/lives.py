"""How long documents stay: each collection that a model describes says so (`StoredDocument.life`).

docs/data-model.md shows it, and `tests/kernel/test_lives.py` holds it against the declared indexes, the schedule and
the settings: a new collection without a life fails there.
"""

from dataclasses import dataclass
from datetime import timedelta

from kernel import indexes

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Life:
    """`index`: MongoDB removes documents by it. `task`: this periodic task does. `variable`: how long can be set."""

    words: str
    index: str = ""
    task: str = ""
    variable: str = ""


def forever(because: str) -> Life:
    return Life(f"forever, because {because}")


def as_long_as(words: str) -> Life:
    """What is removed with something else, or of which there are only so many."""
    return Life(f"as long as {words}")


def expires(index: str, words: str, *, variable: str = "") -> Life:
    """`words` follow the time that the index states: "30 days", and then "after it was delivered"."""
    return Life(words, index=index, variable=variable)


def removed(task: str, words: str, *, variable: str = "") -> Life:
    return Life(words, task=task, variable=variable)


def in_words(collection: str, life: Life) -> str:
    words = f"{_time(collection, life.index)}{life.words}" if life.index else life.words
    task = life.task.partition(".")[2]  # after the app, which the collection names
    means = {"index": life.index, "task": task, "set by": life.variable}
    named = ", ".join(f"{what} `{name}`" for what, name in means.items() if name)
    return f"{words} ({named})" if named else words


def seconds_of(collection: str, index: str) -> int | None:
    """After which a declared index removes documents; None if it does not."""
    found = (model.document for model in indexes.DECLARED.get(collection, ()))
    return next((d.get("expireAfterSeconds") for d in found if d["name"] == index), None)


def _time(collection: str, index: str) -> str:
    """Nothing where documents hold the moment of their end themselves."""
    time = timedelta(seconds=seconds_of(collection, index) or 0)
    if not time:
        return ""
    n, unit = (time // _DAY, "day") if time >= _DAY else (time // timedelta(hours=1), "hour")
    return f"{n} {unit}{'s' if n > 1 else ''} "
