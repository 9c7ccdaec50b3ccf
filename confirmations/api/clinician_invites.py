"""Operations on invitations of clinicians: the clinic's and the invited person's."""

from django.http import HttpResponse
from rest_framework.response import Response

from clinics.representation.clinicians import clinician
from confirmations.api.reading import reads_for_clinic
from confirmations.api.schemas import confirmations as schemas
from confirmations.api.viewsets import ConfirmationViewSet, ok
from confirmations.representation.confirmations import (
    confirmation,
    confirmation_with_profile,
    confirmations_with_profiles,
)
from confirmations.services import clinician_invites
from kernel.api import schema as s
from kernel.api.operations import Call, operation
from kernel.errors import ConstraintViolation

TAGS = ("Clinics", "Confirmations")
INVITE = {"inviteId": schemas.INVITE_ID}
OWN = {"userId": schemas.USER_ID, **INVITE}


class ClinicianInvitesViewSet(ConfirmationViewSet):
    @operation(
        "InviteClinician",
        tags=TAGS,
        summary="Invite a clinician by e-mail",
        description="The address gets a mail, and the clinic a pending invite, which does not expire. 409 when a "
        "member or another invite has the address.",
        body=schemas.INVITE_CLINICIAN,
        lenient=reads_for_clinic(schemas.INVITE_CLINICIAN),
        raises=(ConstraintViolation,),
        responses={200: s.ref("invitedClinician.v1")},
    )
    def create(self, call: Call) -> Response:
        record = clinician_invites.invite_clinician(
            clinic_id=call.path["clinicId"],
            email=call.body["email"],
            roles=call.body["roles"],
            inviter=call.principal,
        )
        return Response(clinician(record))


class ClinicianInviteViewSet(ConfirmationViewSet):
    @operation(
        "GetClinicianInvite",
        tags=["Confirmations"],
        summary="Get the invitation of a clinician",
        description="The pending invitation by its key, without the sender's profile; 404 when there is none.",
        path=INVITE,
        responses={200: schemas.UNNAMED_CLINICIAN_INVITATION},
    )
    def retrieve(self, call: Call) -> Response:
        return Response(confirmation(clinician_invites.get_invite(**_ids(call)), call.principal))

    @operation(
        "ResendInvite",
        tags=TAGS,
        summary="Mail the invitation of a clinician again",
        description="Mails it to the address that the invite has now, under the same key. An invitation that has "
        "ended is pending again.",
        path=INVITE,
        raises=(ConstraintViolation,),
        responses={200: schemas.CLINICIAN_INVITATION},
    )
    def resend(self, call: Call) -> Response:
        document = clinician_invites.resend_invite(
            clinic_id=call.path["clinicId"],
            invite_id=call.path["inviteId"],
            sender=call.principal,
        )
        return Response(confirmation_with_profile(document, call.principal))

    @operation(
        "DeleteInvite",
        tags=TAGS,
        summary="Cancel the invitation of a clinician",
        description="The invitation becomes `canceled`, and the clinic no longer shows the invite. The answer is "
        "the text `OK`, also when there is no such invitation; 409 when it was accepted.",
        path=INVITE,
        raises=(ConstraintViolation,),
        responses={200: None},
    )
    def destroy(self, call: Call) -> HttpResponse:
        clinician_invites.cancel_invite(**_ids(call))
        return ok()


class OwnInvitesViewSet(ConfirmationViewSet):
    @operation(
        "ListClinicianInvites",
        tags=TAGS,
        summary="List the invitations that the caller can answer",
        description="Pending invitations for the address that the account has proven, newest first, each with "
        "`restrictions`. 404 when there are none.",
        path={"userId": schemas.USER_ID},
        responses={200: schemas.CLINICIAN_INVITATIONS},
    )
    def page(self, call: Call) -> Response:
        invites = clinician_invites.list_own_invites(call.principal)
        shown = confirmations_with_profiles([document for document, _ in invites], call.principal)
        return Response(
            [
                {**invite, "restrictions": restrictions}
                for invite, (_, restrictions) in zip(shown, invites, strict=True)
            ]
        )


class OwnInviteViewSet(ConfirmationViewSet):
    @operation(
        "AcceptClinicianInvite",
        tags=TAGS,
        summary="Become a clinician of the clinic that invited",
        description="The caller becomes a member with the roles of the invite. 403 where a restriction of the "
        "clinic forbids it, 404 for an invitation that is not for an address that the caller's account has proven.",
        path=OWN,
        raises=(ConstraintViolation,),
        responses={200: s.ref("invitedClinician.v1")},
    )
    def accept(self, call: Call) -> Response:
        record = clinician_invites.accept_invite(
            caller=call.principal, invite_id=call.path["inviteId"]
        )
        return Response(clinician(record))

    @operation(
        "DismissClinicianInvite",
        tags=TAGS,
        summary="Decline to become a clinician",
        description="The invitation becomes `declined`, and the clinic no longer shows the invite. The answer is "
        "the text `OK`, also when there is no such invitation.",
        path=OWN,
        raises=(ConstraintViolation,),
        responses={200: None},
    )
    def dismiss(self, call: Call) -> HttpResponse:
        clinician_invites.dismiss_invite(caller=call.principal, invite_id=call.path["inviteId"])
        return ok()


def _ids(call: Call) -> dict[str, str]:
    return {"clinic_id": call.path["clinicId"], "invite_id": call.path["inviteId"]}
