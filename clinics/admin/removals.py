"""Deleting a clinic, removing a member, revoking an invite."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import readable_clinics, removals
from clinics.admin import members, readable_clinicians
from clinics.services import clinicians, clinics, staff_reads
from kernel.db import Document
from kernel.staff import pages, roles
from kernel.templatetags.staff import pluralized
from patients.services import patient_counts, patients


@pages.page("clinics/<str:clinic_id>/delete", name="clinic_delete", needs=roles.DESTROY)
def delete_clinic(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    people = readable_clinicians.list_member_keys(clinic["_id"])
    members = sum(bool(person.get("userId")) for person in people)
    obstacle = ""
    steps: list[tuple[str, str]] = []
    if patients.has_patients_besides_demo(clinic["_id"]):
        obstacle, steps = _patients_left(request, clinic)
    removal = removals.Removal(
        title="Delete the clinic",
        action="clinic.deleted",
        consequences=[
            f"Members who lose access: {members}. Pending invites that end: {len(people) - members}.",
            f"The share code {clinic.get('canonicalShareCode')} stops working.",
            "The demo patient goes with it. An archive copy and the audit trail stay.",
        ],
        typed=clinic.get("name") or clinic_id,
        object_type="clinic",
        object_id=clinic_id,
        remove=lambda: clinics.delete_clinic(clinic_id, deleted_by=pages.signature(request)),
        back=reverse("admin:clinic", args=[clinic_id]),
        done="The clinic was deleted.",
        done_url=reverse("admin:clinics"),
        obstacle=obstacle,
        steps=steps,
    )
    return removals.handle(request, clinic, removal)


def _patients_left(request: HttpRequest, clinic: Document) -> tuple[str, list[tuple[str, str]]]:
    """With the number as it is kept, and where they are removed or moved, for staff who see them."""
    kept = patient_counts.find_counts(clinic["_id"]) or {}
    count = (kept.get("total") or 0) - (kept.get("demo") or 0)
    number = pluralized(count, "patient") if count > 0 else "patients"
    sees_them = pages.has(request, roles.PATIENTS)
    url = reverse("admin:clinic_patients", args=[clinic["_id"]])
    return (
        f"The clinic still has {number} besides the demo patient; remove or move them, or merge the clinic",
        [("Patients of the clinic", url)] if sees_them else [],
    )


@pages.page(
    "clinics/<str:clinic_id>/members/<str:user_id>/remove",
    name="member_remove",
    needs=roles.MEMBERS,
)
def remove_member(request: HttpRequest, clinic_id: str, user_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    if staff_reads.was_removed(clinic["_id"], user_id):
        pages.fail(request, removals.ALREADY.format(who="The member"))
        return pages.go(reverse("admin:clinic_members", args=[clinic_id]))
    member = readable_clinicians.access_clinician(clinic_id, user_id)
    known = member.get("name") or member.get("email")
    name = known or "This member"
    is_last_admin = readable_clinicians.list_admins(clinic["_id"]) == [user_id]
    removal = removals.Removal(
        title="Remove a member",
        action="clinician.removed",
        consequences=[
            f"{name} loses access to {clinic.get('name')} and its patients.",
            "The account stays.",
        ],
        typed=known or user_id,
        object_type="clinician",
        object_id=user_id,
        remove=lambda: clinicians.remove_clinician(
            clinic_id=clinic_id, user_id=user_id, deleted_by=pages.signature(request)
        ),
        back=reverse("admin:clinic_members", args=[clinic_id]),
        done="The member was removed.",
        done_url=reverse("admin:clinic_members", args=[clinic_id]),
        obstacle=f"{name} is the clinic's only admin; make someone else an admin first"
        if is_last_admin
        else "",
    )
    return removals.handle(request, clinic, removal)


@pages.page(
    "clinics/<str:clinic_id>/invites/<str:invite>/revoke", name="invite_revoke", needs=roles.MEMBERS
)
def revoke_invite(request: HttpRequest, clinic_id: str, invite: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    record = members.access_invite(clinic, invite)
    email = str(record.get("email") or "")
    back = reverse("admin:clinic_members", args=[clinic_id])
    removal = removals.Removal(
        title="Revoke an invite",
        action="invite.revoked",
        consequences=[f"The invite of {email or 'this person'} can no longer be accepted."],
        typed=email or "revoke",
        object_type="clinicianInvite",
        object_id=str(record["_id"]),
        remove=lambda: clinicians.remove_invite(
            clinic_id=clinic_id,
            invite_id=record["inviteId"],
            deleted_by=pages.signature(request),
        ),
        back=back,
        done="The invite was revoked.",
        done_url=back,
    )
    return removals.handle(request, clinic, removal)
