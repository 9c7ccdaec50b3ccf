"""What a clinic's page says of merges: the one that holds the clinic, or the way to a new one; and of a deleted
clinic, the one into which it was merged."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from clinic_records.services import closures
from clinics.admin import gone_clinics
from kernel import ids
from kernel.db import Document
from kernel.staff import pages, roles
from merges.services import merging

MERGED = "The clinic was merged into another. This is the merge."


def _context(_: HttpRequest, clinic: Document) -> dict[str, Any]:
    closure = closures.find(clinic["_id"]) or {}
    return {"clinic_id": str(clinic["_id"]), "merge_id": closure.get("mergeId")}


pages.CLINIC_ENDS.add(pages.Panel("merges/staff/_clinic_panel.html", _context, roles.DESTROY))
gone_clinics.declare(merging.find_successor)


def _lead(request: HttpRequest, missing: pages.Missing) -> pages.Lead | None:
    """The plan of a merge whose clinic is gone leads to the merge that ended the clinic."""
    if not pages.has(request, roles.DESTROY):
        return None
    sides = (ids.parse_id(missing.ids.get(name, "")) for name in ("source_id", "target_id"))
    ended = (merge for side in sides if side and (merge := merging.find_ending(side)))
    merge = next(ended, None)
    return pages.Lead(reverse("admin:merge", args=[merge]), MERGED) if merge else None


pages.add_lead(_lead)
