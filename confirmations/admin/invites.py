"""Sending the invite of a future member again. The list of invites, and revoking one, are in `clinics.admin`."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes, readable_clinics
from clinics.admin import members
from confirmations.services import clinician_invites
from confirmations.services.claim_links import CLINIC_SIDE
from kernel.errors import DomainError
from kernel.staff import pages, roles

RESENT = "invite.sent_again"


@pages.page(
    "clinics/<str:clinic_id>/invites/<str:invite>/resend",
    name="invite_resend",
    needs=roles.MEMBERS,
    posts_only=True,
)
def resend(request: HttpRequest, clinic_id: str, invite: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    invited = members.access_invite(clinic, invite)
    subject = changes.Subject("clinicianInvite", str(invited["_id"]))

    def record() -> None:
        changes.record(
            request, clinic=clinic, action=RESENT, object_type=subject.kind, object_id=subject.id
        )

    try:
        with changes.refusals_recorded(
            request, clinic_id=clinic_id, action=RESENT, reason="", subject=subject
        ):
            clinician_invites.resend_invite(
                clinic_id=str(clinic["_id"]),
                invite_id=invited["inviteId"],
                sender=CLINIC_SIDE,
                also=record,
            )
    except DomainError as error:
        pages.fail(request, error)
    else:
        pages.succeed(request, "The invite was sent again; the link of the first mail still works.")
    return pages.go(reverse("admin:clinic_members", args=[clinic_id]))
