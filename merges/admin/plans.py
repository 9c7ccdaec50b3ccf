"""The plan of a merge as a page, with the form that begins it. A plan takes seconds: each request reads it once."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import CharField, TextInput
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes
from kernel import texts
from kernel.db import Document
from kernel.errors import BadRequest, Conflict, DomainError
from kernel.staff import pages, roles
from kernel.staff.fields import ReasonForm
from merges.admin import downloads, plan_parts, plan_problems
from merges.plan.model import MergePlan
from merges.services import audit_trail, in_words, merging, planning

BLOCKED = "the plan does not allow this merge"
CHANGED = "the plan has changed since the page was opened; read it again"
PRESENT = "the merge of these two clinics has begun already"
WRONG_NAME = "This is not the name of the clinic."


class ConfirmForm(ReasonForm):
    """The names of both clinics, the target's last, and a reason."""

    def __init__(self, *args: Any, plan: MergePlan, **options: Any) -> None:
        super().__init__(*args, **options)
        self._names = {"typed_source": plan.source.name, "typed_target": plan.target.name}
        for field, name in self._names.items():
            attrs = {"autocomplete": "off", "data-must-equal": texts.name(name)}
            self.fields[field] = CharField(widget=TextInput(attrs=attrs))

    def clean_typed_source(self) -> str:
        return self._clean_name("typed_source")

    def clean_typed_target(self) -> str:
        return self._clean_name("typed_target")

    def _clean_name(self, field: str) -> str:
        typed: str = self.cleaned_data[field]
        if texts.name(typed) != texts.name(self._names[field]):
            raise ValidationError(WRONG_NAME)
        return typed


@dataclass(frozen=True, slots=True)
class Pair:
    """The two clinics of the address."""

    source_id: str
    target_id: str


@pages.page("merges/plan/<str:source_id>/<str:target_id>/", name="merge_plan", needs=roles.DESTROY)
def plan(request: HttpRequest, source_id: str, target_id: str) -> HttpResponseBase:
    pair = Pair(source_id, target_id)
    present = merging.find_present(source_id, target_id)
    if present is not None:
        return _to_present(request, pair, present)
    try:
        read = planning.read_plan(source_id=source_id, target_id=target_id)
    except BadRequest as error:
        pages.fail(request, error)
        return pages.go(reverse("admin:merge_choose"))
    if request.method == "POST":
        return _confirmed(request, pair, read)
    return _page(request, read, ConfirmForm(plan=read))


def _to_present(request: HttpRequest, pair: Pair, merge: Document) -> HttpResponseBase:
    if request.method == "POST":
        _record_refusal(request, pair, Conflict(message=PRESENT))
    pages.succeed(request, pages.sentence(PRESENT))
    return pages.go(reverse("admin:merge", args=[merge["_id"]]))


def _confirmed(request: HttpRequest, pair: Pair, plan: MergePlan) -> HttpResponseBase:
    form = ConfirmForm(request.POST, plan=plan)
    if not plan.can_execute:
        return _refused(request, pair, plan, form, BadRequest(BLOCKED))
    if request.POST.get("seen") != fingerprint(plan):
        return _refused(request, pair, plan, ConfirmForm(plan=plan), Conflict(message=CHANGED))
    if not form.is_valid():
        return _page(request, plan, form, status=400)
    try:
        merge = merging.request_merge(
            source_id=pair.source_id,
            target_id=pair.target_id,
            requested_by=pages.signature(request),
            reason=form.cleaned_data["reason"],
            numbers=planning.numbers_of(plan),
        )
    except DomainError as error:
        return _refused(request, pair, plan, form, error)
    return pages.go(reverse("admin:merge", args=[merge["_id"]]))


def fingerprint(plan: MergePlan) -> str:
    """Identifies what the page says in numbers and problems."""
    problems = [
        {"code": problem.code, "message": problem.message, "subjects": problem.subjects}
        for problem in plan.problems
    ]
    return changes.fingerprint({"numbers": planning.numbers_of(plan), "problems": problems})


def _refused(
    request: HttpRequest, pair: Pair, plan: MergePlan, form: ConfirmForm, error: DomainError
) -> HttpResponseBase:
    """The plan again, as it is now."""
    _record_refusal(request, pair, error)
    pages.fail(request, error)
    return _page(request, plan, form, status=error.status)


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
    request: HttpRequest, plan: MergePlan, form: ConfirmForm, *, status: int = 200
) -> HttpResponseBase:
    view = plan_parts.View(
        plan,
        shows_patients=pages.has(request, roles.PATIENTS),
        shows_members=pages.has(request, roles.FIND),
    )
    problems = plan_problems.rows(request, view)
    named = {*view.named_patients(), *plan_problems.named_patients(view, problems)}
    pages.record_view(
        request,
        action="merge.plan_viewed",
        object_type="clinic",
        object_id=str(plan.target.id),
        clinic_id=plan.target.id,
        scope={"source": str(plan.source.id), "patients": sorted(named)},
    )
    sides = (str(plan.source.id), str(plan.target.id))
    may_export = all(pages.has(request, permission) for permission in downloads.NEEDS)
    return pages.render(
        request,
        "merges/staff/plan.html",
        title="Merge {} into {}".format(*view.names),
        crumbs=[
            pages.Crumb("Merges", reverse("admin:merges")),
            pages.Crumb("Two clinics", _choose_url(sides)),
        ],
        plan=plan,
        numbers=in_words.number_rows(planning.numbers_of(plan)),
        problems=problems,
        parts=view,
        source_name=view.names[0],
        target_name=view.names[1],
        form=form,
        seen=fingerprint(plan),
        report_url=reverse("admin:merge_report", args=sides) if may_export else "",
        choose_url=_choose_url(sides),
        status=status,
    )


def _choose_url(sides: tuple[str, str]) -> str:
    return f"{reverse('admin:merge_choose')}?source={sides[0]}&target={sides[1]}"
