"""Sync runs for staff, and a page for each run that updates itself until the run has ended."""

from dataclasses import asdict
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse

from clinic_records.admin import work_in_progress
from clinic_records.services import access
from ehr.admin import filters, names, records
from ehr.services.records import STATES
from kernel.errors import NotFound
from kernel.staff import pages, paging, roles, searches
from kernel.templatetags.staff import pluralized
from redox.services import admin_reads
from redox.services.admin_reads import MOST_FAILED, Outline, Run


def _in_progress(clinic_id: ObjectId) -> list[work_in_progress.Work]:
    return [
        work_in_progress.Work(
            title="EHR sync",
            state=f"{pluralized(run.total, 'send')}, not all of them ended",
            page=reverse("admin:ehr_run", args=[run.id]),
            needs=(roles.MESSAGES,),
            if_source="Its sends wait while the merge runs. Afterwards those that have not ended end without being "
            "sent, because the connection is gone with the clinic; start a sync of the target then.",
            if_target="It goes on, for the patients whom it began with: those who come with the merge are in the next "
            "one.",
        )
        for run in admin_reads.list_unfinished_runs(clinic_id)
    ]


work_in_progress.add(_in_progress)


@pages.page("ehr/runs/", name="ehr_runs", needs=roles.MESSAGES, hides=filters.HIDDEN)
def runs(request: HttpRequest) -> HttpResponseBase:
    page, total, problem = filters.listed(
        request,
        lambda asked, skip, limit: admin_reads.list_runs(asked, skip=skip, limit=limit),
    )
    names_by_id = access.names_of_clinics({run.clinic_id for run in page})
    return pages.render(
        request,
        "redox/staff/runs.html",
        title="Sync runs",
        rows=[outline_of(run, names_by_id.get(run.clinic_id)) for run in page],
        paging=paging.paging(request, shown=len(page), total=total),
        filters=searches.asked(request),
        problem=problem,
    )


@pages.page("ehr/runs/<str:run_id>/", name="ehr_run", needs=roles.MESSAGES)
def run(request: HttpRequest, run_id: str) -> HttpResponseBase:
    selected = _access(run_id)
    names_by_id = access.names_of_clinics({selected.clinic_id})
    name = names_by_id.get(selected.clinic_id) or "a deleted clinic"
    parts = _moving_parts(request, selected, name)
    names.add_names(request, parts["rows"])
    return pages.render(
        request,
        "redox/staff/run.html",
        title=f"Sync of {name}",
        crumbs=[pages.Crumb("Sync runs", reverse("admin:ehr_runs"))],
        states=STATES,
        poll=f"{reverse('admin:ehr_run_progress', args=[run_id])}?{names.poll_query(request, parts['rows'])}",
        **parts,
    )


@pages.page("ehr/runs/<str:run_id>/progress", name="ehr_run_progress", needs=roles.MESSAGES)
def progress(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """The moving parts of the page, for the same query; `data-finished` marks that nothing more will change."""
    context = _moving_parts(request, _access(run_id), None)
    seen = names.mark(request, context["rows"])
    names.add_names(request, context["rows"], is_recorded=seen == request.GET.get("seen"))
    context["may"] = pages.Permissions(request)
    return HttpResponse(render_to_string("redox/staff/_run_parts.html", context, request))


def _moving_parts(request: HttpRequest, run: Run, clinic_name: str | None) -> dict[str, Any]:
    """The sends are read after the run's numbers, so that below a full bar none is still waiting."""
    state = request.GET.get("state") if request.GET.get("state") in STATES else None
    number, size = paging.requested(request)
    items, count = admin_reads.list_items_of_run(
        run, state=state, skip=(number - 1) * size, limit=size
    )
    return {
        "row": row_of(run, clinic_name),
        "rows": [records.row_of(item) for item in items],
        "paging": paging.paging(request, shown=len(items), total=count),
        "state": state,
        "came": "Scheduled",
    }


def outline_of(run: Outline, clinic_name: str | None) -> dict[str, Any]:
    return {
        **asdict(run),
        "id": run.id,
        "clinic_name": clinic_name or str(run.clinic_id),
        "failed_or_more": run.failed == MOST_FAILED,
    }


def row_of(run: Run, clinic_name: str | None) -> dict[str, Any]:
    return {
        **asdict(run),
        "id": run.id,
        "settled": run.settled,
        "waiting": run.waiting,
        "is_finished": run.is_finished,
        "clinic_name": clinic_name or str(run.clinic_id),
        "parts": _parts(run),
    }


def _parts(run: Run) -> list[dict[str, Any]]:
    """The segments of the bar, in order, in percent."""
    parts, start = [], 0.0
    for kind, number in (("good", run.done), ("idle", run.ignored), ("bad", run.failed)):
        width = round(100 * number / max(run.total, 1), 3)
        parts.append({"kind": kind, "start": round(start, 3), "width": width})
        start += width
    return parts


def _access(run_id: str) -> Run:
    run = admin_reads.find_run(run_id)
    if run is None:
        raise NotFound
    return run
