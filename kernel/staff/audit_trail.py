"""The audit trail: read, filter, export. These pages cannot change it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel import audit, ids
from kernel.api.rendering import encode
from kernel.choices import AuditOutcome
from kernel.errors import NotFound
from kernel.staff import (
    actions,
    colleagues,
    days,
    exports,
    meant,
    pages,
    paging,
    roles,
    searches,
    subjects,
)
from kernel.staff.differences import difference
from kernel.staff.meant import Meant

PAGE = 50
MOST_EXPORTED = 100_000
HIDDEN = ("object", "actor")  # may be the name or the address of a person
_MEANT = {"clinic": "clinic", "actor": colleagues.KIND, "object": "subject"}  # by field
_WORDS = {"clinic": "In the clinic", "actor": "By", "object": "Concerning"}
_COLUMNS = (
    "number", "time", "environment", "actor", "actor kind", "action", "object type", "object id", "object name",
    "clinic", "before", "after", "scope", "reason", "outcome", "request",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What the page asks for; `problem` is what is wrong with it, if anything."""

    query: dict[str, Any]
    problem: str
    meant: Mapping[str, Meant]  # by field


@pages.page("audit/", name="audit", needs=roles.AUDIT, hides=HIDDEN)
def trail(request: HttpRequest) -> HttpResponseBase:
    asked = _read(request)
    before = ids.parse_id(request.GET.get("before", ""))
    events = audit.list_events(asked.query, before=before, limit=PAGE + 1)
    older = str(events[PAGE - 1]["_id"]) if len(events) > PAGE else ""
    return pages.render(
        request,
        "staff/audit/list.html",
        title="Audit trail",
        events=subjects.with_clinics(request, subjects.named(request, events[:PAGE])),
        older=paging.query_without(request, "before", before=older) if older else "",
        newest=paging.query_without(request, "before") if before else "",
        filters=searches.asked(request),
        export_query=paging.query_without(request, "before"),
        problem=asked.problem,
        meant=[(_WORDS[field], one) for field, one in asked.meant.items()],
        outcomes=AuditOutcome.values,
        actions=actions.WORDS.items(),
    )


@pages.page(
    "audit/export.csv", name="audit_export", needs=roles.AUDIT, hides=HIDDEN, begins_at="audit"
)
def export(request: HttpRequest) -> HttpResponseBase:
    asked = _read(request)
    if asked.problem:
        pages.fail(request, asked.problem)
        return pages.go(f"{reverse('admin:audit')}?{request.GET.urlencode()}")
    audit.record(
        action="audit.export",
        object_type="auditTrail",
        object_id="",
        scope={"filter": urlencode(_in_words(request, asked)), "mostRows": MOST_EXPORTED},
        **pages.actor(request),
    )
    return exports.as_csv("audit-trail", _COLUMNS, _rows(asked.query))


def _in_words(request: HttpRequest, asked: Filter) -> dict[str, str]:
    """Without what was typed to find a person."""
    in_address = {name: value for name, value in request.GET.dict().items() if name != searches.KEY}
    return in_address | {field: one.id for field, one in asked.meant.items() if one.id}


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
        event=_of_page(request, event_row),
        difference=difference(event_row.get("before"), event_row.get("after")),
        intact=audit.is_intact(event_row),
    )


def _of_page(request: HttpRequest, row: dict[str, Any]) -> dict[str, Any]:
    (shown,) = subjects.with_clinics(request, subjects.named(request, [row], alone=True))
    return shown


def _read(request: HttpRequest) -> Filter:
    found = {
        field: meant.read(request, kind, field, hides=HIDDEN) for field, kind in _MEANT.items()
    }
    bounds, problem = days.bounds_of_ids(request)
    problem = next((one.problem for one in found.values() if one.problem), problem)
    if problem:
        return Filter({"_id": None}, problem, found)
    query: dict[str, Any] = {"_id": bounds} if bounds else {}
    query |= dict(_condition(field, one.id) for field, one in found.items() if one.id)
    if request.GET.get("outcome"):
        query["outcome"] = request.GET["outcome"]
    if request.GET.get("action"):
        query["action"] = {"$in": actions.codes_of(request.GET["action"])}
    return Filter(query, "", found)


def _condition(field: str, value: str) -> tuple[str, Any]:
    if field == "clinic":
        return "clinicId", ids.parse_id(value)
    if field == "actor":
        return ("actor.id" if ids.is_user_id(value) else "actor.name"), value
    return "object.id", value


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
