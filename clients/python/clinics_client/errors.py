"""What the service refuses, as exceptions: one class for each status that a caller may want to handle.

Most operations answer `{"message": "…"}`, those of the Confirmation API `{"code": 404, "reason": "…"}`; both become the
same exceptions. No text of the service holds what was sent, so messages may be logged.
"""

from __future__ import annotations

import httpx

REQUEST_ID = "x-tidepool-trace-request"


class ClinicsError(Exception):
    """An answer with a status of 300 or more: a redirection is not followed, because requests carry a token.

    `status`: the status. `message`: the service's words, without a form when something between client and service
    has answered. `request_id`: name it when you ask for help. `retry_after`: seconds to wait, None when the answer
    names none.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            f"{status}: {message}" + (f" (request {request_id})" if request_id else "")
        )
        self.status = status
        self.message = message
        self.request_id = request_id
        self.retry_after = retry_after


class BadRequest(ClinicsError):
    """400: something that was sent is not as described."""


class Unauthorized(ClinicsError):
    """401: the token is missing or has expired, or address and password do not match."""


class PaymentRequired(ClinicsError):
    """402: the clinic's plan allows no more patients."""


class Forbidden(ClinicsError):
    """403: the caller may not do this."""


class NotFound(ClinicsError):
    """404: there is no such thing, or the caller may not know of it."""


class Conflict(ClinicsError):
    """409: it exists already, or changed at the same moment."""


class UnprocessableEntity(ClinicsError):
    """422: the request is well formed, and a rule is against it."""


class TooManyRequests(ClinicsError):
    """429: the caller asks too often; `retry_after` says when another try makes sense."""


class ServiceUnavailable(ClinicsError):
    """503: something is down for the moment. A change may have been made or not, but never in part."""


_BY_STATUS: dict[int, type[ClinicsError]] = {
    400: BadRequest,
    401: Unauthorized,
    402: PaymentRequired,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: UnprocessableEntity,
    429: TooManyRequests,
    503: ServiceUnavailable,
}


def raise_for_failure(response: httpx.Response) -> None:
    """Raises the ClinicsError of a failed answer; does nothing for others."""
    if response.status_code < 300:
        return
    response.read()
    kind = _BY_STATUS.get(response.status_code, ClinicsError)
    raise kind(
        response.status_code,
        _message(response),
        request_id=response.headers.get(REQUEST_ID),
        retry_after=seconds_to_wait(response),
    )


def seconds_to_wait(response: httpx.Response) -> float | None:
    """What `Retry-After` says in seconds; the service sends no dates."""
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdecimal() else None


def _message(response: httpx.Response) -> str:
    try:
        body = response.json()
    except ValueError:  # from a proxy, for example
        return response.reason_phrase
    texts = [body.get(name) for name in ("message", "reason")] if isinstance(body, dict) else []
    return next((text for text in texts if isinstance(text, str)), response.reason_phrase)
