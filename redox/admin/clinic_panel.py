"""What the panel of the health record shows of syncs on a clinic's page."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from clinic_records.choices import EhrProvider
from ehr.admin import clinic_panel
from ehr.admin.clinic_panel import Part
from kernel import safe_reading
from kernel.db import Document
from patients.services import staff_reads
from redox.admin import runs
from redox.services import admin_reads
from redox.services.admin_reads import Outline


def _syncs(request: HttpRequest, clinic: Document) -> dict[str, Any] | None:
    """Also for a clinic that has another connection now, and had syncs before."""
    settings = safe_reading.mapping(clinic.get("ehrSettings"))
    is_ours = settings.get("provider") == EhrProvider.REDOX
    last = admin_reads.find_last_run(clinic["_id"])
    if not is_ours and last is None:
        return None
    return {
        "is_on": is_ours and bool(settings.get("enabled")),
        "subscribed": staff_reads.count_subscribed(clinic["_id"]),
        "last": runs.outline_of(last, None) if last else None,
        "test_url": reverse("admin:ehr_match_test", args=[clinic["_id"]]),
        "start_url": reverse("admin:ehr_sync_start", args=[clinic["_id"]]),
        "links": _links(clinic, last),
    }


def _links(clinic: Document, last: Outline | None) -> list[tuple[str, str]]:
    query = f"?clinic={clinic['_id']}"
    return [
        *([("Last run", reverse("admin:ehr_run", args=[last.id]))] if last else []),
        ("All runs", reverse("admin:ehr_runs") + query),
        ("Deliveries", reverse("admin:ehr_deliveries") + query),
    ]


clinic_panel.add_part(Part(EhrProvider.REDOX.value, "redox/staff/_clinic_panel.html", _syncs))
