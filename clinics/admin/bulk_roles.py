"""Many members of a clinic become admins, or members who are none: those who are ticked, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase, QueryDict

from clinic_records.admin import clinic_jobs, frame, readable_clinics
from clinic_records.admin.clinic_jobs import ConfirmForm
from clinic_records.services import access
from clinics.admin import members, readable_clinicians
from clinics.admin.forms import RolesForm
from clinics.services import clinicians, staff_reads
from kernel import jobs
from kernel.choices import ClinicianRole
from kernel.db import Document
from kernel.staff import pages, roles, searches
from kernel.staff.fields import StaffForm

MOST_SHOWN = 100
_ADMIN, _MEMBER = ClinicianRole.ADMIN.value, ClinicianRole.MEMBER.value
_OTHER = {_ADMIN: _MEMBER, _MEMBER: _ADMIN}
_CHANGES = {_ADMIN: "Make them admins", _MEMBER: "Make them members who are no admins"}
_TITLE = "Roles of many members"
UNREADABLE = "the record has roles that no page can show; change it on its own page"
ALREADY = "has the role already"
NO_ONE = "There is no one among these whose roles would change"
NO_ADMIN = "The clinic would have no admin: at least one has to stay"


# --- the job --------------------------------------------------------------------------------------
def _plan(task: jobs.Task) -> Sequence[str]:
    return list(task.wanted["userIds"])


def _requires(task: jobs.Task) -> None:
    access.access_migrated_clinic(task.clinic_id)


def _work(task: jobs.Task, items: Sequence[str]) -> jobs.Batch:
    return jobs.Batch(sum(_change(task, user_id) for user_id in items))


def _change(task: jobs.Task, user_id: str) -> bool:
    """Whether the roles were not what they should be."""
    stored = clinicians.access_clinician(task.clinic_id, user_id)
    change = _planned(stored, task.options["role"])
    if change.obstacle:
        raise jobs.Skipped(change.obstacle)
    before, after = members.change_roles(
        stored, change.roles, updated_by=clinic_jobs.signature(task)
    )
    clinic_jobs.record_one(
        task,
        action=members.ROLES_CHANGED,
        object_type="clinician",
        object_id=user_id,
        before=before,
        after=after,
    )
    return True


ROLES = jobs.add(
    jobs.Kind(
        name="members.roles",
        title=_TITLE,
        action="clinicians.roles_changed",
        sees=(roles.MEMBERS,),
        begins=(roles.MEMBERS,),
        plan=_plan,
        requires=_requires,
        work=_work,
        names=staff_reads.names_in_clinic,
        page="clinic_member",
        is_one_by_one=True,
        items="members",
        names_items=True,
    )
)


@dataclass(frozen=True, slots=True)
class _Change:
    """`obstacle`: why the member stays as the member is."""

    member: Document
    roles: list[str]
    obstacle: str = ""


def _planned(stored: Document, role: str) -> _Change:
    member = readable_clinicians.clinician(stored)
    present = member.get("roles") or []
    wanted = [role, *(each for each in present if each not in _OTHER)]
    if RolesForm.unshown_in(stored):
        return _Change(member, wanted, UNREADABLE)
    has_it = role in present and (role == _ADMIN or _ADMIN not in present)
    return _Change(member, wanted, ALREADY if has_it else "")


# --- the pages ------------------------------------------------------------------------------------
class ManyRolesForm(StaffForm):
    """`row`: user ids."""

    change = forms.ChoiceField(label="What", choices=list(_CHANGES.items()))
    row = forms.MultipleChoiceField(
        label="Members", error_messages={"required": "Tick at least one member."}
    )

    def __init__(self, data: Any = None, *, found: Sequence[Document]) -> None:
        super().__init__(data)
        ids = [(member["userId"], member["userId"]) for member in found]
        self.fields["row"].choices = ids  # type: ignore[attr-defined]


@pages.page(
    "clinics/<str:clinic_id>/members/roles",
    name="clinic_members_roles",
    needs=roles.MEMBERS,
    hides=("q",),
)
def choose(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    if request.method == "POST":
        ticked = staff_reads.list_members_with_ids(
            clinic["_id"], request.POST.getlist("row")[:MOST_SHOWN]
        )
        form = ManyRolesForm(request.POST, found=ticked)
        if form.is_valid():
            return _confirm(request, clinic, form.cleaned_data["change"], ticked)
    else:
        form = ManyRolesForm(found=())
    return _ask(request, clinic, form)


def _ask(request: HttpRequest, clinic: Document, form: ManyRolesForm) -> HttpResponseBase:
    search = searches.asked(request).get("q", "").strip()
    found, total = staff_reads.page_of_members(
        clinic["_id"], search=search, in_addresses=True, skip=0, limit=MOST_SHOWN
    )
    shown = map(readable_clinicians.clinician, found)
    return _render(
        request,
        clinic,
        "clinics/staff/many_roles.html",
        form=form,
        members=[{**one, "id": one["userId"]} for one in shown if one.get("userId")],
        left_out=max(total - MOST_SHOWN, 0),
        search=search,
        status=400 if form.is_bound else 200,
    )


def _render(
    request: HttpRequest, clinic: Document, template: str, **context: Any
) -> HttpResponseBase:
    return pages.render(
        request,
        template,
        title=_TITLE,
        crumbs=[*frame.crumbs_of(clinic), members.crumb(clinic)],
        clinic_id=str(clinic["_id"]),
        **context,
    )


def _confirm(
    request: HttpRequest, clinic: Document, role: str, ticked: Sequence[Document]
) -> HttpResponseBase:
    planned = [_planned(stored, role) for stored in ticked]
    changed = [change.member["userId"] for change in planned if not change.obstacle]
    problem, name = _problem(clinic, role, changed), clinic.get("name") or str(clinic["_id"])
    is_sent = "confirmed" in request.POST
    form = ConfirmForm(request.POST if is_sent else None, typed=name)
    if form.is_valid() and not problem:
        return _begin(request, clinic, role, changed, form.cleaned_data["reason"])
    return _render(
        request,
        clinic,
        "clinics/staff/many_roles_confirm.html",
        about=_CHANGES[role],
        typed=name,
        form=form,
        sent=_sent(request.POST),
        changes=planned,
        count=len(changed),
        problem=problem,
        status=400 if is_sent else 200,
    )


def _problem(clinic: Document, role: str, changed: Sequence[str]) -> str:
    if not changed:
        return NO_ONE
    admins = set(clinic.get("admins") or [])
    return NO_ADMIN if role == _MEMBER and admins and admins <= set(changed) else ""


def _sent(posted: QueryDict) -> Sequence[tuple[str, str]]:
    """What the form of the confirmation repeats."""
    rows = [("row", user_id) for user_id in posted.getlist("row")]
    return [("change", posted.get("change", "")), *rows]


def _begin(
    request: HttpRequest, clinic: Document, role: str, user_ids: Sequence[str], reason: str
) -> HttpResponseBase:
    return clinic_jobs.begin(
        request,
        clinic,
        ROLES,
        wanted={"userIds": list(user_ids)},
        options={"role": role},
        scope={"members": list(user_ids), "role": role},
        about=_CHANGES[role],
        reason=reason,
    )
