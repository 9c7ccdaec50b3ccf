"""Members and pending invites of a clinic: view, change roles, remove, revoke."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes, clinic_jobs, frame, readable_clinics
from clinics.admin import forms, readable_clinicians
from clinics.services import clinicians, staff_reads
from kernel import audit, jobs, texts
from kernel.db import Document
from kernel.errors import Conflict, DomainError, NotFound
from kernel.staff import exports, hidden_values, labels, pages, paging, roles, searches, subjects
from kernel.staff.exports import Asked, Export

ROLES_CHANGED = "clinician.roles_changed"
GONE = "was removed meanwhile"
_LONGEST_SEARCH = 200
_EXPORTS = (roles.MEMBERS, roles.EXPORT)


frame.add_tab(frame.Tab("clinic_members", "Members", roles.FIND, position=30))


@pages.page(
    "clinics/<str:clinic_id>/members/", name="clinic_members", needs=roles.FIND, hides=("q",)
)
def listing(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    search = searches.asked(request).get("q", "").strip()
    shows_addresses = pages.has(request, roles.MEMBERS)
    number, size = paging.requested(request)
    found, total = staff_reads.page_of_members(
        clinic["_id"],
        search=search,
        in_addresses=shows_addresses,  # who may not see addresses cannot try them out either
        skip=(number - 1) * size,
        limit=size,
    )
    return frame.render(
        request,
        clinic,
        "clinics/staff/members.html",
        tab="clinic_members",
        members=[_row(readable_clinicians.clinician(document)) for document in found],
        paging=paging.paging(request, shown=len(found), total=total),
        query=paging.query_without(request, "page", "size"),
        is_searched=bool(search),
        search=search,
        shows_addresses=shows_addresses,
    )


# --- the list as a file ---------------------------------------------------------------------------
def _plan(task: jobs.Task) -> list[str]:
    readable_clinics.access_clinic(str(task.clinic_id))
    found = staff_reads.list_member_ids(
        task.clinic_id, search=task.wanted["search"], in_addresses=True
    )
    return exports.planned(found)


def _export(_: jobs.Task, items: Sequence[str]) -> jobs.Batch:
    found = staff_reads.list_members_of_ids(list(map(ObjectId, items)))
    rows = [_cells(_row(readable_clinicians.clinician(member))) for member in found]
    gone = set(items) - {str(member["_id"]) for member in found}
    return jobs.Batch(len(rows), rows, {GONE: sorted(gone)} if gone else {})


def _cells(row: Document) -> list[Any]:
    return [
        row["id"],
        row.get("name"),
        row.get("email"),
        " ".join(row["roles"]),
        ", ".join(labels.of("roles", role) for role in row["roles"]),
        row["state"],
        row.get("createdTime"),
    ]


EXPORT = jobs.add(
    jobs.Kind(
        name="members.export",
        title="Export of members",
        action="clinicians.export",
        sees=_EXPORTS,
        begins=_EXPORTS,
        plan=_plan,
        work=_export,
        batch=500,
        items="members",
        header=("id", "name", "e-mail", "roles", "roles in words", "state", "added"),
    )
)


def _read(_: HttpRequest, fields: Mapping[str, str], clinic_id: str) -> Asked:
    clinic = readable_clinics.access_clinic(clinic_id)
    search = texts.name(fields.get("q", ""))[:_LONGEST_SEARCH]
    found = staff_reads.list_member_ids(clinic["_id"], search=search, in_addresses=True)
    return Asked(
        name=f"members-{exports.name_of(clinic)}",
        count=len(found),
        wanted={"search": search},
        clinic=clinic,
        about=["search"] if search else [],
        typed=search,
        order="Name",
        crumbs=[*frame.crumbs_of(clinic), crumb(clinic)],
    )


exports.add(
    Export(
        kind=EXPORT,
        read=_read,
        list_page="clinic_members",
        rows="members",
        begin=clinic_jobs.begin,
    ),
    route="clinics/<str:clinic_id>/members/export",
    name="clinic_members_export",
    hides=("q",),
)


# --- one member -----------------------------------------------------------------------------------
@pages.page(
    "clinics/<str:clinic_id>/members/<str:user_id>/", name="clinic_member", needs=roles.MEMBERS
)
def edit(request: HttpRequest, clinic_id: str, user_id: str) -> HttpResponseBase:
    """Roles of one member, with the history of their changes."""
    clinic = readable_clinics.access_clinic(clinic_id)
    stored = clinicians.access_clinician(clinic_id, user_id)
    member = readable_clinicians.clinician(stored)
    form = forms.RolesForm(
        request.POST or None, initial={"roles": member.get("roles") or []}, stored=stored
    )
    if request.method == "POST" and form.is_valid():
        return _save_roles(request, clinic, member, form)
    return pages.render(
        request,
        "clinics/staff/member.html",
        title=member.get("name") or user_id,
        crumbs=[*frame.crumbs_of(clinic), crumb(clinic)],
        clinic_id=clinic_id,
        member=_row(member),
        history=_history(request, clinic, member),
        form=form,
        opened_on=changes.fingerprint(roles_of(stored)),
        status=400 if form.errors else 200,
    )


def _save_roles(
    request: HttpRequest, clinic: Document, member: Document, form: forms.RolesForm
) -> HttpResponseBase:
    clinic_id, user_id = str(clinic["_id"]), member["userId"]
    new_roles, reason = form.cleaned_data["roles"], form.cleaned_data["reason"]

    def save() -> None:
        stored = clinicians.access_clinician(clinic_id, user_id)
        if changes.fingerprint(roles_of(stored)) != request.POST.get("opened_on"):
            raise Conflict(message=changes.MOVED)
        before, after = change_roles(stored, new_roles, updated_by=pages.signature(request))
        changes.record(
            request,
            clinic=clinic,
            action=ROLES_CHANGED,
            object_type="clinician",
            object_id=user_id,
            before=before,
            after=after,
            reason=reason,
        )

    try:
        changes.guarded(
            request,
            clinic_id=clinic_id,
            action=ROLES_CHANGED,
            reason=reason,
            change=save,
            subject=changes.Subject("clinician", user_id),
            requested={"roles": sorted(new_roles)},
        )
        pages.succeed(request, "Roles saved.")
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(request.path)
    return pages.go(reverse("admin:clinic_members", args=[clinic_id]))


def change_roles(
    stored: Document, new_roles: Sequence[str], *, updated_by: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The roles before and afterwards, as events hold them. Raises what the service refuses."""
    updated = clinicians.update_clinician(
        clinic_id=stored["clinicId"],
        user_id=stored["userId"],
        roles=new_roles,
        name=readable_clinicians.clinician(stored).get("name"),
        updated_by=updated_by,
    )
    return roles_of(stored), roles_of(updated)


def roles_of(stored: Document) -> dict[str, Any]:
    """Includes what the form cannot show."""
    roles = sorted(readable_clinicians.clinician(stored).get("roles") or [])
    return {"roles": roles} | hidden_values.as_part(forms.RolesForm.unshown_in(stored))


def _row(document: Document) -> dict[str, Any]:
    user_id, invite_id = document.get("userId"), document.get("inviteId")
    state = "member" if user_id else "invited"
    if document.get("isServiceAccount"):
        state = "service account"
    return {
        **document,
        "id": user_id or "",
        "invite": audit_key(invite_id) if invite_id else "",
        "state": state,
        "roles": document.get("roles") or [],
    }


def _history(request: HttpRequest, clinic: Document, member: Document) -> list[Document]:
    """Each change of roles, with the name of who made it, or what stands for one."""
    updates = member.get("rolesUpdates") or []
    signers = [update["updatedBy"] for update in updates if update.get("updatedBy")]
    names = subjects.names_of_signers(request, clinic["_id"], signers)
    return [{**update, "by": names.get(update.get("updatedBy", ""), "")} for update in updates]


def audit_key(invite_id: str) -> str:
    """An invite's id is the secret in its mail, so staff pages and the audit trail use a digest of it."""
    return audit.digest(f"invite:{invite_id}")[:16]


def access_invite(clinic: Document, key: str) -> Document:
    """The record of a pending invite, by its `audit_key`. Raises NotFound."""
    for invite_id in staff_reads.list_invite_ids(clinic["_id"]):
        if audit_key(invite_id) == key:
            invited = clinicians.access_invite(clinic["_id"], invite_id)
            if not invited.get("userId"):
                return readable_clinicians.clinician(invited)
    raise NotFound


def crumb(clinic: Document) -> pages.Crumb:
    return pages.Crumb("Members", reverse("admin:clinic_members", args=[clinic["_id"]]))
