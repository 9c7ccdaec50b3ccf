"""The names of members and invites of all clinics as searches compare them, kept as `clinic_names` are: staff search
for any word of a name, which no index of MongoDB answers. Other services write members, too, so nothing is stored
beside their names.

A person has a record in each clinic, and one line here. Members who are newer are read at each search.
"""

from collections.abc import Iterable, Iterator

from bson import ObjectId
from django.core.cache import cache

from clinics.store import staff_reads as store
from kernel import texts
from kernel.db import Document

_KEY = "member-names"
_KEPT_SECONDS = 3600
_LONGEST = 200  # characters of a name
_NEWEST = 50  # members who may be too new for what is kept
_MOST = 200_000  # people: some twenty megabytes


def keep() -> str:
    lines: dict[tuple[str, str], str] = {}
    for person, record_id, name in _folded(store.walk_all_names()):
        if len(lines) < _MOST:
            lines[person, name] = f"{record_id} {name}"
    names = "\n".join(lines.values())
    cache.set(_KEY, names, _KEPT_SECONDS)
    return names


def ids_with(text: str, *, limit: int) -> list[ObjectId]:
    """Records of people with all of its words in their names."""
    words = texts.letters(text)
    if not words:
        return []
    kept: str = cache.get(_KEY) or keep()
    newest = _folded(store.list_newest_names(_NEWEST))
    lines = [*(f"{record_id} {name}" for _, record_id, name in newest), *kept.split("\n")]
    found: dict[str, None] = {}
    for line in lines:
        record_id, _, name = line.partition(" ")
        if all(word in name for word in words):
            found[record_id] = None
            if len(found) == limit:
                break
    return list(map(ObjectId, found))


def _folded(members: Iterable[Document]) -> Iterator[tuple[str, str, str]]:
    """(person, id of the record, name in all its spellings) of those who have a name."""
    for member in members:
        name, user_id = member.get("name"), member.get("userId")
        if isinstance(name, str) and name and isinstance(member["_id"], ObjectId):
            person = user_id if isinstance(user_id, str) and user_id else str(member["_id"])
            yield person, str(member["_id"]), texts.searched(name[:_LONGEST])
