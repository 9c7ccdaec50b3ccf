"""Start an EHR sync of a clinic, and go to the page of its run."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.services import access
from kernel import audit
from kernel.choices import AuditOutcome
from kernel.db import Document
from kernel.errors import DomainError
from kernel.staff import pages, roles
from redox.services import admin_reads, scheduling

NO_SUBSCRIBER = "No patient of this clinic is subscribed: there is nothing to sync."


@pages.page(
    "clinics/<str:clinic_id>/sync", name="ehr_sync_start", needs=roles.INTEGRATION, posts_only=True
)
def start(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """Recorded before it begins: a sync takes many transactions, and none of them may go unrecorded."""
    clinic = access.access_clinic(clinic_id)
    back = reverse("admin:clinic", args=[clinic_id])
    _record(request, clinic, outcome=AuditOutcome.BEGUN)
    try:
        count = scheduling.sync_clinic(clinic_id)
    except DomainError as error:
        _record(
            request,
            clinic,
            outcome=AuditOutcome.REFUSED,
            scope={"status": error.status, "refused": pages.sentence(error.message)},
        )
        pages.fail(request, error)
        return pages.go(back)
    _record(request, clinic, outcome=AuditOutcome.DONE, scope={"sends": count})
    last = admin_reads.find_last_run(clinic["_id"]) if count else None
    if last is None:
        pages.succeed(request, NO_SUBSCRIBER)
        return pages.go(back)
    pages.succeed(request, f"{count} sends are scheduled and durable; workers are sending them.")
    if not pages.has(request, roles.MESSAGES):
        return pages.go(back)
    return pages.go(reverse("admin:ehr_run", args=[last.id]))


def _record(
    request: HttpRequest, clinic: Document, *, outcome: str, scope: dict[str, Any] | None = None
) -> None:
    audit.record(
        action="clinic.sync_started",
        object_type="clinic",
        object_id=str(clinic["_id"]),
        object_name=clinic.get("name") or "",
        clinic_id=clinic["_id"],
        scope=scope,
        outcome=outcome,
        **pages.actor(request),
    )
