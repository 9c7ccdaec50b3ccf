"""The people staff search for, with the names in their records and in the archives."""

from collections.abc import Iterable

from bson import ObjectId

from clinic_records.store.people import Person
from kernel import safe_reading
from kernel.db import Document

__all__ = ["Person", "as_they_were", "names_by_key"]


def as_they_were(tombstones: Iterable[Document], part: str) -> list[Document]:
    return [
        {
            **safe_reading.mapping(row.get(part)),
            "removed": safe_reading.moment(row.get("deletedTime")),
        }
        for row in tombstones
    ]


def names_by_key(
    documents: Iterable[Document], key: str, name: str
) -> dict[tuple[ObjectId, str], str]:
    named_documents = ((d.get("clinicId"), str(d.get(key)), d.get(name)) for d in documents)
    return {
        (clinic_id, object_id): text
        for clinic_id, object_id, text in named_documents
        if clinic_id and text
    }
