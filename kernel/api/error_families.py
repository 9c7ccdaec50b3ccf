"""How a family of endpoints words its failures; `kernel.handler` asks it, and so does the web process."""

from collections.abc import Mapping
from typing import Any, ClassVar

from kernel import errors
from kernel.api.schema import ERROR, Schema
from kernel.errors import BadRequest, DomainError, Forbidden, Unauthorized

Reasons = Mapping[int, tuple[str, ...]]  # by status
DENIED = "security requirements failed: the subject is not authorized for the requested action"


class ErrorFamily:
    """The clinic family: {"message": text}. Others override it."""

    name = ""  # begins the names of its responses in the description
    schema: Schema = ERROR  # of the bodies that `body` makes
    # How the texts of failures begin, beside those of tokens. Callers may rely on them, so they stay as they are.
    reasons: ClassVar[Reasons] = {
        400: (
            *('parameter "', "request body has an error: ", "can't merge a site into itself"),
            *("invalid CSV: ", "duplicate MRN", "Unmarshal type error: "),
            *("an e-mail address is not valid", "bad request"),
        ),
        401: ("unauthorized",),
        402: (errors.PaymentRequired.prefix,),
        403: (errors.Forbidden.prefix,),
        404: (
            "clinic not found",
            "clinician not found",
            "patient not found",
            "patient tag not found",
            "site not found",
            "webhook not found",
            "export not found",
            "creation not found",
            "connection issue not found",
            "view not found",
            "delivery not found",
            "merge not found",
            "the file has expired or was removed",
            "the result has expired or was removed",
            "method not allowed",
            "no matching operation was found",
            "migration not found",
            "permission not found",
            "review not found",
            "checking site constraints: clinic not found",
            "unable to find patient tag: not found",
            "error finding patient: patient not found",
            "the clinic does not have an active EHR integration",
            "matching get program url request: not found",
            errors.NotFound.prefix,
        ),
        408: (errors.SlowBody.prefix,),
        409: (
            *(errors.Duplicate.prefix, "migration duplicate", "a view with this name exists"),
            "checking site constraints: duplicate site name",
            "a request for this provider was sent less than a minute ago",
            *("the file is still being made", "the file could not be made"),
            *("the patients are still being created", "the creation has ended: "),
            "the clinic is gone, or the caller may not create patients in it any more",
            *("one of the clinics is being merged", "the merge is still running"),
            "the clinic is to be merged into another clinic",
            "the merge has ended, or is too far to be taken back",
            *(
                "patients are being created from a file in the clinic",
                "the patient is being changed",
            ),
            *(errors.Conflict.prefix, "the clinic is being merged"),
        ),
        413: (errors.PayloadTooLarge.prefix,),
        415: ("Unsupported Media Type",),
        422: (
            *("partially updated ", "the clinic has no tag with that name any more"),
            errors.ConstraintViolation.prefix,
        ),
        429: (errors.RateLimited.prefix,),
        500: (errors.DomainError.prefix, "Internal Server Error"),
        503: (errors.Unavailable.prefix,),
    }

    def of_tokens(self) -> tuple[DomainError, DomainError, DomainError]:
        return self.missing_token(), self.invalid_token(), self.denied()

    def beginnings(self, status: int) -> tuple[str, ...]:
        """How the texts of a status begin, those of tokens first."""
        of_tokens = (error.message for error in self.of_tokens() if error.status == status)
        return (*of_tokens, *self.reasons.get(status, ()))

    def example(self, status: int) -> dict[str, Any] | None:
        denied = self.denied()
        usual = denied.message if denied.status == status else self.beginnings(status)[-1]
        error = DomainError(message=usual)
        error.status = status
        return self.unexpected_body() if status == DomainError.status else self.body(error)

    def missing_token(self) -> DomainError:
        return BadRequest(message="session token is missing")

    def invalid_token(self) -> DomainError:
        return Unauthorized(message="session token is invalid")

    def denied(self) -> DomainError:
        return Forbidden(message=DENIED)

    def wrong_path(self, error: BadRequest) -> DomainError:
        """The failure for a value in the path that cannot be an id."""
        return error

    def body(self, error: DomainError) -> dict[str, Any] | None:
        """None: the failure has no body."""
        return {"message": error.message}

    def unexpected_body(self) -> dict[str, Any]:
        return {"message": "Internal Server Error"}


CLINIC_FAMILY = ErrorFamily()
