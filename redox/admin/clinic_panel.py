"""The panel of the EHR sync on a clinic's page."""

from typing import Any

from django.http import HttpRequest

from clinic_records.choices import EhrProvider
from kernel.db import Document
from kernel.staff import pages, roles
from patients.services import staff_reads
from redox.admin import runs
from redox.services import admin_reads


def _ehr_panel(request: HttpRequest, clinic: Document) -> dict[str, Any] | None:
    """None for clinics that never had a connection."""
    settings = clinic.get("ehrSettings") or {}
    last = admin_reads.find_last_run(clinic["_id"])
    if not settings and last is None:
        return None
    return {
        "clinic_id": str(clinic["_id"]),
        "is_on": bool(settings.get("enabled")) and settings.get("provider") == EhrProvider.REDOX,
        "subscribed": staff_reads.count_subscribed(clinic["_id"]),
        "last": runs.row_of(last, None) if last else None,
    }


pages.CLINIC_PANELS.add(pages.Panel("redox/staff/_clinic_panel.html", _ehr_panel, roles.FIND))
