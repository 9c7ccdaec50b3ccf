"""The names of a clinic's members, for what names them beside patients."""

from collections.abc import Collection
from dataclasses import dataclass

from bson import ObjectId

from clinic_records.store import clinicians as store
from kernel import safe_reading


@dataclass(frozen=True, slots=True)
class Member:
    """Empty texts where nothing is known."""

    name: str = ""
    email: str = ""


def find_members(clinic_id: ObjectId, user_ids: Collection[str]) -> dict[str, Member]:
    """By user id; those who are not, or no longer, in the clinic are missing."""
    found = store.list_named(clinic_id, sorted(user_ids)) if user_ids else []
    return {
        row["userId"]: Member(
            safe_reading.text(row.get("name")) or "", safe_reading.text(row.get("email")) or ""
        )
        for row in found
    }
