"""How one of the pages is made: who gets it, what its browser may do with it, and how it is drawn."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF
from csp.utils import build_policy
from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect

from confirmations.pages.operations import Answer, Failed
from kernel.api.negotiation import takes_pages
from kernel.api.viewsets import UNKNOWN_PATH
from kernel.errors import DomainError, RateLimited

View = Callable[..., HttpResponse]
FOR_PEOPLE = "this is a page for people, to which mails link: open it in a browser"
METHODS = ("GET", "HEAD", "POST")
SESSION = "account_session"  # a cookie that no operation reads
PLACE = "/login"  # the pages that need it
_POLICY = build_policy(
    config={
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
)
_SEE_OTHER = 303
_TEXTS = {
    404: "This link does not work. It was used already, it has ended, or a newer one has replaced it.",
    429: "There were too many tries. Wait a while, and try again.",
    503: "A part of the service does not answer at the moment. Nothing was changed. Try again in a minute.",
}
_OTHER = "This did not work, and nothing was changed."


def page(name: str, *, is_heavy: bool = False) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """For clients that take pages; others are told so. `is_heavy`: what is posted hashes a password."""

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        protected = csrf_protect(_or_failure(view))

        @wraps(view)
        def shown(request: HttpRequest, **parts: str) -> HttpResponseBase:
            if request.method not in METHODS:
                return UNKNOWN_PATH(request)
            if not takes_pages(request):
                return _guard(JsonResponse({"message": FOR_PEOPLE}, status=406))
            request.operation_id = f"pages.{name}"  # type: ignore[attr-defined]
            response = _guard(protected(request, **parts))
            request.operation_id = f"pages.{name}"  # type: ignore[attr-defined]
            return response

        shown.heavy_methods = ("POST",) if is_heavy else ()  # type: ignore[attr-defined]
        return shown

    return decorate


def _or_failure(view: View) -> View:
    @wraps(view)
    def shown(request: HttpRequest, **parts: str) -> HttpResponse:
        try:
            return view(request, **parts)
        except Failed as failure:
            return refused(request, "failed", failure.answer)

    return shown


def _guard(response: HttpResponse) -> HttpResponse:
    """Keys are in the addresses of some pages, so no Referer holds more than the origin. With `no-referrer` browsers
    would send forms with the origin `null`, which the check against forged forms refuses."""
    response["Content-Security-Policy"] = _POLICY
    response["Referrer-Policy"] = "strict-origin"
    response["X-Frame-Options"] = "DENY"
    response["Cache-Control"] = "no-store"
    return response


def draw(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"confirmations/pages/{template}.html", context, status=status)


def refused(
    request: HttpRequest,
    template: str,
    answer: Answer,
    *,
    texts: Mapping[int, str] | None = None,
    **context: Any,
) -> HttpResponse:
    """The page again, with the reason in words, and the status of the answer."""
    text = {**_TEXTS, **(texts or {})}.get(answer.status, _OTHER)
    response = draw(request, template, status=answer.status, problem=text, **context)
    if answer.retry_after:
        response["Retry-After"] = answer.retry_after
    return response


def as_answer(error: DomainError) -> Answer:
    """For what a page asks of a service, because there is no operation for it."""
    wait = str(error.retry_after) if isinstance(error, RateLimited) else ""
    return Answer(error.status, None, retry_after=wait)


def go_to(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, status=_SEE_OTHER)


# --- the session ----------------------------------------------------------------------------------
def session_of(request: HttpRequest) -> str:
    return request.COOKIES.get(SESSION, "")


def keep_session(response: HttpResponse, token: str) -> HttpResponse:
    """Until the browser is closed."""
    response.set_cookie(
        SESSION,
        token,
        path=PLACE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def drop_session(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(SESSION, path=PLACE, samesite="Lax")
    return response
