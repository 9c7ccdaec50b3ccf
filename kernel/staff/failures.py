"""The pages that staff see when something is down or broken; the API has its own answers."""

import sys
from dataclasses import dataclass, replace
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from kernel import crash_reports, handler
from kernel.errors import Unavailable
from kernel.staff import pages


@dataclass(frozen=True, slots=True)
class Failure:
    status: int
    title: str
    text: str


NOT_ALLOWED = Failure(
    403, "Not allowed", "Your role does not include this. Ask an administrator if you need it."
)
FORM_EXPIRED = Failure(
    403, "The form has expired", "Nothing was changed. Open the page again and repeat what you did."
)
NOT_FOUND = Failure(
    404, "Not found", "There is no such page, clinic, patient or event. It may have been deleted."
)
DOWN = Failure(
    503,
    "Not available at the moment",
    "A part that the staff pages need does not answer. Nothing was changed. Try again in a minute.",
)
BROKEN = Failure(
    500, "Something went wrong", "The failure was logged. If it happens again, tell the operators."
)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _page(request, NOT_ALLOWED)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Django's CSRF check shows this page before the view runs, so the user may not be known yet. Pages outside
    the staff's have no overview to go back to."""
    if not request.path.startswith(settings.ADMIN_PATH):
        return _plain(FORM_EXPIRED, is_staff=False)
    return _page(request, FORM_EXPIRED)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if isinstance(exception, pages.ToldNotFound):
        return _page(request, replace(NOT_FOUND, text=pages.sentence(str(exception))))
    return _page(request, NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Django's handler of unexpected exceptions. Sessions are in Redis: without it no staff page works, and
    neither would a failure page in their frame."""
    if not request.path.startswith(settings.ADMIN_PATH):
        return handler.server_error(request)
    error = sys.exc_info()[1]
    if _is_outage(error):
        return _plain(DOWN)
    if error is not None:
        crash_reports.send(error, operation="staff page")
    return _plain(BROKEN)


def _is_outage(error: BaseException | None) -> bool:
    """Django's ORM raises an error of its own, whose cause is the driver's."""
    while error is not None:
        if isinstance(error, RedisError | PyMongoError | Unavailable):
            return True
        error = error.__cause__
    return False


def _page(request: HttpRequest, failure: Failure) -> HttpResponseBase:
    user = getattr(request, "user", None)
    if user is None or not user.is_active or not user.is_staff:
        return _plain(failure)
    return pages.render(
        request,
        "staff/failure.html",
        title=failure.title,
        status=failure.status,
        **_context(failure),
    )


def _plain(failure: Failure, *, is_staff: bool = True) -> HttpResponse:
    context = {**_context(failure), "is_staff": is_staff}
    return HttpResponse(render_to_string("failure.html", context), status=failure.status)


def _context(failure: Failure) -> dict[str, Any]:
    """With the request id operators find the lines of the request in the log."""
    request_id = structlog.contextvars.get_contextvars().get("request", "")
    return {"failure": failure, "request_id": request_id}
