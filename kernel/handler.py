"""The one place where an exception becomes a response."""

from collections.abc import Callable
from typing import Any

import structlog
from bson.errors import BSONError
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from pymongo.errors import (
    AutoReconnect,
    DocumentTooLarge,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    MethodNotAllowed,
    NotAuthenticated,
    PermissionDenied,
)
from rest_framework.response import Response

from kernel import crash_reports, transient_errors
from kernel.api.error_families import CLINIC_FAMILY, ErrorFamily
from kernel.errors import (
    BadRequest,
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
# Errors of PyMongo and MongoDB for a document that cannot be stored: too large, too deep, numbers and texts
# beyond BSON.
_UNSTORABLE = (BSONError, DocumentTooLarge, OverflowError, UnicodeEncodeError)
_LARGE_CODES = {10334, 17419, 17420}
_UNSTORABLE_CODES = {15, *_LARGE_CODES}


def handle_exception(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's hook: a domain error keeps its status, any unexpected exception is answered with 500 and no
    details."""
    family: ErrorFamily = getattr(context.get("view"), "error_family", CLINIC_FAMILY)
    domain_error = _refusal(error, family) or as_domain_error(error)
    if domain_error is None:
        log.error("request.failed", error=type(error).__name__, exc_info=error)
        crash_reports.send(error, operation=_operation(context))
        return Response(family.unexpected_body(), status=500)
    if domain_error.status == NO_CONTENT:
        return Response(None, status=NO_CONTENT)
    headers = {}
    retry_after = getattr(domain_error, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Response(family.body(domain_error), status=domain_error.status, headers=headers)


NO_CONTENT = 204


def _operation(context: dict[str, Any]) -> str:
    return getattr(getattr(context.get("request"), "_request", None), "operation_id", "other")


def _refusal(error: Exception, family: ErrorFamily) -> DomainError | None:
    """Exceptions of the authentication and permission classes, as errors of the endpoint's family."""
    if isinstance(error, NotAuthenticated):
        return family.missing_token()
    if isinstance(error, AuthenticationFailed):
        return family.invalid_token()
    if isinstance(error, PermissionDenied):
        return family.denied()
    return None


def as_domain_error(error: Exception) -> DomainError | None:
    for kinds, meaning in _MEANINGS:
        if isinstance(error, kinds):
            return meaning(error)
    return None


def _unstorable(error: Exception) -> DomainError:
    """The last safeguard: schemas and bounds should have refused the document before."""
    log.warning("document.refused", error=type(error).__name__, exc_info=error)
    is_large = isinstance(error, DocumentTooLarge) or getattr(error, "code", None) in _LARGE_CODES
    return PayloadTooLarge() if is_large else BadRequest()


def _of_database(error: PyMongoError) -> DomainError | None:
    is_down = isinstance(error, _DOWN) or transient_errors.is_of_a_node_without_state(error)
    if is_down or error.timeout:
        log.warning("database.unavailable", error=type(error).__name__)
        return Unavailable()
    if getattr(error, "code", None) in _UNSTORABLE_CODES:
        return _unstorable(error)
    if error.has_error_label("TransientTransactionError"):
        return Conflict("the document is being changed by someone else")
    return None


def _with_status(status: int, message: str) -> DomainError:
    error = DomainError(message=message)
    error.status = status
    return error


def _suspicious(error: SuspiciousOperation) -> DomainError:
    return PayloadTooLarge() if isinstance(error, RequestDataTooBig) else BadRequest()


# The first matching type counts.
_MEANINGS: tuple[tuple[Any, Callable[[Any], DomainError | None]], ...] = (
    (DomainError, lambda error: error),
    (DuplicateKeyError, lambda _: Duplicate()),
    (_UNSTORABLE, _unstorable),
    (PyMongoError, _of_database),
    (MethodNotAllowed, lambda _: _with_status(405, "Method Not Allowed")),
    (Http404, lambda _: NotFound()),
    (APIException, lambda error: _with_status(error.status_code, str(error.detail))),
    (SuspiciousOperation, _suspicious),
)


# --- outside DRF: what Django itself answers -------------------------------------------------------------
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    status = PayloadTooLarge.status if "TooBig" in type(exception).__name__ else 400
    return JsonResponse({"message": "bad request"}, status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    return JsonResponse(CLINIC_FAMILY.unexpected_body(), status=500)
