"""Start an EHR sync of a clinic: whom it is about first, then the page of its run."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import frame
from clinic_records.services import access
from kernel import audit
from kernel.choices import AuditOutcome
from kernel.db import Document
from kernel.errors import DomainError
from kernel.staff import pages, roles
from kernel.staff.fields import ReasonForm
from patients.services import staff_reads
from redox.admin import runs
from redox.services import admin_reads, scheduling

NO_SUBSCRIBER = "No patient of this clinic is subscribed: there is nothing to sync."


@pages.page("clinics/<str:clinic_id>/sync", name="ehr_sync_start", needs=roles.INTEGRATION)
def start(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """Says what a sync would send, and begins it when that is confirmed with a reason."""
    clinic = access.access_clinic(clinic_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        return _start(request, clinic, form.cleaned_data["reason"])
    last = admin_reads.find_last_run(clinic["_id"])
    return pages.render(
        request,
        "redox/staff/sync_start.html",
        title="Start a sync",
        crumbs=frame.crumbs_of(clinic),
        clinic_id=str(clinic["_id"]),
        subscribed=staff_reads.count_subscribed(clinic["_id"]),
        is_on=scheduling.can_sync(clinic),
        last=runs.row_of(last, None) if last else None,
        form=form,
        status=400 if form.is_bound else 200,
    )


def _start(request: HttpRequest, clinic: Document, reason: str) -> HttpResponseBase:
    """Recorded before it begins: a sync takes many transactions, and none of them may go unrecorded."""
    back = reverse("admin:clinic", args=[clinic["_id"]])
    _record(request, clinic, outcome=AuditOutcome.BEGUN, reason=reason)
    try:
        count = scheduling.sync_clinic(clinic["_id"])
    except DomainError as error:
        _record(
            request,
            clinic,
            outcome=AuditOutcome.REFUSED,
            scope={"status": error.status, "refused": pages.sentence(error.message)},
            reason=reason,
        )
        pages.fail(request, error)
        return pages.go(back)
    _record(request, clinic, outcome=AuditOutcome.DONE, scope={"sends": count}, reason=reason)
    last = admin_reads.find_last_run(clinic["_id"]) if count else None
    if last is None:
        pages.succeed(request, NO_SUBSCRIBER)
        return pages.go(back)
    pages.succeed(request, f"{count} sends are scheduled and durable; workers are sending them.")
    if not pages.has(request, roles.MESSAGES):
        return pages.go(back)
    return pages.go(reverse("admin:ehr_run", args=[last.id]))


def _record(
    request: HttpRequest,
    clinic: Document,
    *,
    outcome: str,
    reason: str,
    scope: dict[str, Any] | None = None,
) -> None:
    audit.record(
        action="clinic.sync_started",
        object_type="clinic",
        object_id=str(clinic["_id"]),
        object_name=clinic.get("name") or "",
        clinic_id=clinic["_id"],
        scope=scope,
        outcome=outcome,
        reason=reason,
        **pages.actor(request),
    )
