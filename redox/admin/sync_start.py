"""Start an EHR sync of a clinic: whom it is about first, then the page of its run."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes, frame
from clinic_records.services import access
from kernel import outbox
from kernel.db import Document
from kernel.errors import DomainError
from kernel.staff import pages, roles
from kernel.staff.fields import ReasonForm
from patients.services import staff_reads
from redox.admin import runs
from redox.services import admin_reads, scheduling
from redox.services.scheduling import Started

STARTED = "clinic.sync_started"
ALL = "sends are scheduled and durable; workers are sending them."
MORE = "The sync has begun. Workers schedule the rest of the sends, and are sending them."
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
        last=runs.outline_of(last, None) if last else None,
        form=form,
        status=400 if form.is_bound else 200,
    )


def _start(request: HttpRequest, clinic: Document, reason: str) -> HttpResponseBase:
    """With the event that says so and the first sends, in one transaction; a worker schedules what is left."""
    clinic_id = str(clinic["_id"])
    back = reverse("admin:clinic", args=[clinic_id])
    started = Started(0, has_more=False)

    def apply() -> None:
        nonlocal started
        started = scheduling.start_sync(clinic_id)
        changes.record(
            request,
            clinic=clinic,
            action=STARTED,
            object_type="clinic",
            object_id=clinic_id,
            object_name=clinic.get("name") or "",
            scope={"sends": started.sends, **({"more": "by a worker"} if started.has_more else {})},
            reason=reason,
        )

    try:
        changes.guarded(request, clinic_id=clinic_id, action=STARTED, reason=reason, change=apply)
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(back)
    outbox.nudge()
    last = admin_reads.find_last_run(clinic["_id"]) if started.sends else None
    if last is None:
        pages.succeed(request, NO_SUBSCRIBER)
        return pages.go(back)
    pages.succeed(request, MORE if started.has_more else f"{started.sends} {ALL}")
    if not pages.has(request, roles.MESSAGES):
        return pages.go(back)
    return pages.go(reverse("admin:ehr_run", args=[last.id]))
