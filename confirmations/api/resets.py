"""Operations of the password reset. No one is signed in here, and no one learns who has an account."""

from rest_framework.response import Response

from confirmations.api import limits
from confirmations.api.reading import reads
from confirmations.api.schemas import confirmations as schemas
from confirmations.api.viewsets import ConfirmationViewSet
from confirmations.services import resets, texts
from kernel.api import schema as s
from kernel.api.operations import Call, operation
from kernel.api.viewsets import empty
from kernel.errors import NotFound

TAGS = ("Confirmations",)
_ADDRESS = {"email": schemas.EMAIL}
_ANY_ADDRESS = reads({}, is_optional=True, path={"email": s.email()})
_TEXT = s.string()


class SendResetViewSet(ConfirmationViewSet):
    @operation(
        "SendPasswordReset",
        tags=TAGS,
        summary="Mail a link that resets the password",
        description="Answers the same whether or not there is such an account.",
        path=_ADDRESS,
        lenient=_ANY_ADDRESS,
        always_found=True,
        responses={200: None},
    )
    def send(self, call: Call) -> Response:
        return _send(call)

    @operation(
        "SendPasswordResetMail",
        tags=TAGS,
        summary="Mail a link that resets the password",
        description="The path that the clients use; the same as SendPasswordReset.",
        path=_ADDRESS,
        lenient=_ANY_ADDRESS,
        always_found=True,
        responses={200: None},
    )
    def send_mail(self, call: Call) -> Response:
        return _send(call)


class AcceptResetViewSet(ConfirmationViewSet):
    @operation(
        "AcceptPasswordChange",
        tags=TAGS,
        summary="Set a new password with the key of the link",
        description="The key is that of the mailed link, the address the one that it was mailed to. All other links "
        "of the account stop working. If the password is refused, the link stays usable.",
        body=schemas.NEW_PASSWORD,
        lenient=reads({"key": _TEXT, "email": s.email(), "password": _TEXT}),
        raises=(NotFound,),
        responses={200: schemas.DONE},
    )
    def accept(self, call: Call) -> Response:
        fields = {name: call.body.get(name) or "" for name in ("key", "email", "password")}
        limits.count_try("reset.accept", call.request, fields["key"])
        resets.accept_reset(**fields)
        return Response({"code": 200, "reason": texts.RESET_DONE})


def _send(call: Call) -> Response:
    limits.count_mail("reset.send", call.request, call.path["email"])
    resets.send_reset(call.path["email"])
    return empty()
