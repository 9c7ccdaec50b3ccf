"""The audit trail: read, filter, export. These pages cannot change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel import audit, ids, jobs
from kernel.api.rendering import encode
from kernel.choices import AuditOutcome
from kernel.errors import BadRequest, NotFound
from kernel.staff import (
    actions,
    colleagues,
    days,
    exports,
    meant,
    pages,
    paging,
    references,
    roles,
    searches,
)
from kernel.staff.differences import difference
from kernel.staff.exports import Asked, Export
from kernel.staff.meant import Meant

PAGE = 50
HIDDEN = ("object", "actor")  # may be the name or the address of a person
_MEANT = {"clinic": "clinic", "actor": colleagues.KIND, "object": "subject"}  # by field
_WORDS = {"clinic": "In the clinic", "actor": "By", "object": "Concerning"}
_TITLES = {
    **_WORDS, "action": "Action", "outcome": "Outcome", "from": "From day (UTC)", "to": "To day (UTC)",
}  # fmt: skip
_COLUMNS = (
    "number", "time", "environment", "actor", "actor kind", "action", "object type", "object id", "object name",
    "clinic", "before", "after", "scope", "reason", "outcome", "request",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What the page asks for; `problem` is what is wrong with it, if anything. `conditions`: with ids in place of what
    was typed."""

    conditions: Mapping[str, str]
    problem: str
    meant: Mapping[str, Meant]  # by field

    @property
    def query(self) -> dict[str, Any]:
        return {"_id": None} if self.problem else _query_of(self.conditions)


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
        events=references.shown(request, events[:PAGE], names_patients=False),
        older=paging.query_without(request, "before", before=older) if older else "",
        newest=paging.query_without(request, "before") if before else "",
        filters=searches.asked(request),
        export_query=paging.query_without(request, "before"),
        problem=asked.problem,
        meant=[(_WORDS[field], one) for field, one in asked.meant.items()],
        outcomes=AuditOutcome.values,
        actions=actions.WORDS.items(),
    )


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
    (shown,) = references.shown(request, [row], names_patients=True)
    return shown


def _read(request: HttpRequest) -> Filter:
    found = {
        field: meant.read(request, kind, field, hides=HIDDEN) for field, kind in _MEANT.items()
    }
    conditions = {name: request.GET.get(name, "") for name in _TITLES}
    conditions |= {field: one.id for field, one in found.items()}
    _, problem = days.bounds_of_ids(conditions)
    problem = next((one.problem for one in found.values() if one.problem), problem)
    return Filter({name: value for name, value in conditions.items() if value}, problem, found)


def _query_of(conditions: Mapping[str, str]) -> dict[str, Any]:
    bounds, _ = days.bounds_of_ids(conditions)
    query: dict[str, Any] = {"_id": bounds} if bounds else {}
    query |= dict(_condition(field, conditions[field]) for field in _MEANT if conditions.get(field))
    if conditions.get("outcome"):
        query["outcome"] = conditions["outcome"]
    if conditions.get("action"):
        query["action"] = {"$in": actions.codes_of(conditions["action"])}
    return query


def _condition(field: str, value: str) -> tuple[str, Any]:
    if field == "clinic":
        return "clinicId", ids.parse_id(value)
    if field == "actor":
        return ("actor.id" if ids.is_user_id(value) else "actor.name"), value
    if not ids.is_user_id(value):
        return "object.id", value
    return "$or", [{"object.id": value}, {audit.PATIENTS: value}]


# --- the trail as a file --------------------------------------------------------------------------
def _plan(task: jobs.Task) -> list[str]:
    found = audit.list_ids(_query_of(task.wanted), limit=exports.MOST + 1)
    return exports.planned(found)


def _export(_: jobs.Task, items: Sequence[str]) -> jobs.Batch:
    found = audit.list_of_ids(list(map(ObjectId, items)))
    return jobs.Batch(len(found), [_columns(event) for event in found])


EXPORT = jobs.add(
    jobs.Kind(
        name="audit.export",
        title="Export of the audit trail",
        action="audit.export",
        sees=(roles.AUDIT,),
        begins=(roles.AUDIT,),
        plan=_plan,
        work=_export,
        batch=500,
        items="events",
        header=_COLUMNS,
    )
)


def _read_export(request: HttpRequest, _: Mapping[str, str]) -> Asked:
    asked = _read(request)
    if asked.problem:
        raise BadRequest(asked.problem)
    is_whole = not asked.conditions
    count = (
        audit.count_all()
        if is_whole
        else audit.count_events(asked.query, most=exports.MOST_AT_ONCE + 1)
    )
    is_more = not is_whole and count > exports.MOST_AT_ONCE
    return Asked(
        name="audit-trail",
        count=exports.MOST_AT_ONCE if is_more else count,
        is_more=is_more,
        is_about=is_whole and count > exports.MOST_AT_ONCE,
        names=list(asked.conditions),
        wanted=asked.conditions,
        narrowed=_narrowed(asked),
        about=[_TITLES[name].lower() for name in asked.conditions],
        order="Newest first",
        scope={"filter": urlencode(asked.conditions)},
        crumbs=[pages.Crumb("Audit trail", reverse("admin:audit"))],
    )


def _narrowed(asked: Filter) -> list[tuple[str, str]]:
    """In words; people, who may be patients, by their ids."""
    words = dict(asked.conditions)
    if "clinic" in words:
        words["clinic"] = asked.meant["clinic"].name or words["clinic"]
    if "action" in words:
        words["action"] = actions.in_words(words["action"])
    return [(_TITLES[name], value) for name, value in words.items()]


exports.add(
    Export(
        kind=EXPORT,
        read=_read_export,
        list_page="audit",
        rows="the audit trail",
        object_type="auditTrail",
    ),
    route="audit/export",
    name="audit_export",
    hides=HIDDEN,
)


def _columns(event: dict[str, Any]) -> list[Any]:
    actor, target = event["actor"], event["object"]
    settings = [encode(event.get(name)).decode() for name in ("before", "after", "scope")]
    return [
        event["number"], event["time"], event["environment"], actor.get("name") or actor["id"], actor["kind"],
        event["action"], target["type"], target["id"], target.get("name", ""), event["clinicId"],
        *[text if text != "null" else "" for text in settings],
        event["reason"], event["outcome"], event.get("requestId", ""),
    ]  # fmt: skip
