"""Domain errors: what services raise. The handler turns them into responses; nothing else does.

`message` is public and goes into the body as it is, so it never carries a patient's data.
"""

from datetime import timedelta


class DomainError(Exception):
    status = 500
    prefix = "internal server error"

    def __init__(self, detail: str = "", *, message: str | None = None) -> None:
        """`detail` follows the prefix of the kind; `message` replaces the whole text."""
        self.message = message or (f"{self.prefix}: {detail}" if detail else self.prefix)
        super().__init__(self.message)

    @property
    def words(self) -> str:
        """What is wrong, without the prefix of the kind: for people who do not know HTTP statuses. May be
        empty."""
        if self.message == self.prefix:
            return ""
        return self.message.removeprefix(f"{self.prefix}: ")


class BadRequest(DomainError):
    status = 400
    prefix = "bad request"


class Unauthorized(DomainError):
    status = 401
    prefix = "unauthorized"


class PaymentRequired(DomainError):
    status = 402
    prefix = "payment required"


class Forbidden(DomainError):
    status = 403
    prefix = "forbidden"


class NotFound(DomainError):
    status = 404
    prefix = "not found"


class SlowBody(DomainError):
    status = 408
    prefix = "request body took too long"


class Conflict(DomainError):
    status = 409
    prefix = "conflict"


class Duplicate(Conflict):
    prefix = "duplicate"


class Busy(Conflict):
    """Something else has the object for a while, and will let it go: an event handler is tried again later."""


class PayloadTooLarge(DomainError):
    status = 413
    prefix = "request body is too large"


class UnsupportedMediaType(DomainError):
    status = 415
    prefix = "unsupported media type"


class ConstraintViolation(DomainError):
    status = 422
    prefix = "constraint violation"


class RateLimited(DomainError):
    """Too many attempts; `retry_after` in seconds becomes the header."""

    status = 429
    prefix = "too many requests"

    def __init__(self, detail: str = "", *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Something that this request needs is down for the moment; the caller should try again later."""

    status = 503
    prefix = "service unavailable"
    retry_after = 5


class NoChange(DomainError):
    """Nothing matched, and that is an answer: 204 without a body."""

    status = 204
    prefix = "no change"


class RetryLater(Exception):
    """Raised by an event handler that knows why it has to wait, and perhaps how long.

    `reason` is a short public code; `wait` replaces the usual delay before the next try.
    """

    def __init__(self, reason: str, *, wait: timedelta | None = None) -> None:
        self.reason = reason
        self.wait = wait
        super().__init__(reason)


class PermanentFailure(Exception):
    """Raised by an event handler when trying again cannot help; `reason` is a short public code."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
