"""The clinic page: who it is, how full, how set up, what happened; and the two repairs, refresh and sync."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse

from clinic_records.admin import changes, frame, readable_clinics
from clinic_records.services import access
from clinics.admin import counts, gone_clinics, integrations, settings
from clinics.admin.count_job import COUNT
from clinics.services import troubles
from kernel import audit, db, ids, jobs, outbox
from kernel.choices import AuditOutcome
from kernel.db import Document
from kernel.errors import NotFound
from kernel.staff import job_begins, pages, paging, references, roles
from patients.choices import IssueCause
from patients.services import patient_counts

HISTORY_PAGE = 50
frame.add_tab(frame.Tab("clinic", "Overview", roles.FIND, position=10))
frame.add_tab(frame.Tab("clinic_history", "History", roles.FIND, position=90))
# Views are recorded as events too; the history shows changes only, unless all events are requested.
LOOKS = (
    *("patient.viewed", "patients.listed", "ehr.payload_viewed", "ehr.report_viewed"),
    "merge.plan_viewed",
)


@pages.page("clinics/<str:clinic_id>/", name="clinic", needs=roles.FIND)
def overview(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """That of a deleted clinic is its history, so links to it lead on: pages name clinics that are gone by now."""
    stored = access.find_clinic(clinic_id)
    if stored is None:
        return _to_history(clinic_id)
    clinic = readable_clinics.clinic(stored)
    return frame.render(
        request,
        clinic,
        "clinics/staff/clinic.html",
        tab="clinic",
        **(count := _count(clinic)),
        integrations=integrations.of_clinic(clinic, count["counted"]),
        kinds=[_kind(request, name, stored) for name in settings.SETTINGS],
        troubles=troubles.reasons_of(clinic),
        panels=pages.CLINIC_PANELS.render(request, clinic),
        ends=pages.CLINIC_ENDS.render(request, clinic),
    )


def _to_history(clinic_id: str) -> HttpResponseBase:
    """Raises NotFound for a clinic that there never was."""
    parsed_id = ids.parse_id(clinic_id)
    if parsed_id is None or gone_clinics.find(parsed_id) is None:
        raise NotFound(message=access.CLINIC_NOT_FOUND)
    return pages.go(gone_clinics.page_of(parsed_id))


def _kind(request: HttpRequest, name: str, stored: Document) -> dict[str, Any]:
    setting = settings.SETTINGS[name]
    may_change = pages.has(request, setting.NEEDS)
    url = reverse("admin:clinic_settings", args=[stored["_id"], name]) if may_change else ""
    return {"title": setting.TITLE, "url": url, "values": setting.whole(stored)}


def _count(clinic: Document) -> dict[str, Any]:
    recount = patient_counts.recount_of(clinic["_id"])
    return {
        "bar": counts.bar_of(clinic),
        "limits": clinic.get("patientCountSettings") or {},
        "counted": counts.counted_of(clinic),
        "recount": recount,
        "issues": [
            (cause, IssueCause(cause).label, *found) for cause, found in recount["issues"].items()
        ],
    }


@pages.page(
    "clinics/<str:clinic_id>/refresh", name="clinic_refresh", needs=roles.COUNTS, posts_only=True
)
def refresh(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """A job counts; until it has finished the page says so, then it shows the result."""
    clinic = readable_clinics.access_clinic(clinic_id)

    def apply() -> None:
        changes.record(
            request,
            clinic=clinic,
            action=COUNT.action,
            outcome=AuditOutcome.BEGUN,
            scope={"counted": counts.counted_of(clinic)},
        )
        if patient_counts.claim_recount(clinic["_id"]):
            jobs.begin(COUNT, clinic=clinic, asked_by=job_begins.asked_by(request))

    db.run_in_transaction(apply)
    outbox.nudge()
    pages.succeed(request, "The patients are being counted again.")
    return pages.go(reverse("admin:clinic", args=[clinic_id]))


@pages.page("clinics/<str:clinic_id>/count", name="clinic_count", needs=roles.FIND)
def count(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """The part of the page that is reloaded while patients are being counted."""
    context = _count(readable_clinics.access_clinic(clinic_id))
    context |= {"clinic_id": clinic_id, "may": pages.Permissions(request)}
    return HttpResponse(render_to_string("clinics/staff/_count_part.html", context, request))


@pages.page("clinics/<str:clinic_id>/history", name="clinic_history", needs=roles.FIND)
def history(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """Works for a deleted clinic too, because the audit trail is kept."""
    parsed_id, clinic = ids.parse_id(clinic_id), access.find_clinic(clinic_id)
    gone = gone_clinics.find(parsed_id) if clinic is None and parsed_id else None
    shown = gone if clinic is None else clinic
    if shown is None:
        raise NotFound(message=access.CLINIC_NOT_FOUND)
    query: dict[str, Any] = {"clinicId": parsed_id}
    shows_looks = request.GET.get("looks") == "1"
    if not shows_looks:
        query["action"] = {"$nin": LOOKS}
    before = ids.parse_id(request.GET.get("before", ""))
    events = audit.list_events(query, before=before, limit=HISTORY_PAGE + 1)
    older = str(events[HISTORY_PAGE - 1]["_id"]) if len(events) > HISTORY_PAGE else ""
    return frame.render(
        request,
        shown,
        "clinics/staff/history.html",
        tab="clinic_history",
        is_gone=gone is not None,
        gone=gone,
        successor=gone_clinics.successor_of(gone["_id"]) if gone else None,
        events=references.shown(request, events[:HISTORY_PAGE], names_patients=True),
        shows_looks=shows_looks,
        older=paging.query_without(request, "before", before=older) if older else "",
        link=pages.has(request, roles.AUDIT),
    )
