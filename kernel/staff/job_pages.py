"""Jobs: which there are, how far each is, its file. What a job is about decides who sees it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from kernel import audit, db, ids, jobs, outbox
from kernel.choices import ActorKind, AuditOutcome, Failure, JobState
from kernel.db import Document
from kernel.errors import Conflict, DomainError, Forbidden, NotFound
from kernel.jobs import store
from kernel.jobs.files import FORMATS, TYPES
from kernel.jobs.running import FETCHED, OBJECT, list_line
from kernel.staff import meant, pages, paging, roles, subjects
from kernel.staff.fields import ReasonForm
from kernel.staff.meant import Meant

CANCELED, STARTED_AGAIN = "job.canceled", "job.started_again"
OTHERS = "the file is for the person who asked for it"
GONE = "the file was fetched already, or has expired"
IN_LINE = "waits for its turn"
IN_MERGE = "waits for the end of a merge"
STATES = dict(JobState.choices)
HELD = "held"  # as the list is filtered: in whatever state the job is
_OTHER_ASKERS = {ActorKind.USER.value: "Account", ActorKind.SERVICE.value: "Service"}
_BESIDE = {
    "id": "_id",
    "created": "createdTime",
    **{name: name for name in ("about", "done", "total")},
}
_MOST_IN_LINE = 50
_MOST_LINES = 100
_COLOURS = {JobState.DONE: "good", JobState.FAILED: "bad", JobState.CANCELED: "warn"}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Work in the background that has pages of its own: of all clinics, or of one."""

    title: str
    page: str
    needs: str
    is_of_clinic: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """The templates of the parts of a page about work in the background, which are reloaded while it is at work, and
    the title of the last. `details`: what became of whom, or the log."""

    details: str
    title: str
    progress: str = "staff/jobs/_progress.html"
    change: str = "staff/jobs/_change.html"


_JOB = Parts("staff/jobs/_log.html", "Log")
_ELSEWHERE: list[Elsewhere] = []


def add_elsewhere(link: Elsewhere) -> None:
    _ELSEWHERE.append(link)


@pages.page("jobs/", name="jobs", needs=roles.FIND, or_needs=roles.AUDIT)
def listing(request: HttpRequest) -> HttpResponseBase:
    kinds, clinic = _visible_kinds(request), meant.read(request, "clinic", "clinic")
    query = _query(request, list(kinds), clinic)
    number, size = paging.requested(request)
    is_clear = not clinic.problem
    found = store.list_newest(query, skip=(number - 1) * size, limit=size) if is_clear else []
    return pages.render(
        request,
        "staff/jobs/list.html",
        title="Jobs",
        rows=_rows(request, found),
        paging=paging.paging(
            request, shown=len(found), total=store.count(query) if is_clear else 0
        ),
        kinds=[(name, kind.title) for name, kind in kinds.items()],
        states=[*STATES.items(), (HELD, IN_MERGE)],
        chosen=request.GET,
        clinic=clinic,
        elsewhere=_links(request, clinic),
    )


def _visible_kinds(request: HttpRequest) -> dict[str, jobs.Kind]:
    return {name: kind for name, kind in jobs.KINDS.items() if _has_all(request, kind.sees)}


def _has_all(request: HttpRequest, permissions: Sequence[str]) -> bool:
    return all(pages.has(request, permission) for permission in permissions)


def _query(request: HttpRequest, kinds: list[str], clinic: Meant) -> dict[str, Any]:
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    query: dict[str, Any] = {"kind": kind if kind in kinds else {"$in": kinds}}
    if state in STATES:
        query["state"] = state
    if state == HELD:
        query["_id"] = {"$in": jobs.list_held()}
    if clinic.id:
        query["clinicId"] = ids.parse_id(clinic.id)
    return query


def _links(request: HttpRequest, clinic: Meant) -> list[dict[str, str]]:
    clinic_id = ids.parse_id(clinic.id)
    shown = (
        link
        for link in _ELSEWHERE
        if pages.has(request, link.needs) and (clinic_id or not link.is_of_clinic)
    )
    return [{"title": link.title, "url": _url(link, clinic_id)} for link in shown]


def _url(link: Elsewhere, clinic_id: ObjectId | None) -> str:
    return reverse(f"admin:{link.page}", args=[clinic_id] if link.is_of_clinic else [])


@pages.page("jobs/<str:job_id>/", name="job", needs=roles.FIND, or_needs=roles.AUDIT)
def page(request: HttpRequest, job_id: str) -> HttpResponseBase:
    job = _access(request, job_id, name="job")
    return render(
        request,
        _JOB,
        title=_title(job),
        crumbs=[pages.Crumb("Jobs", reverse("admin:jobs"))],
        poll=reverse("admin:job_progress", args=[job_id]),
        **_moving_parts(request, job),
    )


def render(
    request: HttpRequest, parts: Parts, *, title: str, poll: str, **context: Any
) -> HttpResponseBase:
    """A page about work in the background. `poll`: the address of its parts, as `render_parts` gives them."""
    return pages.render(
        request, "staff/jobs/job.html", title=title, poll=poll, parts=parts, **context
    )


def render_parts(request: HttpRequest, parts: Parts, context: dict[str, Any]) -> HttpResponse:
    context = {**context, "parts": parts, "may": pages.Permissions(request)}
    return HttpResponse(render_to_string("staff/jobs/_parts.html", context, request))


@pages.page(
    "jobs/<str:job_id>/progress", name="job_progress", needs=roles.FIND, or_needs=roles.AUDIT
)
def progress(request: HttpRequest, job_id: str) -> HttpResponseBase:
    """The parts of the page that are reloaded while the job is at work."""
    job = _access(request, job_id, name="job_progress")
    return render_parts(request, _JOB, _moving_parts(request, job))


def _access(request: HttpRequest, job_id: str, *, name: str) -> Document:
    """Raises NotFound. A job of a kind that this version does not know is shown to no one."""
    try:
        job = jobs.access(job_id)
    except NotFound as error:
        raise pages.Unreadable(message=error.message) from None
    if job["kind"] not in jobs.KINDS:
        raise NotFound
    _require(request, job, jobs.KINDS[job["kind"]].sees, name=name)
    return job


def _require(request: HttpRequest, job: Document, permissions: Sequence[str], *, name: str) -> None:
    of_job = {"job_id": str(job["_id"])}
    if job["clinicId"]:
        of_job["clinic_id"] = str(job["clinicId"])
    for permission in permissions:
        pages.require(request, permission, name=name, **of_job)


@pages.page(
    "jobs/<str:job_id>/cancel",
    name="job_cancel",
    needs=roles.FIND,
    or_needs=roles.AUDIT,
    posts_only=True,
)
def cancel(request: HttpRequest, job_id: str) -> HttpResponseBase:
    job = _access_to_change(request, job_id, name="job_cancel")
    return _change(request, job, CANCELED, jobs.cancel, f"It is canceled. {_what_stays(job)}")


@pages.page(
    "jobs/<str:job_id>/again",
    name="job_again",
    needs=roles.FIND,
    or_needs=roles.AUDIT,
    posts_only=True,
)
def start_again(request: HttpRequest, job_id: str) -> HttpResponseBase:
    job = _access_to_change(request, job_id, name="job_again")
    answer = _change(request, job, STARTED_AGAIN, jobs.start_again, "It goes on where it ended.")
    outbox.nudge()
    return answer


def _access_to_change(request: HttpRequest, job_id: str, *, name: str) -> Document:
    job = _access(request, job_id, name=name)
    _require(request, job, jobs.KINDS[job["kind"]].begins, name=name)
    return job


@pages.page(
    "jobs/<str:job_id>/file",
    name="job_file",
    needs=roles.FIND,
    or_needs=roles.AUDIT,
    posts_only=True,
)
def fetch(request: HttpRequest, job_id: str) -> HttpResponseBase:
    """The file, once, for the person who asked for it. It is posted for: a browser that reads ahead would use it up."""
    job = _access(request, job_id, name="job_file")
    pieces: list[Iterable[bytes]] = []

    def apply() -> None:
        if not _is_own(request, job):
            raise Forbidden(message=OTHERS)
        if job.get("file") and not jobs.is_ready(job):
            raise Conflict(message=GONE)
        pieces[:] = [jobs.fetch(job["_id"])]
        _record(request, job, FETCHED)

    try:
        db.run_in_transaction(apply)
    except DomainError as error:
        return _refused(request, job, FETCHED, error)
    chosen = job["options"]["format"]
    response = StreamingHttpResponse(pieces[0], content_type=TYPES[chosen])
    name = f"{job['options']['name']}.{chosen}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Length"] = str(job["file"]["size"])
    return response


def _who(job: Document, names: Mapping[subjects.Key, str]) -> str:
    """Members have the name by which their clinic knows them; other accounts and services have none here."""
    asked_by = job["askedBy"]
    kind = _OTHER_ASKERS.get(asked_by.get("actor_kind", ""), "")
    name = asked_by.get("actor_name") or names.get(_asker(job))
    return name or f"{kind} {asked_by.get('actor_id', '')}".strip()


def _asker(job: Document) -> subjects.Key:
    return job["clinicId"], job["askedBy"].get("actor_id", "")


def _member(asked_by: Mapping[str, str]) -> str:
    """The account, if it is a member of the clinic who has asked."""
    is_account = asked_by.get("actor_kind") == ActorKind.USER
    return asked_by.get("actor_id", "") if is_account else ""


def _is_own(request: HttpRequest, job: Document) -> bool:
    return bool(job["askedBy"].get("actor_id") == str(request.user.pk))


def _change(
    request: HttpRequest,
    job: Document,
    action: str,
    change: Callable[..., Document],
    done: str,
) -> HttpResponseBase:
    """With a reason, and the event in the same transaction."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        pages.fail(request, form.first_error)
        return pages.go(_page_of(job))

    def apply() -> None:
        changed = change(job, by=request.user.get_username())
        _record(request, changed, action, reason=form.cleaned_data["reason"])

    try:
        db.run_in_transaction(apply)
    except DomainError as error:
        return _refused(request, job, action, error)
    pages.succeed(request, done)
    return pages.go(_page_of(job))


def _refused(
    request: HttpRequest, job: Document, action: str, error: DomainError
) -> HttpResponseBase:
    _record(request, job, action, outcome=AuditOutcome.REFUSED)
    pages.fail(request, error)
    return pages.go(_page_of(job))


def _record(request: HttpRequest, job: Document, action: str, **fields: Any) -> None:
    audit.record(
        action=action,
        object_type=OBJECT,
        object_id=str(job["_id"]),
        clinic_id=job["clinicId"],
        scope={name: job[name] for name in ("kind", "total", "done")},
        **fields,
        **pages.actor(request),
    )


def _page_of(job: Document) -> str:
    return reverse("admin:job", args=[job["_id"]])


def _what_stays(job: Document) -> str:
    """What is left of a job that ends before all is done."""
    kind = jobs.KINDS[job["kind"]]
    if kind.makes_file and kind.create is None:
        return "No file is made."
    return "What was done stays; nothing more is done."


# --- parts of the pages ---------------------------------------------------------------------------
def _moving_parts(request: HttpRequest, job: Document) -> dict[str, Any]:
    may_change = _has_all(request, jobs.KINDS[job["kind"]].begins)
    (row,) = _rows(request, [job])
    return {
        "row": {
            **row,
            **_file(job),
            "log": job["log"][::-1],
            "stays": _what_stays(job),
            "narrowed": job.get("narrowed") or [],
            "typed": jobs.find_typed(job["_id"]) or "",
            **_left_out(request, job),
            **_turns(job, row["state"]),
        },
        "can_cancel": may_change and jobs.can_cancel(job),
        "can_start_again": may_change and jobs.can_start_again(job),
        "can_fetch": jobs.is_ready(job) and _is_own(request, job),
        "form": ReasonForm(),
    }


def _rows(request: HttpRequest, found: Sequence[Document]) -> list[dict[str, Any]]:
    unnamed = [_asker(job) for job in found if job["askedBy"].get("actor_kind") in _OTHER_ASKERS]
    names = subjects.names_of_members(request, unnamed)
    return [{**_row(job), "who": _who(job, names)} for job in found]


def _row(job: Document) -> dict[str, Any]:
    state = job["state"]
    return {
        "id": str(job["_id"]),
        "title": _title(job),
        "about": job["about"],
        "clinic_id": str(job["clinicId"] or ""),
        "clinic": job["clinicName"] or str(job["clinicId"] or ""),
        "state": IN_MERGE if jobs.is_held(job) else STATES.get(state, state),
        "colour": _COLOURS.get(state, "wait"),
        "is_settled": not jobs.is_at_work(job),
        "total": job["total"],
        "done": job["done"],
        "succeeded": job["succeeded"],
        "width": round(100 * job["done"] / max(job["total"], 1), 1),
        "problem": job["problem"],
        "reason": job["reason"],
        "member": _member(job["askedBy"]),
        "is_of_staff": job["askedBy"].get("actor_kind") == ActorKind.STAFF,
        "created": job["createdTime"],
        "updated": job["updatedTime"],
        "ended": job.get("endedTime"),
    }


def _turns(job: Document, state: str) -> dict[str, Any]:
    """The clinic's jobs of its kind, which take turns with it and are seen by the same people, in the order of their
    turns; and whose turn it is, as far as there are others."""
    others, own = _others_at_work(job), str(job["_id"])
    events = list_line(job, limit=_MOST_IN_LINE) if jobs.is_at_work(job) else []
    waits = _why_it_waits(events, own)
    if not others:
        return {"beside": [], "waits": waits, "state": IN_MERGE if waits else state}
    order = list(dict.fromkeys(event["payload"]["jobId"] for event in events))
    working = order[0] if events and events[0]["state"] == outbox.CLAIMED else ""

    def place(job_id: str) -> int:
        return order.index(job_id) if job_id in order else len(order)

    others.sort(key=lambda other: place(str(other["_id"])))
    return {
        "beside": [
            {name: other[stored] for name, stored in _BESIDE.items()}
            | {"has_turn": str(other["_id"]) == working}
            for other in others
        ],
        "has_turn": own == working,
        "before": place(own),
        "waits": waits,
        "state": IN_MERGE if waits else state if own == working else IN_LINE,
    }


def _why_it_waits(events: Sequence[Document], own: str) -> str:
    """What the outbox has noted at the last try, in words; nothing of failures, which are tried again."""
    tries = (event.get("lastError") for event in events if event["payload"]["jobId"] == own)
    noted = next(tries, None)
    return Failure.CLINIC_HELD.label if noted == Failure.CLINIC_HELD else ""


def _others_at_work(job: Document) -> list[Document]:
    found = jobs.list_at_work(job["clinicId"], job["kind"]) if jobs.is_at_work(job) else []
    return [other for other in found if other["_id"] != job["_id"]]


def _left_out(request: HttpRequest, job: Document) -> dict[str, Any]:
    kind, entries = jobs.KINDS[job["kind"]], job.get("leftOut") or []
    if kind.by_line:
        return {"lines": _lines(entries)}
    return {"left_out": _named(request, job, kind, entries)}


def _lines(entries: Sequence[Document]) -> dict[str, Any]:
    """The first of those that were left out, each with the reason; the file of the job has all of them."""
    reasons: dict[int, list[str]] = {}
    for entry in entries:
        for line in map(int, entry["items"]):
            reasons.setdefault(line, []).append(entry["words"])
    count = sum(entry["count"] for entry in entries)
    shown = sorted(reasons.items())[:_MOST_LINES]
    return {
        "count": count,
        "shown": [(line, ", ".join(map(pages.in_words, words))) for line, words in shown],
        "more": count - len(shown),
    }


def _named(
    request: HttpRequest, job: Document, kind: jobs.Kind, entries: Sequence[Document]
) -> list[dict[str, Any]]:
    """Named when the job has ended: parts of a page that reload themselves would be looks, each time."""
    ids_ = [item for entry in entries for item in entry["items"]]
    names: Mapping[str, str] = {}
    if ids_ and kind.page and not jobs.is_at_work(job):
        names = kind.names(job["clinicId"], ids_)
        if names and kind.items == jobs.PATIENTS:
            pages.record_view_of_patients(
                request, clinic_id=job["clinicId"], user_ids=list(names), searched=False
            )
    return [
        {
            "words": entry["words"],
            "count": entry["count"],
            "page": f"admin:{kind.page}" if kind.page else "",
            "who": [(item, names.get(item)) for item in entry["items"]] if kind.page else [],
            "more": entry["count"] - len(entry["items"]) if entry["items"] else 0,
        }
        for entry in entries
    ]


def _file(job: Document) -> dict[str, Any]:
    file = job.get("file") or {}
    return {
        "file": file,
        "format": FORMATS.get(job["options"].get("format", ""), ""),
        "kilobytes": file.get("size", 0) // 1024 + 1,
        "is_ready": jobs.is_ready(job),
    }


def _title(job: Document) -> str:
    return jobs.KINDS[job["kind"]].title
