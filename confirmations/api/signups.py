"""Operations on the confirmation of an account's address, and of a claim to a custodial account."""

from rest_framework.response import Response

from confirmations.api import limits
from confirmations.api.reading import reads, reads_anything
from confirmations.api.schemas import confirmations as schemas
from confirmations.api.viewsets import ConfirmationViewSet
from confirmations.representation.confirmations import confirmation
from confirmations.services import signups, texts
from kernel.api import schema as s
from kernel.api.operations import Call, operation
from kernel.api.viewsets import empty
from kernel.errors import BadRequest

TAGS = ("Confirmations",)
USER = {"userId": schemas.USER_ID}
_ORIGIN = reads({"clinicId": s.string(), "invitedBy": s.string()}, is_optional=True)
_KEY = reads({"key": s.string()})


class SendSignupViewSet(ConfirmationViewSet):
    @operation(
        "SendAccountSignupConfirmation",
        tags=TAGS,
        summary="Mail a link that verifies the account's address",
        description="The link works for 31 days. Nothing is mailed where the account has no address. 403 when a "
        "confirmation for this address was made before: ResendAccountSignup mails that again.",
        path=USER,
        body=schemas.UPSERT,
        described_body=schemas.SIGNUP_ORIGIN,
        body_required=False,
        lenient=_ORIGIN,
        responses={200: None},
    )
    def send(self, call: Call) -> Response:
        signups.send_signup(call.path["userId"], _origin(call))
        return empty()


class ResendSignupViewSet(ConfirmationViewSet):
    @operation(
        "ResendAccountSignup",
        tags=TAGS,
        summary="Mail a new link; the old one stops working",
        description="Answers the same whether or not anything waits for this address.",
        path={"email": schemas.EMAIL},
        lenient=reads({}, is_optional=True, path={"email": s.email()}),
        always_found=True,
        responses={200: None},
    )
    def resend(self, call: Call) -> Response:
        limits.count_mail("signup.resend", call.request, call.path["email"])
        signups.ask_for_resend(call.path["email"])
        return empty()


class AcceptSignupViewSet(ConfirmationViewSet):
    @operation(
        "ConfirmAccountSignup",
        tags=TAGS,
        summary="Verify the address; claim a custodial account",
        description="The key of the mailed link is the only credential. An account without a password needs the "
        "body, and its owner has claimed it then; for any other account the body is ignored. A claim "
        "that is refused is 409 with `error`: 1001 no password yet, and none sent; 1002 the password is "
        "missing; 1003 it is not allowed; 1004 the birthday is missing; 1005 it is no day; 1006 it is another one.",
        path={"key": schemas.KEY},
        body=schemas.ACCEPTANCE,
        body_required=False,
        lenient=reads_anything({"key": s.string()}),
        responses={200: None},
    )
    def accept(self, call: Call) -> Response:
        limits.count_try("signup.accept", call.request, call.path["key"])
        body = call.body or {}
        signups.accept_signup(
            key=call.path["key"],
            password=body.get("password"),
            birthday=body.get("birthday"),
            has_body=call.body is not None,
        )
        return empty()


class DismissSignupViewSet(ConfirmationViewSet):
    @operation(
        "DismissAccountSignup",
        tags=TAGS,
        summary="Report that someone else used this address",
        description="The sign-up becomes `declined`, and its link stops working. The key of the link is the only "
        "credential.",
        path=USER,
        body=schemas.LOOKUP,
        lenient=_KEY,
        responses={200: None},
    )
    def dismiss(self, call: Call) -> Response:
        key = _key(call, "signup.dismiss")
        signups.dismiss_signup(user_id=call.path["userId"], key=key)
        return empty()


class SignupViewSet(ConfirmationViewSet):
    @operation(
        "GetAccountSignupConfirmation",
        tags=TAGS,
        summary="Get the newest confirmation that still works",
        description="The newest pending confirmation for the address that the account has now, unless it has "
        "expired; 404 when there is none.",
        path=USER,
        responses={200: schemas.SIGNUP},
    )
    def retrieve(self, call: Call) -> Response:
        return Response(confirmation(signups.get_signup(call.path["userId"]), call.principal))

    @operation(
        "UpsertAccountSignupConfirmation",
        tags=TAGS,
        summary="Make or renew a confirmation without mailing it",
        description="Empty when the account has no address.",
        path=USER,
        body=schemas.UPSERT,
        described_body=schemas.SIGNUP_ORIGIN,
        body_required=False,
        lenient=_ORIGIN,
        responses={200: schemas.SIGNUP},
    )
    def upsert(self, call: Call) -> Response:
        document = signups.upsert_signup(call.path["userId"], _origin(call))
        return empty() if document is None else Response(confirmation(document, call.principal))

    @operation(
        "CancelAccountSignupConfirmation",
        tags=TAGS,
        summary="Cancel the sign-up",
        description="The sign-up becomes `canceled`, and its link stops working. The key of the link is the only "
        "credential.",
        path=USER,
        body=schemas.LOOKUP,
        lenient=_KEY,
        responses={200: None},
    )
    def cancel(self, call: Call) -> Response:
        key = _key(call, "signup.cancel")
        signups.cancel_signup(user_id=call.path["userId"], key=key)
        return empty()


def _origin(call: Call) -> signups.Origin:
    """Whom a service acts for; a person acts for no one else, whatever the body says."""
    if not call.principal.is_server:
        return signups.Origin(call.principal)
    return signups.Origin(
        caller=call.principal,
        clinic_id=call.body.get("clinicId") or "",
        invited_by=call.body.get("invitedBy") or "",
    )


def _key(call: Call, operation_name: str) -> str:
    key: str = call.body.get("key") or ""
    if not key:
        raise BadRequest(message=texts.KEY_MISSING)
    limits.count_try(operation_name, call.request, key)
    return key
