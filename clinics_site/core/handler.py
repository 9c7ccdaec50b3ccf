"""The one place where an exception becomes a response."""

from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from pymongo.errors import (
    AutoReconnect,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)
from rest_framework.exceptions import APIException, MethodNotAllowed
from rest_framework.response import Response

from clinics_site.core.api.viewsets import CLINIC_FAMILY, ErrorFamily
from clinics_site.core.errors import (
    Conflict,
    DomainError,
    Duplicate,
    NotFound,
    PayloadTooLarge,
    Unavailable,
)

log = structlog.get_logger(__name__)
_DOWN = (
    AutoReconnect,
    ExecutionTimeout,
    NetworkTimeout,
    ServerSelectionTimeoutError,
    WTimeoutError,
)


def handle_exception(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's hook: a domain error keeps its status, everything unforeseen is 500 without detail."""
    family: ErrorFamily = getattr(context.get("view"), "error_family", CLINIC_FAMILY)
    known = as_domain_error(error)
    if known is None:
        log.error("request.failed", error=type(error).__name__, exc_info=error)
        return Response(family.unexpected_body(), status=500)
    if known.status == NO_CONTENT:
        return Response(None, status=NO_CONTENT)
    headers = {}
    retry_after = getattr(known, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Response(family.body(known), status=known.status, headers=headers)


NO_CONTENT = 204


def as_domain_error(error: Exception) -> DomainError | None:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, DuplicateKeyError):
        return Duplicate()
    if isinstance(error, PyMongoError):
        return _of_database(error)
    if isinstance(error, MethodNotAllowed):
        return _with_status(405, "Method Not Allowed")
    if isinstance(error, Http404):
        return NotFound()
    if isinstance(error, APIException):
        return _with_status(error.status_code, str(error.detail))
    return None


def _of_database(error: PyMongoError) -> DomainError | None:
    if isinstance(error, _DOWN) or error.timeout:
        log.warning("database.unavailable", error=type(error).__name__)
        return Unavailable()
    if error.has_error_label("TransientTransactionError"):
        return Conflict("the document is being changed by someone else")
    return None


def _with_status(status: int, message: str) -> DomainError:
    error = DomainError(message=message)
    error.status = status
    return error


# --- outside DRF: what Django itself answers -------------------------------------------------------------
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    status = PayloadTooLarge.status if "TooBig" in type(exception).__name__ else 400
    return JsonResponse({"message": "bad request"}, status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    return JsonResponse(CLINIC_FAMILY.unexpected_body(), status=500)
