"""Work on many patients of a clinic: ask for it, read whom the dry run has found, say yes with a reason, and watch."""

from collections.abc import Callable, Mapping
from typing import Any

from bson import ObjectId
from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes, frame, readable_clinics, work_in_progress
from clinic_records.services import access
from ehr.admin import names
from ehr.choices import BulkState
from ehr.services import bulk
from ehr.services.bulk import Work
from kernel.choices import AuditOutcome
from kernel.db import Document
from kernel.errors import DomainError
from kernel.staff import job_pages, pages, paging, roles
from kernel.staff.fields import ReasonForm, StaffForm
from kernel.staff.subjects import KINDS, Kind, in_clinic
from kernel.templatetags.staff import pluralized

BEGUN, STOPPED = "ehr.bulk_run_begun", "ehr.bulk_run_stopped"
OBJECT = "ehrBulkRun"
KINDS[OBJECT] = Kind(roles.INTEGRATION, address=in_clinic("admin:ehr_bulk_run", roles.INTEGRATION))
_DEFAULT = 20
_PARTS = job_pages.Parts(
    "ehr/staff/_bulk_rows.html",
    "Patients",
    progress="ehr/staff/_bulk_progress.html",
    change="ehr/staff/_bulk_change.html",
)
_ROUTE = "clinics/<str:clinic_id>/ehr/bulk/"
_STATES = dict(BulkState.choices)
_COLOURS = {BulkState.DONE: "good", BulkState.STOPPED: "bad", BulkState.PROPOSED: "warn"}

job_pages.add_elsewhere(
    job_pages.Elsewhere("Work on many patients", "ehr_bulk", roles.INTEGRATION, is_of_clinic=True)
)


def _in_progress(clinic_id: ObjectId) -> list[work_in_progress.Work]:
    """The settings by which a run works are gone with the source of a merge, and whom it is about was decided before
    others came into the target."""
    return [
        work_in_progress.Work(
            title=bulk.WORKS[run["kind"]].title if run["kind"] in bulk.WORKS else run["kind"],
            state=str(_STATES.get(run["state"], run["state"])),
            page=reverse("admin:ehr_bulk_run", args=[clinic_id, run["_id"]]),
            needs=(roles.INTEGRATION,),
            if_source="It waits while the merge runs. Afterwards it ends with the clinic: what was done stays, and the "
            "rest is not done.",
            if_target="It goes on, for the patients whom it has found: those who come with the merge are not among "
            "them.",
        )
        for run in bulk.list_unfinished(clinic_id)
    ]


work_in_progress.add(_in_progress)


class BulkForm(StaffForm):
    """What all such work asks for; a kind may ask for more, and makes `options` of it."""

    limit = forms.IntegerField(
        label="At most so many patients",
        min_value=1,
        max_value=bulk.MOST_PATIENTS,
        initial=_DEFAULT,
    )

    def __init__(self, request: HttpRequest, clinic_id: ObjectId, data: Any, **shown: Any) -> None:
        super().__init__(data, **shown)
        self.request, self.clinic_id = request, clinic_id

    def options(self) -> Mapping[str, Any]:
        return {}


_FORMS: dict[str, type[BulkForm]] = {}


def add_form(kind: str, form: type[BulkForm]) -> None:
    _FORMS[kind] = form


@pages.page(_ROUTE, name="ehr_bulk", needs=roles.INTEGRATION)
def choose(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    stored = access.access_clinic(clinic_id)
    clinic, works = readable_clinics.clinic(stored), bulk.works_of(stored)
    form = None
    if request.method == "POST":
        work = next((work for work in works if work.kind == request.POST.get("kind")), None)
        if work is not None:
            form = _form(request, clinic["_id"], work, request.POST)
            if form.is_valid():
                return _look(request, clinic, work, form)
    return pages.render(
        request,
        "ehr/staff/bulk.html",
        title="Work on many patients",
        crumbs=frame.crumbs_of(clinic),
        clinic_id=str(clinic["_id"]),
        works=[
            {"work": work, "form": form or _form(request, clinic["_id"], work)} for work in works
        ],
        runs=[_row(run) for run in bulk.list_runs(clinic["_id"])],
        status=400 if form is not None else 200,
    )


def _form(request: HttpRequest, clinic_id: ObjectId, work: Work, data: Any = None) -> BulkForm:
    form_class = _FORMS.get(work.kind, BulkForm)
    return form_class(request, clinic_id, data, auto_id=f"{work.kind}_%s")


def _look(request: HttpRequest, clinic: Document, work: Work, form: BulkForm) -> HttpResponseBase:
    """The dry run changes nothing, and who is named on its page is recorded there."""
    clinic_id = str(clinic["_id"])
    try:
        run_id = bulk.look(
            clinic_id=clinic["_id"],
            kind=work.kind,
            options=form.options(),
            limit=form.cleaned_data["limit"],
            asked_by=_actor(request),
        )
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(reverse("admin:ehr_bulk", args=[clinic_id]))
    return pages.go(reverse("admin:ehr_bulk_run", args=[clinic_id, run_id]))


def _actor(request: HttpRequest) -> dict[str, str]:
    return {name: str(value) for name, value in pages.actor(request).items()}


@pages.page(f"{_ROUTE}<str:bulk_id>/", name="ehr_bulk_run", needs=roles.INTEGRATION)
def run(request: HttpRequest, clinic_id: str, bulk_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    selected = bulk.access_run(clinic_id, bulk_id)
    parts = _moving_parts(request, selected)
    names.add_names(request, parts["rows"])
    poll = reverse("admin:ehr_bulk_progress", args=[clinic_id, bulk_id])
    return job_pages.render(
        request,
        _PARTS,
        title=_title(selected),
        crumbs=[
            *frame.crumbs_of(clinic),
            pages.Crumb("Work on many patients", reverse("admin:ehr_bulk", args=[clinic_id])),
        ],
        poll=f"{poll}?{names.poll_query(request, parts['rows'])}",
        **parts,
    )


@pages.page(f"{_ROUTE}<str:bulk_id>/progress", name="ehr_bulk_progress", needs=roles.INTEGRATION)
def progress(request: HttpRequest, clinic_id: str, bulk_id: str) -> HttpResponseBase:
    context = _moving_parts(request, bulk.access_run(clinic_id, bulk_id))
    seen = names.mark(request, context["rows"])
    names.add_names(request, context["rows"], is_recorded=seen == request.GET.get("seen"))
    return job_pages.render_parts(request, _PARTS, context)


@pages.page(
    f"{_ROUTE}<str:bulk_id>/begin", name="ehr_bulk_begin", needs=roles.INTEGRATION, posts_only=True
)
def begin(request: HttpRequest, clinic_id: str, bulk_id: str) -> HttpResponseBase:
    """What was asked for and for whom is one event, in the transaction that begins it."""
    selected = bulk.access_run(clinic_id, bulk_id)
    return _change(
        request,
        selected,
        action=BEGUN,
        outcome=AuditOutcome.BEGUN,
        change=lambda reason: bulk.begin(selected, asked_by=_actor(request), reason=reason),
        done="Workers have begun.",
    )


@pages.page(
    f"{_ROUTE}<str:bulk_id>/stop", name="ehr_bulk_stop", needs=roles.INTEGRATION, posts_only=True
)
def stop(request: HttpRequest, clinic_id: str, bulk_id: str) -> HttpResponseBase:
    selected = bulk.access_run(clinic_id, bulk_id)
    return _change(
        request,
        selected,
        action=STOPPED,
        outcome=AuditOutcome.DONE,
        change=lambda _: bulk.stop(selected),
        done="It is stopped. What was done stays.",
    )


def _change(
    request: HttpRequest,
    run: Document,
    *,
    action: str,
    outcome: str,
    change: Callable[[str], None],
    done: str,
) -> HttpResponseBase:
    clinic_id, run_id = str(run["clinicId"]), str(run["_id"])
    back = reverse("admin:ehr_bulk_run", args=[clinic_id, run_id])
    form = ReasonForm(request.POST)
    if not form.is_valid():
        pages.fail(request, form.first_error)
        return pages.go(back)
    reason = form.cleaned_data["reason"]

    def apply() -> None:
        change(reason)
        changes.record(
            request,
            clinic=access.access_clinic(clinic_id),
            action=action,
            object_type=OBJECT,
            object_id=run_id,
            object_name=_title(run),
            scope=_scope(run),
            reason=reason,
            outcome=outcome,
        )

    try:
        changes.guarded(
            request,
            clinic_id=clinic_id,
            action=action,
            reason=reason,
            change=apply,
            subject=changes.Subject(OBJECT, run_id),
            requested={"kind": run["kind"]},
        )
    except DomainError as error:
        pages.fail(request, error)
    else:
        pages.succeed(request, done)
    return pages.go(back)


def _scope(run: Document) -> dict[str, Any]:
    return {
        "kind": run["kind"],
        "limit": run["limit"],
        "patients": bulk.planned_patients(run),
        **{name: value for name, value in run["options"].items() if value},
    }


# --- parts of the pages ---------------------------------------------------------------------------
def _moving_parts(request: HttpRequest, run: Document) -> dict[str, Any]:
    number, size = paging.requested(request)
    first = (number - 1) * size
    items = run["items"][first : first + size]
    return {
        "clinic_id": str(run["clinicId"]),
        "row": _row(run),
        "rows": [_item(run, item) for item in items],
        "paging": paging.paging(request, shown=len(items), total=len(run["items"])),
        "more_left_out": run["leftOut"] - sum(not item["isPlanned"] for item in run["items"]),
        "can_begin": bulk.can_begin(run),
        "words_of_begin": _words_of_begin(run),
        "can_stop": bulk.can_stop(run),
        "form": ReasonForm(),
    }


def _words_of_begin(run: Document) -> str:
    patients = pluralized(run["planned"], "patient")
    return (
        f"{_title(run)}: this is done for the {patients} who are planned below, as far as it still applies to each. "
        "It goes on in the background."
    )


def _row(run: Document) -> dict[str, Any]:
    state = run["state"]
    done = run.get("items", ())
    settled = sum("outcome" in item for item in done)
    return {
        "id": str(run["_id"]),
        "title": _title(run),
        "state": _STATES.get(state, state),
        "colour": _COLOURS.get(state, "wait"),
        "is_looking": state == BulkState.LOOKING,
        "is_proposed": state == BulkState.PROPOSED,
        "is_settled": not bulk.is_at_work(run),
        "was_begun": bool(run["reason"]),
        "planned": run["planned"],
        "left_out": run["leftOut"],
        "succeeded": run["succeeded"],
        "settled": settled,
        "width": round(100 * settled / max(run["planned"], 1), 1),
        "limit": run["limit"],
        "problem": run["problem"],
        "reason": run["reason"],
        "who": run["askedBy"].get("actor_name", ""),
        "created": run["createdTime"],
        "updated": run["updatedTime"],
        "ended": run.get("endedTime"),
    }


def _title(run: Document) -> str:
    work = bulk.WORKS.get(run["kind"])
    return work.title if work else str(run["kind"])


def _item(run: Document, item: Document) -> dict[str, Any]:
    return {
        "clinic_id": run["clinicId"],
        "user_id": item["userId"],
        "plan": item["plan"],
        "is_planned": item["isPlanned"],
        "outcome": item.get("outcome", ""),
        "is_done": item.get("isDone", False),
    }
