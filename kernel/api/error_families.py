"""How a family of endpoints words its failures; `kernel.handler` asks it, and so does the web process."""

from typing import Any

from kernel.api.schema import ERROR, Schema
from kernel.errors import BadRequest, DomainError, Forbidden, Unauthorized

DENIED = "security requirements failed: the subject is not authorized for the requested action"


class ErrorFamily:
    """The clinic family: {"message": text}. Others override it."""

    name = ""  # begins the names of its responses in the description
    schema: Schema = ERROR  # of the bodies that `body` makes

    def of_tokens(self) -> tuple[DomainError, DomainError, DomainError]:
        return self.missing_token(), self.invalid_token(), self.denied()

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
