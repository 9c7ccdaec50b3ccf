"""Clinics that were deleted: what staff can still learn of them. The page is their history; `clinic_pages` draws it."""

from collections.abc import Callable
from typing import Any

from bson import ObjectId
from django.urls import reverse

from clinic_records.services import access
from clinics.services import staff_reads
from kernel import audit
from kernel.db import Document

NO_NAME = "Deleted clinic"
# The id of a deleted clinic -> that of the clinic it was merged into, if it was.
Successor = Callable[[ObjectId], ObjectId | None]
_SUCCESSORS: list[Successor] = []


def declare(successor: Successor) -> None:
    """For the app that merges clinics."""
    _SUCCESSORS.append(successor)


def find(clinic_id: ObjectId) -> Document | None:
    """A deleted clinic as far as it is known, by its archived record or by the audit trail. None where neither knows
    it."""
    archived = staff_reads.find_deleted(clinic_id)
    if archived is None and not audit.list_events({"clinicId": clinic_id}, before=None, limit=1):
        return None
    return {"name": _name_in_trail(clinic_id) or NO_NAME, **(archived or {}), "_id": clinic_id}


def _name_in_trail(clinic_id: ObjectId) -> str:
    """As staff saw it last; the trail outlives what another service removes without an archived record."""
    named = {"object.id": str(clinic_id), "object.type": "clinic", "object.name": {"$gt": ""}}
    events = audit.list_events(named, before=None, limit=1)
    return events[0]["object"]["name"] if events else ""


def successor_of(clinic_id: ObjectId) -> dict[str, str] | None:
    """Name and page of the clinic it was merged into, which may be gone by now too."""
    other_id = successor_id(clinic_id)
    if other_id is None:
        return None
    name = access.names_of_clinics([other_id]).get(other_id)
    if name is not None or access.find_clinic(other_id) is not None:
        url = reverse("admin:clinic", args=[other_id])
        return {"name": name or "(clinic without a name)", "url": url}
    gone = find(other_id) or {"name": NO_NAME}
    return {"name": gone["name"], "url": page_of(other_id)}


def successor_id(clinic_id: ObjectId) -> ObjectId | None:
    found = (successor(clinic_id) for successor in _SUCCESSORS)
    return next((other for other in found if other is not None), None)


def page_of(clinic_id: ObjectId) -> str:
    return reverse("admin:clinic_history", args=[clinic_id])


def rows(text: str) -> list[dict[str, Any]]:
    """For Find: those of the clinics deleted last that have the words in their name, or the share code."""
    return [
        {**clinic, "url": page_of(clinic["_id"])} for clinic in staff_reads.search_deleted(text)
    ]
