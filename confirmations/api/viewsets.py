"""The base of the Confirmation API's viewsets, and its failures: {"code": status, "reason": text}, some with
"error"."""

from typing import Any, ClassVar

from django.http import HttpResponse

from confirmations.api.schemas.confirmations import FAILURE
from confirmations.services import texts
from confirmations.services.failures import ClaimRefused, ClinicAnswer
from kernel.api.error_families import ErrorFamily, Reasons
from kernel.api.viewsets import ApiViewSet, UnknownPath, of_every_method
from kernel.errors import BadRequest, DomainError, Forbidden, NotFound, Unauthorized


class ConfirmationFamily(ErrorFamily):
    name = "Confirmation"
    schema = FAILURE
    reasons: ClassVar[Reasons] = {
        **ErrorFamily.reasons,
        400: (
            *ErrorFamily.reasons[400],
            *(texts.CONTEXT_INVALID, texts.CONTEXT_UNREADABLE, texts.KEY_MISSING),
            *(texts.MRN_REQUIRED, texts.RESET_FAILED, texts.UNREADABLE),
        ),
        403: (
            *ErrorFamily.reasons[403],
            *(texts.FORBIDDEN, texts.ALREADY_SIGNED_UP, texts.NOT_ACCEPTABLE),
            texts.INVITE_NOT_FOUND,
        ),
        404: (
            *ErrorFamily.reasons[404],
            *(texts.INVITE_NOT_FOUND, texts.SIGNUP_NOT_FOUND, texts.SIGNUP_EXPIRED),
            *(texts.RESET_NOT_FOUND, texts.RESET_EXPIRED, texts.USER_LOOKUP_FAILED),
            *(texts.CLINIC_NOT_FOUND, texts.NOTHING_FOUND),
        ),
        409: (
            *ErrorFamily.reasons[409],
            *(texts.ALREADY_ACCEPTED, texts.ALREADY_MEMBER, texts.ALREADY_PATIENT),
            *(texts.ALREADY_INVITED, texts.BEING_CLAIMED),
        ),
    }

    def missing_token(self) -> DomainError:
        return Unauthorized(message=texts.NO_TOKEN)

    def invalid_token(self) -> DomainError:
        return Forbidden(message=texts.INVALID_TOKEN)

    def denied(self) -> DomainError:
        return Unauthorized(message=texts.NOT_AUTHORIZED)

    def wrong_path(self, error: BadRequest) -> DomainError:
        """A broken link is answered as not found, without a hint of what a valid path looks like."""
        return NotFound(message=texts.NOTHING_FOUND)

    def body(self, error: DomainError) -> dict[str, Any] | None:
        if isinstance(error, ClinicAnswer):
            return super().body(error)
        answer: dict[str, Any] = {"code": error.status, "reason": error.message}
        if isinstance(error, ClaimRefused):
            answer["error"] = error.number
        return answer

    def unexpected_body(self) -> dict[str, Any]:
        return {"code": 500, "reason": "Internal Server Error"}


class ConfirmationViewSet(ApiViewSet):
    error_family = ConfirmationFamily()


class BrokenLink(UnknownPath):
    """A path that leads nowhere, such as a link with a slash too many. Its caller has no token."""

    authentication_classes = ()
    error_family = ConfirmationViewSet.error_family
    not_served = texts.NOTHING_FOUND


BROKEN_LINK = of_every_method(BrokenLink)


def ok() -> HttpResponse:
    """Some callers expect exactly this text."""
    return HttpResponse("OK", content_type="text/plain; charset=utf-8")
