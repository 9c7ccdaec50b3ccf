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
PAIR = {**USER, "invitedBy": schemas.USER_ID}
_KEY = reads({"key": s.literal()})


class SendInviteViewSet(ConfirmationViewSet):
    @operation(
        "SendCareTeamInvite",
        tags=TAGS,
        summary="Invite someone into a person's care team",
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
        path={**USER, "invitedBy": schemas.EMAIL},
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
