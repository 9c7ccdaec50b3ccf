"""The audit trail: read, filter, export. These pages cannot change it."""

from collections.abc import Iterator
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel import audit, ids
from kernel.api.rendering import encode
from kernel.choices import AuditOutcome
from kernel.errors import NotFound
from kernel.staff import actions, days, exports, pages, paging, roles, subjects
from kernel.staff.differences import difference

PAGE = 50
MOST_EXPORTED = 100_000
_COLUMNS = (
    "number", "time", "environment", "actor", "actor kind", "action", "object type", "object id", "object name",
    "clinic", "before", "after", "scope", "reason", "outcome", "request",
)  # fmt: skip


@pages.page("audit/", name="audit", needs=roles.AUDIT)
def trail(request: HttpRequest) -> HttpResponseBase:
    query, problem = _query(request)
    before = ids.parse_id(request.GET.get("before", ""))
    events = audit.list_events(query, before=before, limit=PAGE + 1)
    older = str(events[PAGE - 1]["_id"]) if len(events) > PAGE else ""
    return pages.render(
        request,
        "staff/audit/list.html",
        title="Audit trail",
        events=subjects.named(request, events[:PAGE]),
        older=paging.query_without(request, "before", before=older) if older else "",
        newest=paging.query_without(request, "before") if before else "",
        filters=request.GET,
        export_query=paging.query_without(request, "before"),
        problem=problem,
        outcomes=AuditOutcome.values,
        actions=actions.WORDS.items(),
    )


@pages.page("audit/export.csv", name="audit_export", needs=roles.AUDIT)
def export(request: HttpRequest) -> HttpResponseBase:
    query, problem = _query(request)
    if problem:
        pages.fail(request, problem)
        return pages.go(reverse("admin:audit"))
    audit.record(
        action="audit.export",
        object_type="auditTrail",
        object_id="",
        scope={"filter": request.GET.urlencode(), "mostRows": MOST_EXPORTED},
        **pages.actor(request),
    )
    return exports.as_csv("audit-trail", _COLUMNS, _rows(query))


@pages.page("audit/<str:event_id>/", name="audit_event", needs=roles.AUDIT)
def event(request: HttpRequest, event_id: str) -> HttpResponseBase:
    event_row = audit.find_event(ids.parse_id(event_id) or ObjectId())
    if event_row is None:
        raise NotFound
    return pages.render(
        request,
        "staff/audit/event.html",
        title=f"Event {event_row.get('number', 'without a number')}",
        crumbs=[pages.Crumb("Audit trail", reverse("admin:audit"))],
        event=subjects.named(request, [event_row], alone=True)[0],
        difference=difference(event_row.get("before"), event_row.get("after")),
        intact=audit.is_intact(event_row),
    )


def _query(request: HttpRequest) -> tuple[dict[str, Any], str]:
    """The filter that the page asks for, and what is wrong with it, if anything."""
    query: dict[str, Any] = {}
    for field, name in (("actor.name", "actor"), ("action", "action"), ("outcome", "outcome")):
        if request.GET.get(name):
            query[field] = request.GET[name]
    if request.GET.get("object"):
        query["object.id"] = request.GET["object"]
    if request.GET.get("clinic"):
        clinic_id = ids.parse_id(request.GET["clinic"])
        if clinic_id is None:
            return {"_id": None}, "A clinic id has 24 hexadecimal digits"
        query["clinicId"] = clinic_id
    bounds, problem = days.bounds_of_ids(request)
    if problem:
        return {"_id": None}, problem
    return (query | {"_id": bounds} if bounds else query), ""


def _rows(query: dict[str, Any]) -> Iterator[list[Any]]:
    before: ObjectId | None = None
    for _ in range(MOST_EXPORTED // 1000):
        events = audit.list_events(query, before=before, limit=1000)
        yield from map(_columns, events)
        if len(events) < 1000:
            return
        before = events[-1]["_id"]


def _columns(event: dict[str, Any]) -> list[Any]:
    actor, target = event["actor"], event["object"]
    settings = [encode(event.get(name)).decode() for name in ("before", "after", "scope")]
    return [
        event["number"], event["time"], event["environment"], actor.get("name") or actor["id"], actor["kind"],
        event["action"], target["type"], target["id"], target.get("name", ""), event["clinicId"],
        *[text if text != "null" else "" for text in settings],
        event["reason"], event["outcome"], event.get("requestId", ""),
    ]  # fmt: skip
