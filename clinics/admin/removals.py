"""What can not be undone: typed confirmation, a reason, and the consequences said before the click."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import CharField, TextInput
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinics.admin import changes, members, records, settings
from clinics.services import clinicians, clinics, patient_counts, patients
from clinics.services.patient_details import is_custodial
from kernel import texts
from kernel.db import Document
from kernel.errors import DomainError, NotFound
from kernel.staff import pages, roles
from kernel.staff.fields import ReasonForm

WRONG_TEXT = "The text does not match; nothing was removed."


class RemovalForm(ReasonForm):
    def __init__(self, *args: Any, typed: str, **options: Any) -> None:
        super().__init__(*args, **options)
        attrs = {"autocomplete": "off", "data-must-equal": typed}
        self.fields["typed"] = CharField(widget=TextInput(attrs=attrs))
        self._expected = typed

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if texts.name(typed) != texts.name(self._expected):
            raise ValidationError(WRONG_TEXT)
        return typed


@dataclass(frozen=True, slots=True)
class Removal:
    """`typed` is what has to be typed; `obstacle` says why it can not be done now, if so."""

    title: str
    action: str
    consequences: list[str]
    typed: str
    object_type: str
    object_id: str
    remove: Callable[[], object]
    back: str
    done: str
    done_url: str
    obstacle: str = ""


def _handle(request: HttpRequest, clinic: Document, removal: Removal) -> HttpResponseBase:
    form = RemovalForm(request.POST or None, typed=removal.typed)
    if request.method == "POST" and removal.obstacle:
        pages.fail(request, removal.obstacle)
        return pages.go(request.path)
    if not form.is_valid():
        return _page(request, clinic, removal, form)
    return _remove(request, clinic, removal, form.cleaned_data["reason"])


def _remove(
    request: HttpRequest, clinic: Document, removal: Removal, reason: str
) -> HttpResponseBase:
    def remove() -> None:
        removal.remove()
        changes.record(
            request,
            clinic=clinic,
            action=removal.action,
            object_type=removal.object_type,
            object_id=removal.object_id,
            reason=reason,
        )

    try:
        changes.guarded(
            request,
            clinic_id=str(clinic["_id"]),
            action=removal.action,
            reason=reason,
            change=remove,
            subject=changes.Subject(removal.object_type, removal.object_id),
        )
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(removal.back)
    pages.succeed(request, removal.done)
    return pages.go(removal.done_url)


def _page(
    request: HttpRequest, clinic: Document, removal: Removal, form: RemovalForm
) -> HttpResponseBase:
    return pages.render(
        request,
        "clinics/staff/removal.html",
        title=removal.title,
        crumbs=settings.crumbs_of(clinic),
        removal=removal,
        form=form,
        status=400 if form.errors else 200,
    )


@pages.page("clinics/<str:clinic_id>/delete", name="clinic_delete", needs=roles.DESTROY)
def delete_clinic(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    clinic = records.access_clinic(clinic_id)
    people = len(records.list_members(clinic["_id"]))
    obstacle = ""
    if patients.has_patients_besides_demo(clinic["_id"]):
        total = patient_counts.counted_total(clinic["_id"])
        obstacle = f"The clinic still has {total} patients; remove them first"
    removal = Removal(
        title="Delete the clinic",
        action="clinic.deleted",
        consequences=[
            f"{people} members and pending invites lose the clinic.",
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
    )
    return _handle(request, clinic, removal)


_ABOUT_OWN_ACCOUNT = "The account and the data of the person stay."
_ABOUT_CUSTODIAL_ACCOUNT = (
    "The clinic looks after this account: without data it is deleted too. "
    "With data it stays and loses its address."
)


@pages.page(
    "clinics/<str:clinic_id>/patients/<str:user_id>/remove",
    name="patient_remove",
    needs=[roles.PATIENTS, roles.DESTROY],
)
def remove_patient(request: HttpRequest, clinic_id: str, user_id: str) -> HttpResponseBase:
    """The text to type is the id: a name in a form would end in places where names do not belong."""
    clinic = records.access_clinic(clinic_id)
    document = records.access_patient(clinic_id, user_id)
    name = document.get("fullName") or "This patient"
    consequences = [
        f"{name} is removed: {clinic.get('name')} loses the record, its tags and sites, and its access to the data.",
        _ABOUT_CUSTODIAL_ACCOUNT if is_custodial(document) else _ABOUT_OWN_ACCOUNT,
        "An archive copy of the record is kept.",
    ]
    if document.get("ehrSubscriptions"):
        consequences.append("No more reports are sent to the EHR for this patient.")
    back = reverse("admin:clinic_patient", args=[clinic_id, user_id])
    pages.record_look(
        request,
        action="patient.viewed",
        object_type="patient",
        object_id=user_id,
        clinic_id=clinic["_id"],
    )
    removal = Removal(
        title="Remove a patient",
        action="patient.removed",
        consequences=consequences,
        typed=user_id,
        object_type="patient",
        object_id=user_id,
        remove=lambda: patients.remove_patient(
            clinic_id=clinic_id, user_id=user_id, deleted_by=pages.signature(request)
        ),
        back=back,
        done="The patient was removed from the clinic.",
        done_url=reverse("admin:clinic_patients", args=[clinic_id]),
    )
    return _handle(request, clinic, removal)


@pages.page(
    "clinics/<str:clinic_id>/members/<str:user_id>/remove",
    name="member_remove",
    needs=roles.MEMBERS,
)
def remove_member(request: HttpRequest, clinic_id: str, user_id: str) -> HttpResponseBase:
    clinic = records.access_clinic(clinic_id)
    member = records.access_clinician(clinic_id, user_id)
    name = member.get("name") or member.get("email") or "This member"
    removal = Removal(
        title="Remove a member",
        action="clinician.removed",
        consequences=[
            f"{name} loses access to {clinic.get('name')} and its patients.",
            "The account stays. A clinic's last admin can not be removed.",
        ],
        typed=user_id,
        object_type="clinician",
        object_id=user_id,
        remove=lambda: clinicians.remove_clinician(
            clinic_id=clinic_id, user_id=user_id, deleted_by=pages.signature(request)
        ),
        back=reverse("admin:clinic_members", args=[clinic_id]),
        done="The member was removed.",
        done_url=reverse("admin:clinic_members", args=[clinic_id]),
    )
    return _handle(request, clinic, removal)


@pages.page(
    "clinics/<str:clinic_id>/invites/<str:invite>/revoke", name="invite_revoke", needs=roles.MEMBERS
)
def revoke_invite(request: HttpRequest, clinic_id: str, invite: str) -> HttpResponseBase:
    clinic = records.access_clinic(clinic_id)
    found = _invite(clinic, invite)
    email = str(found.get("email") or "")
    back = reverse("admin:clinic_members", args=[clinic_id])
    removal = Removal(
        title="Revoke an invite",
        action="invite.revoked",
        consequences=[f"The invite of {email or 'this person'} can no longer be accepted."],
        typed=email or "revoke",
        object_type="clinicianInvite",
        object_id=str(found["_id"]),
        remove=lambda: clinicians.remove_invite(
            clinic_id=clinic_id,
            invite_id=found["inviteId"],
            deleted_by=pages.signature(request),
        ),
        back=back,
        done="The invite was revoked.",
        done_url=back,
    )
    return _handle(request, clinic, removal)


def _invite(clinic: Document, digest: str) -> dict[str, Any]:
    for document in records.list_members(clinic["_id"]):
        invite_id = document.get("inviteId")
        if invite_id and not document.get("userId") and members.audit_key(invite_id) == digest:
            return document
    raise NotFound
