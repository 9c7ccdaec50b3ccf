"""On the page of a clinic's health record: the newest runs of its syncs, and what was sent last."""

from typing import Any

from ehr.admin import clinic_page
from ehr.admin.clinic_page import MOST_SHOWN, Section
from ehr.services.records import Filter, kinds_of
from kernel.db import Document
from redox.admin import deliveries, runs
from redox.services import admin_reads


def _runs(clinic: Document) -> list[dict[str, Any]]:
    found, _ = admin_reads.list_runs(Filter(clinic_ids=(clinic["_id"],)), skip=0, limit=MOST_SHOWN)
    return [runs.outline_of(run, clinic.get("name")) for run in found]


def _sent(clinic: Document) -> list[dict[str, Any]]:
    found, _ = admin_reads.list_deliveries(
        Filter(clinic_ids=(clinic["_id"],)), document_id=None, skip=0, limit=MOST_SHOWN
    )
    kinds = kinds_of([delivery["documentId"] for delivery in found])
    return [deliveries.row_of(one, kinds.get(one["documentId"])) for one in found]


clinic_page.add_section(
    Section("Sync runs of thirty days", "redox/staff/_runs_table.html", "ehr_runs", _runs)
)
clinic_page.add_section(
    Section("Deliveries", "redox/staff/_deliveries_table.html", "ehr_deliveries", _sent)
)
