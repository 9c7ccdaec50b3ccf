"""The plan of a merge as a page, with the form that begins it. That of small clinics is made by each request; of large
ones it takes longer than a page may, so a job makes it and the page shows what the job has kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import clinic_jobs, work_in_progress
from clinic_records.services import access
from kernel import clock, jobs
from kernel.choices import JobState
from kernel.db import Document
from kernel.errors import BadRequest, Conflict, DomainError
from kernel.staff import pages, roles
from kernel.staff.fields import ReasonForm, Typed
from kernel.texts import camel_case
from merges.admin import downloads, plan_content, plan_problems, sizes
from merges.admin.plan_content import Made
from merges.services import audit_trail, in_words, merging, planning, reports

BLOCKED = "the plan does not allow this merge"
CHANGED = "the plan has changed since the page was opened; read it again"
PRESENT = "the merge of these two clinics has begun already"
_KEPT = timedelta(days=1)
WRONG_NAME = "This is not the name of the clinic."


class ConfirmForm(ReasonForm):
    """The names of both clinics, the target's last, and a reason."""

    def __init__(self, *args: Any, made: Made, **options: Any) -> None:
        super().__init__(*args, **options)
        for side in ("source", "target"):
            self.fields[f"typed_{side}"] = Typed(made[side]["name"], wrong=WRONG_NAME)


@dataclass(frozen=True, slots=True)
class Pair:
    """The two clinics of the address."""

    source_id: str
    target_id: str


# --- plans that a job makes -----------------------------------------------------------------------
def _work(task: jobs.Task, _: Sequence[str]) -> jobs.Batch:
    plan = planning.read_plan(source_id=str(task.clinic_id), target_id=str(task.options["target"]))
    jobs.keep_result(task.id, plan_content.made_of(plan), clock.now() + _KEPT)
    return jobs.Batch(1)


PLAN = jobs.add(
    jobs.Kind(
        name="merges.plan",
        title="Plan of a merge",
        action="merge.plan_made",
        sees=(roles.DESTROY,),
        begins=(roles.DESTROY,),
        plan=lambda _: ["plan"],
        work=_work,
        requires=lambda task: reports.require_whole(task.clinic_id, task.options["target"]),
        items="plans",
    )
)


def _of_job(request: HttpRequest, pair: Pair) -> HttpResponseBase:
    """The newest plan that is kept, or how far it is, or the offer to make one."""
    source_id, target_id = planning.parse_pair(pair.source_id, pair.target_id)
    if request.method == "POST" and "make" in request.POST:
        return _begin_job(request, source_id, target_id)
    job = jobs.find_newest(PLAN.name, source_id, {"target": target_id})
    made = jobs.find_result(job["_id"]) if job and not jobs.is_at_work(job) else None
    if made is None:
        if request.method == "POST":
            _record_refusal(request, pair, Conflict(message=CHANGED))
            pages.fail(request, pages.sentence(CHANGED))
        return _awaited(request, pair, job)
    if request.method == "POST":
        return _confirmed(request, pair, made, is_old=True)
    return _page(request, made, ConfirmForm(made=made), is_old=True)


def _begin_job(request: HttpRequest, source_id: ObjectId, target_id: ObjectId) -> HttpResponseBase:
    source, target = map(access.access_clinic, (source_id, target_id))
    begun = clinic_jobs.begin(
        request,
        source,
        PLAN,
        wanted={},
        options={"target": target_id},
        scope={"target": str(target_id)},
        about=f"into {target.get('name') or target_id}",
        reason="",
    )
    job = jobs.find_newest(PLAN.name, source_id, {"target": target_id})
    return pages.go(request.path) if job else begun


def _awaited(request: HttpRequest, pair: Pair, job: Document | None) -> HttpResponseBase:
    clinics = map(access.access_clinic, (pair.source_id, pair.target_id))
    names = [clinic.get("name") or "(clinic without a name)" for clinic in clinics]
    return pages.render(
        request,
        "merges/staff/plan_awaited.html",
        title="Merge {} into {}".format(*names),
        crumbs=_crumbs(pair),
        job=job,
        job_url=reverse("admin:job", args=[job["_id"]]) if job else "",
        is_at_work=bool(job and jobs.is_at_work(job)),
        has_failed=bool(job and job["state"] == JobState.FAILED),
        choose_url=_choose_url(pair),
    )


# --- the page -------------------------------------------------------------------------------------
@pages.page("merges/plan/<str:source_id>/<str:target_id>/", name="merge_plan", needs=roles.DESTROY)
def plan(request: HttpRequest, source_id: str, target_id: str) -> HttpResponseBase:
    pair = Pair(source_id, target_id)
    present = merging.find_present(source_id, target_id)
    if present is not None:
        return _to_present(request, pair, present)
    try:
        if sizes.are_large(source_id, target_id):
            return _of_job(request, pair)
        made = plan_content.made_of(planning.read_plan(source_id=source_id, target_id=target_id))
    except BadRequest as error:
        pages.fail(request, error)
        return pages.go(reverse("admin:merge_choose"))
    if request.method == "POST":
        return _confirmed(request, pair, made)
    return _page(request, made, ConfirmForm(made=made))


def _to_present(request: HttpRequest, pair: Pair, merge: Document) -> HttpResponseBase:
    if request.method == "POST":
        _record_refusal(request, pair, Conflict(message=PRESENT))
    pages.succeed(request, pages.sentence(PRESENT))
    return pages.go(reverse("admin:merge", args=[merge["_id"]]))


def _confirmed(
    request: HttpRequest, pair: Pair, made: Made, *, is_old: bool = False
) -> HttpResponseBase:
    """`is_old`: the plan was made some time ago, and the worker of the merge compares it with the present one."""
    form = ConfirmForm(request.POST, made=made)
    if not made["can_execute"]:
        return _refused(request, pair, made, form, BadRequest(BLOCKED), is_old=is_old)
    if obstacle := _obstacle(made):  # which changes the plan all the time
        return _refused(request, pair, made, form, Conflict(message=obstacle), is_old=is_old)
    if request.POST.get("seen") != made["seen"]:
        form, error = ConfirmForm(made=made), Conflict(message=CHANGED)
        return _refused(request, pair, made, form, error, is_old=is_old)
    if not form.is_valid():
        return _page(request, made, form, is_old=is_old, status=400)
    try:
        merge = merging.request_merge(
            source_id=pair.source_id,
            target_id=pair.target_id,
            requested_by=pages.signature(request),
            reason=form.cleaned_data["reason"],
            numbers={camel_case(name): number for name, number in made["numbers"].items()},
            seen=made["seen"] if is_old else "",
        )
    except DomainError as error:
        return _refused(request, pair, made, form, error, is_old=is_old)
    return pages.go(reverse("admin:merge", args=[merge["_id"]]))


def _refused(
    request: HttpRequest,
    pair: Pair,
    made: Made,
    form: ConfirmForm,
    error: DomainError,
    *,
    is_old: bool,
) -> HttpResponseBase:
    """The plan again, as it is now."""
    _record_refusal(request, pair, error)
    pages.fail(request, error)
    return _page(request, made, form, is_old=is_old, status=error.status)


def _record_refusal(request: HttpRequest, pair: Pair, error: DomainError) -> None:
    source_id, target_id = planning.parse_pair(pair.source_id, pair.target_id)
    audit_trail.record_refusal(
        action=audit_trail.MERGED,
        source_id=source_id,
        target_id=target_id,
        error=error,
        by=pages.signature(request),
    )


def _page(
    request: HttpRequest, made: Made, form: ConfirmForm, *, is_old: bool = False, status: int = 200
) -> HttpResponseBase:
    content = plan_content.shown(
        made,
        sees_patients=pages.has(request, roles.PATIENTS),
        sees_members=pages.has(request, roles.FIND),
    )
    source, target = content["source"], content["target"]
    pages.record_view(
        request,
        action="merge.plan_viewed",
        object_type="clinic",
        object_id=str(target["id"]),
        clinic_id=target["id"],
        scope={"source": str(source["id"]), "patients": plan_content.named_patients(content)},
    )
    pair = Pair(str(source["id"]), str(target["id"]))
    report = "admin:merge_report_job" if is_old else "admin:merge_report"
    sides = (pair.source_id, pair.target_id)
    may_export = all(pages.has(request, permission) for permission in downloads.NEEDS)
    numbers = {camel_case(name): number for name, number in content["numbers"].items()}
    return pages.render(
        request,
        "merges/staff/plan.html",
        title=f"Merge {source['shown_name']} into {target['shown_name']}",
        crumbs=_crumbs(pair),
        plan=content,
        numbers=in_words.number_rows(numbers),
        problems=plan_problems.rows(request, content),
        obstacle=_obstacle(made),
        works=[*_works(request, source), *_works(request, target, is_target=True)],
        parts=content,
        source_name=source["shown_name"],
        target_name=target["shown_name"],
        form=form,
        seen=content["seen"],
        is_old=is_old,
        report_url=reverse(report, args=sides) if may_export else "",
        choose_url=_choose_url(pair),
        status=status,
    )


def _obstacle(made: Made) -> str:
    """What would have a merge refused whatever its plan says, in words."""
    return merging.CREATING if merging.is_creating(made["source"]["id"]) else ""


def _works(
    request: HttpRequest, side: Mapping[str, Any], *, is_target: bool = False
) -> list[dict[str, str]]:
    """Work that is in progress now, and what would become of it."""
    return [
        {
            "title": work.title,
            "state": work.state,
            "clinic": side["shown_name"],
            "url": work.page if all(pages.has(request, one) for one in work.needs) else "",
            "fate": work.if_target if is_target else work.if_source,
        }
        for work in work_in_progress.list_of(side["id"])
    ]


def _crumbs(pair: Pair) -> list[pages.Crumb]:
    return [
        pages.Crumb("Merges", reverse("admin:merges")),
        pages.Crumb("Two clinics", _choose_url(pair)),
    ]


def _choose_url(pair: Pair) -> str:
    return f"{reverse('admin:merge_choose')}?source={pair.source_id}&target={pair.target_id}"
