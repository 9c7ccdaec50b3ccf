"""Operations on invitations to a care team."""

from django.http import HttpResponse
from rest_framework.response import Response

from confirmations.api.reading import reads
from confirmations.api.schemas import confirmations as schemas
from confirmations.api.viewsets import ConfirmationViewSet, ok
from confirmations.representation.confirmations import (
    confirmation_with_profile,
    confirmations_with_profiles,
)
from confirmations.services import care_team
from confirmations.services.care_team import Offer
from kernel.api import schema as s
from kernel.api.operations import Call, operation
from kernel.api.viewsets import empty

TAGS = ("Confirmations",)
USER = {"userId": schemas.USER_ID}
PAIR = {**USER, "invitedBy": s.ref("tidepooluserid", description="User id of the sender.")}
_KEY = reads({"key": s.literal()})


class SendInviteViewSet(ConfirmationViewSet):
    @operation(
        "SendCareTeamInvite",
        tags=TAGS,
        summary="Invite someone into a person's care team",
        description="Mails an invitation that its receiver can accept for seven days. 409 while a pending one to "
        "the address exists, or the receiver has permissions already. `custodian` cannot be given.",
        path=USER,
        body=schemas.INVITATION,
        lenient=reads(
            {
                "email": s.email(),
                "permissions": schemas.ANY_GRANTS,
                "nickname": s.name(),
                "alertsConfig": schemas.ANY_ALERTS,
            }
        ),
        responses={200: schemas.CARE_TEAM_INVITATION},
    )
    def send(self, call: Call) -> Response:
        email, permissions = call.body.get("email"), call.body.get("permissions")
        if not email or permissions is None:
            return empty(400)
        offer = Offer(email, permissions, call.body.get("nickname"), call.body.get("alertsConfig"))
        document = care_team.send_invite(call.path["userId"], offer, call.principal)
        return Response(confirmation_with_profile(document, call.principal))


class ResendInviteViewSet(ConfirmationViewSet):
    @operation(
        "ResendCareTeamInvite",
        tags=TAGS,
        summary="Mail an invitation into a care team again",
        description="The key stays the same, and the invitation lives for another seven days. 403 when it is not "
        "pending, or not the caller's to send.",
        path={"inviteId": schemas.INVITE_ID},
        responses={200: schemas.CARE_TEAM_INVITATION},
    )
    def resend(self, call: Call) -> Response:
        document = care_team.resend_invite(call.path["inviteId"], call.principal)
        return Response(confirmation_with_profile(document, call.principal))


class AcceptInviteViewSet(ConfirmationViewSet):
    @operation(
        "AcceptCareTeamInvite",
        tags=TAGS,
        summary="Join a care team",
        description="The receiver gets the permissions that the sender offered, in place of earlier ones, and the "
        "alerts. Needs a pending invitation to an address that the receiver has proven. The answer is "
        "the text `OK`.",
        path=PAIR,
        body=schemas.LOOKUP,
        lenient=_KEY,
        responses={200: None},
    )
    def accept(self, call: Call) -> HttpResponse:
        if not call.body.get("key"):
            return empty(400)
        care_team.accept_invite(**_pair(call))
        return ok()


class DismissInviteViewSet(ConfirmationViewSet):
    @operation(
        "DismissInvite",
        tags=TAGS,
        summary="Decline to join a care team",
        description="The invitation becomes `declined`. 404 when no pending one of this sender has the key.",
        path=PAIR,
        body=schemas.LOOKUP,
        lenient=_KEY,
        responses={200: None},
    )
    def dismiss(self, call: Call) -> Response:
        if not call.body.get("key"):
            return empty(400)
        care_team.dismiss_invite(**_pair(call))
        return empty()


class CancelInviteViewSet(ConfirmationViewSet):
    @operation(
        "CancelInvite",
        tags=TAGS,
        summary="Cancel the invitation of an address",
        description="Cancels the newest pending or declined invitation that the person has sent to the address. 404 "
        "when there is none.",
        path={**USER, "invitedBy": {**schemas.EMAIL, "description": "The invited address."}},
        lenient=reads({}, is_optional=True, path={"invitedBy": s.email()}),
        responses={200: None},
    )
    def cancel(self, call: Call) -> Response:
        care_team.cancel_invite(sender_id=call.path["userId"], email=call.path["invitedBy"])
        return empty()


class SentInvitesViewSet(ConfirmationViewSet):
    @operation(
        "GetSentInvitations",
        tags=TAGS,
        summary="List the invitations a person has sent",
        description="Pending and declined invitations and offers to clinics, newest first, with expired ones. 404 "
        "when there are none.",
        path=USER,
        responses={200: schemas.CONFIRMATIONS},
    )
    def page(self, call: Call) -> Response:
        return Response(
            confirmations_with_profiles(care_team.list_sent(call.path["userId"]), call.principal)
        )


class ReceivedInvitesViewSet(ConfirmationViewSet):
    @operation(
        "GetReceivedInvitations",
        tags=TAGS,
        summary="List the invitations a person can accept",
        description="Pending invitations into care teams for the address that the account has proven, newest first, "
        "without expired ones. 404 when there are none.",
        path=USER,
        responses={200: schemas.CARE_TEAM_INVITATIONS},
    )
    def page(self, call: Call) -> Response:
        return Response(
            confirmations_with_profiles(
                care_team.list_received(call.path["userId"]), call.principal
            )
        )


def _pair(call: Call) -> dict[str, str]:
    return {
        "user_id": call.path["userId"],
        "invited_by": call.path["invitedBy"],
        "key": call.body["key"],
    }
