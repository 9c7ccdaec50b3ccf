"""What the panel of the health record shows of Xealth on a clinic's page."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from clinic_records.choices import EhrProvider
from clinics.choices import Procedure
from ehr.admin import clinic_panel
from ehr.admin.clinic_panel import Part
from kernel import safe_reading
from kernel.db import Document
from patients.services import staff_reads
from xealth.choices import REPORTS


def _program(request: HttpRequest, clinic: Document) -> dict[str, Any] | None:
    settings = safe_reading.mapping(clinic.get("ehrSettings"))
    if settings.get("provider") != EhrProvider.XEALTH:
        return None
    codes = safe_reading.mapping(settings.get("procedureCodes"))
    query = f"?clinic={clinic['_id']}"
    return {
        "deployment": settings.get("sourceId"),
        "program": codes.get(Procedure.CREATE_AND_ENABLE),
        "subscribed": staff_reads.count_subscribed(clinic["_id"], REPORTS),
        "test_url": reverse("admin:ehr_xealth_match_test", args=[clinic["_id"]]),
        "links": [
            ("Orders", reverse("admin:ehr_xealth_orders") + query),
            ("Pre-orders", reverse("admin:ehr_xealth_preorders") + query),
        ],
    }


clinic_panel.add_part(Part(EhrProvider.XEALTH.value, "xealth/staff/_clinic_panel.html", _program))
