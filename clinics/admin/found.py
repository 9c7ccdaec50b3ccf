"""Records of people in several clinics, as pages of staff list them: with the clinic's name, and with ids that can be
read. Other systems may have stored anything as an id, and one such record must not hide the others."""

from collections.abc import Iterable
from typing import Any

from bson import ObjectId

from clinics.services import staff_reads
from kernel import safe_reading
from kernel.db import Document


def with_clinic_names(documents: Iterable[Document]) -> list[dict[str, Any]]:
    """`clinicId` is None and `userId` "" where they cannot be read, `clinic_name` "" where there is no such clinic."""
    rows = [_readable(document) for document in documents]
    clinic_ids = [row["clinicId"] for row in rows if row["clinicId"]]
    names: dict[Any, str] = {**staff_reads.names_of(clinic_ids)}
    return [{**row, "clinic_name": names.get(row["clinicId"], "")} for row in rows]


def user_ids(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Each once, for an event."""
    return sorted({row["userId"] for row in rows} - {""})


def _readable(document: Document) -> dict[str, Any]:
    clinic_id = document.get("clinicId")
    return {
        **document,
        "clinicId": clinic_id if isinstance(clinic_id, ObjectId) else None,
        "userId": safe_reading.text(document.get("userId")) or "",
    }
