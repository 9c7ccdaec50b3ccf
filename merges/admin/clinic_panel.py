"""What a clinic's page says of merges: the one that holds the clinic, or the way to a new one; and of a deleted
clinic, the one into which it was merged."""

from typing import Any

from django.http import HttpRequest

from clinic_records.services import closures
from clinics.admin import gone_clinics
from kernel.db import Document
from kernel.staff import pages, roles
from merges.services import merging


def _context(_: HttpRequest, clinic: Document) -> dict[str, Any]:
    closure = closures.find(clinic["_id"]) or {}
    return {"clinic_id": str(clinic["_id"]), "merge_id": closure.get("mergeId")}


pages.CLINIC_ENDS.add(pages.Panel("merges/staff/_clinic_panel.html", _context, roles.DESTROY))
gone_clinics.declare(merging.find_successor)
