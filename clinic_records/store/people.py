"""What staff look a person up by, in records of any kind and in the archives of what was removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING

from kernel import db
from kernel.db import Document

Keys = Sequence[tuple[ObjectId, str]]  # clinic and id


@dataclass(frozen=True, slots=True)
class Person:
    """Whom staff look for: by user id, by the spellings of one address, or both; or an invite by its record."""

    user_id: str = ""
    spellings: tuple[str, ...] = ()
    invite: ObjectId | None = None

    def ways(self) -> list[Document]:
        """Conditions of which one finds the person. Each has an index that spans all clinics."""
        ways: list[Document] = []
        if self.user_id:
            ways.append({"userId": self.user_id})
        if self.spellings:
            ways.append({"email": {"$in": list(self.spellings)}})
        return ways


def page_of(
    name: str, ways: Sequence[Document], fields: Document, *, skip: int, limit: int
) -> tuple[list[Document], int]:
    """Records that any of the `ways` finds, newest first, and the number of all."""
    if not ways:
        return [], 0
    query, order = {"$or": list(ways)}, [("createdTime", DESCENDING), ("_id", DESCENDING)]
    rows = db.collection(name).find(query, fields, sort=order, skip=skip, limit=limit)
    return list(rows), db.collection(name).count_documents(query)


def removed(
    part: str, conditions: Document, fields: Document, *, skip: int, limit: int
) -> tuple[list[Document], int]:
    """Tombstones, the newest first: by id alone, as the audit trail names people."""
    query = {f"{part}.{name}": value for name, value in conditions.items() if value}
    if not query:
        return [], 0
    shown = {"deletedTime": 1, "deletedByUserId": 1, **{f"{part}.{name}": 1 for name in fields}}
    archive = db.collection(f"{part}_deletions")
    order = [("deletedTime", DESCENDING), ("_id", DESCENDING)]
    tombstones = archive.find(query, shown, sort=order, skip=skip, limit=limit)
    return list(tombstones), archive.count_documents(query)


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
