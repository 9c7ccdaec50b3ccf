"""How staff find a person, in records of any kind and in the archives of removed records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING

from kernel import db
from kernel.db import Document
from kernel.page_limits import MOST_COUNTED

Keys = Sequence[tuple[ObjectId, str]]  # clinic and id


@dataclass(frozen=True, slots=True)
class Person:
    """The person to find: by user id, by the spellings of one address, or both; or an invite, by its record's id."""

    user_id: str = ""
    spellings: tuple[str, ...] = ()
    invite: ObjectId | None = None

    def conditions(self) -> list[Document]:
        """A record of the person meets at least one. Each has an index that spans all clinics."""
        conditions: list[Document] = []
        if self.user_id:
            conditions.append({"userId": self.user_id})
        if self.spellings:
            conditions.append({"email": {"$in": list(self.spellings)}})
        return conditions


def page_of(
    name: str, conditions: Sequence[Document], fields: Document, *, skip: int, limit: int
) -> tuple[list[Document], int]:
    """Records that meet any of the conditions, newest first, and the number of all of them, at most
    `MOST_COUNTED`."""
    if not conditions:
        return [], 0
    query, order = {"$or": list(conditions)}, [("createdTime", DESCENDING), ("_id", DESCENDING)]
    rows = db.collection(name).find(query, fields, sort=order, skip=skip, limit=limit)
    return list(rows), db.collection(name).count_up_to(query, MOST_COUNTED)


def removed(
    part: str, conditions: Document, fields: Document, *, skip: int, limit: int
) -> tuple[list[Document], int]:
    """Tombstones, newest first. They are found by id only, as in the audit trail."""
    query = {f"{part}.{name}": value for name, value in conditions.items() if value}
    if not query:
        return [], 0
    shown = {"deletedTime": 1, "deletedByUserId": 1, **{f"{part}.{name}": 1 for name in fields}}
    archive = db.collection(f"{part}_deletions")
    order = [("deletedTime", DESCENDING), ("_id", DESCENDING)]
    tombstones = archive.find(query, shown, sort=order, skip=skip, limit=limit)
    return list(tombstones), archive.count_up_to(query, MOST_COUNTED)


def archived_and_present(
    part: str, name: str, field: str, keys: Sequence[tuple[ObjectId, Any]]
) -> list[Document]:
    clinic_ids, ids = (list(values) for values in zip(*keys, strict=True))
    shown = {"clinicId": 1, "userId": 1, "name": 1, "email": 1, "fullName": 1}
    archived = db.collection(f"{part}_deletions").find(
        {f"{part}.clinicId": {"$in": clinic_ids}, f"{part}.{field}": {"$in": ids}},
        {f"{part}.{path}": 1 for path in ("_id", *shown)},
        sort=[("_id", ASCENDING)],
    )
    present = db.collection(name).find(
        {"clinicId": {"$in": clinic_ids}, field: {"$in": ids}}, shown
    )
    return [*(row[part] for row in archived), *present]
