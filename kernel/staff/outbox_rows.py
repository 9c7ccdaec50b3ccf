"""Events that wait or gave up: view them, start them again. Ids only; a mail's recipient stays hidden."""

from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel import audit, ids, outbox
from kernel.choices import RowState
from kernel.errors import NotFound
from kernel.outbox import staff_reads
from kernel.staff import pages, paging, roles
from kernel.staff.fields import ReasonForm

STATES = dict(RowState.choices)
# One click starts at most this many; the rest stays in the list.
MOST_REQUEUED = 500


@pages.page("events/", name="outbox", needs=roles.FIND)
def rows(request: HttpRequest) -> HttpResponseBase:
    query = _query(request)
    number, size = paging.requested(request)
    documents = staff_reads.list_rows(query, offset=(number - 1) * size, limit=size)
    total = staff_reads.count_rows(query)
    return pages.render(
        request,
        "staff/outbox/list.html",
        title="Events",
        rows=[_row(row) for row in documents],
        paging=paging.paging(request, shown=len(documents), total=total),
        total=total,
        states=STATES.items(),
        state=query["state"],
        handler=query.get("handler", ""),
        handlers=staff_reads.handler_names(),
        counts=staff_reads.count_by_state(),
        most=MOST_REQUEUED,
    )


@pages.page("events/<str:row_id>/", name="outbox_row", needs=roles.FIND)
def row(request: HttpRequest, row_id: str) -> HttpResponseBase:
    outbox_row = staff_reads.find_row(ids.parse_id(row_id) or ObjectId())
    if outbox_row is None:
        raise NotFound
    return pages.render(
        request,
        "staff/outbox/row.html",
        title=f"Event {row_id}",
        crumbs=[pages.Crumb("Events", reverse("admin:outbox"))],
        row=outbox_row,
        payload=staff_reads.shown_payload(outbox_row.handler, outbox_row.payload),
        form=ReasonForm(),
    )


@pages.page("events/start-again", name="outbox_requeue", needs=roles.REQUEUE, posts_only=True)
def requeue(request: HttpRequest) -> HttpResponseBase:
    """Chosen rows, or with `all` every dead row of the filter, up to the limit."""
    chosen = _chosen(request)
    back = reverse("admin:outbox")
    form = ReasonForm(request.POST)
    if not form.is_valid():
        pages.fail(request, form.first_error)
        return pages.go(back)
    if not chosen:
        pages.fail(request, "No event was chosen")
        return pages.go(back)
    audit.record(
        action="outbox.requeue",
        object_type="outbox",
        object_id=str(chosen[0]) if len(chosen) == 1 else "",
        scope={"count": len(chosen), "rows": [str(row_id) for row_id in chosen]},
        reason=form.cleaned_data["reason"],
        **pages.actor(request),
    )
    started = sum(outbox.requeue(row_id) for row_id in chosen)
    pages.succeed(request, f"{started} of {len(chosen)} chosen events started again.")
    return pages.go(back)


def _query(request: HttpRequest) -> dict[str, Any]:
    state = request.GET.get("state", "")
    query: dict[str, Any] = {"state": state if state in STATES else outbox.DEAD}
    if request.GET.get("handler"):
        query["handler"] = request.GET["handler"]
    return query


def _chosen(request: HttpRequest) -> list[ObjectId]:
    if request.POST.get("all"):
        query: dict[str, Any] = {"state": outbox.DEAD}
        if request.POST.get("handler"):
            query["handler"] = request.POST["handler"]
        return staff_reads.list_ids(query, limit=MOST_REQUEUED)
    parsed = (ids.parse_id(text) for text in request.POST.getlist("row")[:MOST_REQUEUED])
    return [row_id for row_id in parsed if row_id is not None]


def _row(document: dict[str, Any]) -> dict[str, Any]:
    return {
        **document,
        "id": str(document["_id"]),
        "state_text": STATES.get(document["state"], document["state"]),
        "reason": document.get("lastError") or "",
    }
