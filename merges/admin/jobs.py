"""Merges that run and that have ended: the list, and a page for each that updates itself until the end."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse

from kernel import outbox
from kernel.db import Document
from kernel.errors import DomainError
from kernel.outbox import staff_reads
from kernel.staff import job_pages, pages, paging, roles
from kernel.staff.fields import ReasonForm
from kernel.staff.subjects import KINDS, Kind, by_itself
from merges.admin import words
from merges.choices import MergeState
from merges.services import audit_trail, in_words, merging, requesters, stages

HANDLER = "merges.run"
STOPPING = "The merge is being taken back."
KINDS["merge"] = Kind(roles.DESTROY, address=by_itself("admin:merge", roles.DESTROY))


job_pages.add_elsewhere(job_pages.Elsewhere("Merges", "merges", roles.DESTROY))


@pages.page("merges/", name="merges", needs=roles.DESTROY)
def merges(request: HttpRequest) -> HttpResponseBase:
    number, size = paging.requested(request)
    page = merging.list_merges(skip=(number - 1) * size, limit=size)
    names = requesters.descriptions_of(merge["requestedBy"] for merge in page)
    return pages.render(
        request,
        "merges/staff/list.html",
        title="Merges",
        rows=[_row(merge, names) for merge in page],
        paging=paging.paging(request, shown=len(page), total=merging.count_merges()),
    )


@pages.page("merges/<str:merge_id>/", name="merge", needs=roles.DESTROY)
def merge(request: HttpRequest, merge_id: str) -> HttpResponseBase:
    selected = merging.access_merge(merge_id)
    return pages.render(
        request,
        "merges/staff/merge.html",
        title="Merge of {} into {}".format(*in_words.names_in_merge(selected)),
        crumbs=[pages.Crumb("Merges", reverse("admin:merges"))],
        poll=reverse("admin:merge_progress", args=[merge_id]),
        **_moving_parts(selected),
    )


@pages.page("merges/<str:merge_id>/progress", name="merge_progress", needs=roles.DESTROY)
def progress(request: HttpRequest, merge_id: str) -> HttpResponseBase:
    context = _moving_parts(merging.access_merge(merge_id))
    context["may"] = pages.Permissions(request)
    return HttpResponse(render_to_string("merges/staff/_merge_parts.html", context, request))


@pages.page("merges/<str:merge_id>/stop", name="merge_stop", needs=roles.DESTROY, posts_only=True)
def stop(request: HttpRequest, merge_id: str) -> HttpResponseBase:
    selected = merging.access_merge(merge_id)
    back = reverse("admin:merge", args=[merge_id])
    form = ReasonForm(request.POST)
    if not form.is_valid():
        pages.fail(request, form.first_error)
        return pages.go(back)
    try:
        _stop(request, selected, form.cleaned_data["reason"])
    except DomainError as error:
        pages.fail(request, error)
    else:
        pages.succeed(request, STOPPING)
    return pages.go(back)


def _stop(request: HttpRequest, merge: Document, reason: str) -> None:
    """It is recorded, and so is a refusal, in the histories of both clinics."""
    stopper = merging.Stopper(pages.signature(request), reason)
    try:
        merging.stop_merge(merge["_id"], by=stopper)
    except DomainError as error:
        audit_trail.record_refusal(
            action=audit_trail.STOPPED,
            source_id=merge["sourceId"],
            target_id=merge["targetId"],
            error=error,
            by=stopper.signature,
            reason=reason,
        )
        raise


# --- parts of the page ----------------------------------------------------------------------------
def _moving_parts(merge: Document) -> dict[str, Any]:
    return {
        "row": _row(merge, requesters.descriptions_of([merge["requestedBy"]])),
        "stopped_by": _stopped_by(merge),
        "stop_reason": merge.get("stopReason"),
        "numbers": in_words.number_rows(merge["numbers"]),
        "problems": [p for p in merge["problems"] if p["severity"] == "blocks"],
        "can_be_stopped": merging.can_be_stopped(merge),
        "gave_up": _event_that_gave_up(merge),
        "is_quiet": merging.is_quiet(merge),
        "form": ReasonForm(),
    }


def _stopped_by(merge: Document) -> str:
    signature = merge.get("stoppedBy")
    return requesters.descriptions_of([signature])[signature] if signature else ""


def _event_that_gave_up(merge: Document) -> str:
    """The page of the merge's event, if it is not tried again; empty while another goes on with the work."""
    if merge["stage"] == stages.ENDED or _event(merge, outbox.PENDING, outbox.CLAIMED):
        return ""
    dead = _event(merge, outbox.DEAD)
    return reverse("admin:outbox_row", args=[dead["_id"]]) if dead else ""


def _event(merge: Document, *states: str) -> Document | None:
    return staff_reads.find_of_key(HANDLER, str(merge["_id"]), *states)


def _row(merge: Document, names: dict[str, str]) -> dict[str, Any]:
    state = merge["state"]
    source_name, target_name = in_words.names_in_merge(merge)
    return {
        "id": str(merge["_id"]),
        "source_id": str(merge["sourceId"]),
        "target_id": str(merge["targetId"]),
        "source_name": source_name,
        "target_name": target_name,
        "state": words.state_of(merge),
        "colour": words.KINDS.get(state, "idle"),
        "is_completed": state == MergeState.COMPLETED,
        "is_refused": state == MergeState.REFUSED,
        "is_taken_back": state == MergeState.TAKEN_BACK,
        "is_taking_back": state == MergeState.TAKING_BACK,
        "has_ended": merging.has_ended(merge),
        "is_settled": merge["stage"] == stages.ENDED,
        "stage": in_words.stage_of(merge),
        "done": merge["done"],
        "total": merge["total"],
        "width": round(100 * merge["done"] / max(merge["total"], 1), 1),
        "problem": merge["problem"],
        "who": names[merge["requestedBy"]],
        "reason": merge["reason"],
        "created": merge["createdTime"],
        "updated": merge["updatedTime"],
        "ended": merge.get("endedTime"),
    }
