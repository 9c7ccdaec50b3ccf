"""The names of all clinics as searches compare them, in one text that all processes share through the cache.

Staff search for parts of words in any order. No index of MongoDB answers that, and reading every clinic for each search
would be dear where there are ten thousand: so a worker reads them all once a minute. Clinics that are newer are read at
each search, and what is shown is read again, so a new or a changed name is never shown as it was.
"""

from collections.abc import Iterable, Sequence

from bson import ObjectId
from django.core.cache import cache

from clinics.store import staff_reads as store
from kernel import texts
from kernel.db import Document

_KEY = "clinic-names"
_KEPT_SECONDS = 3600  # a scheduler that stands for longer makes searches dearer, not wrong
_LONGEST = 200  # characters of a name
_NEWEST = 50  # clinics that may be too new for what is kept
Name = tuple[str, str]  # id, and the name in all its spellings


def keep() -> str:
    names = "\n".join(" ".join(name) for name in _folded(store.list_all_names()))
    cache.set(_KEY, names, _KEPT_SECONDS)
    return names


def search(text: str, *, limit: int) -> tuple[list[Document], int]:
    """Clinics with all words in their names, those that begin like the text first, and how many there are."""
    hits, beginning = _with(texts.letters(text)), " ".join(texts.letters(text))
    hits.sort(key=lambda hit: (not hit[1].startswith(beginning), hit[1], hit[0]))
    clinics = {str(clinic["_id"]): clinic for clinic in _read(hits[:limit])}
    shown = [clinics[i] for i, _ in hits[:limit] if i in clinics]
    return shown, len(hits) - (len(hits[:limit]) - len(shown))


def ids_with(text: str) -> list[ObjectId]:
    """The clinics that have all of its words in their names."""
    return [ObjectId(clinic_id) for clinic_id, _ in _with(texts.letters(text))]


def _with(words: Sequence[str]) -> list[Name]:
    if not words:
        return []
    names = {**_kept(), **dict(_folded(store.list_newest(_NEWEST)))}
    return [(i, name) for i, name in names.items() if all(word in name for word in words)]


def _kept() -> dict[str, str]:
    names: str = cache.get(_KEY) or keep()
    split = (line.partition(" ") for line in names.split("\n") if line)
    return {clinic_id: name for clinic_id, _, name in split}


def _folded(clinics: Iterable[Document]) -> list[Name]:
    named = ((clinic["_id"], clinic.get("name")) for clinic in clinics)
    return [(str(i), texts.searched(n[:_LONGEST])) for i, n in named if isinstance(n, str)]


def _read(hits: Sequence[Name]) -> list[Document]:
    return store.list_of_ids([ObjectId(clinic_id) for clinic_id, _ in hits])
