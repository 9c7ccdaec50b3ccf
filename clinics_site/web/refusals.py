"""Refusals that depend on nothing but the head of a request, answered on the loop.

Without a token nearly every path is refused before anything else is looked at (rules ACCOUNT-2, ACCOUNT-9 and
ACCOUNT-19). Django makes such an answer once for each route and method; then it is repeated. The log line, the metrics
and the record of the access are those of every request.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import get_resolver
from rest_framework.views import APIView
from structlog.contextvars import bound_contextvars

from clinics_site.web.bridge import Answer, Environ
from clinics_site.web.requests import Incoming
from kernel import accesses, authn, middleware, policy
from kernel.api.operations import Operation
from kernel.api.viewsets import METHODS, UNKNOWN_PATH, ApiViewSet, UnknownPath
from kernel.errors import Unavailable

View = Callable[..., Any]
Key = tuple[View, str, str, bool]
_SCHEMES = (
    "",
    "http",
    "https",
)  # of X-Forwarded-Proto, which decides about one header of the answer
_STATUSES = (400, 401, 404)
_TRACE_NAME = middleware.TRACE_NAME.encode()


@dataclass(frozen=True, slots=True)
class Refusal:
    key: Key
    operation: Operation | None
    path: Mapping[str, str]


class Refusals:
    def __init__(self) -> None:
        self._answers: dict[Key, Answer] = {}

    def remember(self, refusal: Refusal, answer: Answer) -> None:
        if answer.status in _STATUSES:
            kept = [header for header in answer.headers if header[0] != _TRACE_NAME]
            self._answers[refusal.key] = replace(answer, headers=kept)

    def repeat(self, refusal: Refusal, environ: Environ) -> Answer | None:
        """None where Django has not answered yet, or where it has to say that nothing can be recorded."""
        known = self._answers.get(refusal.key)
        if known is None:
            return None
        began = time.perf_counter()
        request_id = middleware.trace_id(environ)
        with bound_contextvars(request=request_id):
            try:
                _begin_access(refusal)
            except Unavailable:
                return None
            accesses.finish(environ, str(known.status))
            middleware.tell(middleware.OTHER, known.status, time.perf_counter() - began)
        headers = [*known.headers, (_TRACE_NAME, request_id.encode())]
        return Answer(known.status, headers, known.body)


def _begin_access(refusal: Refusal) -> None:
    if refusal.operation is not None:
        accesses.begin(refusal.operation.id, refusal.path, refusal.operation.query)
        accesses.admit()


def find(request: Incoming) -> Refusal | None:
    """None where it takes Django to know, or to trace it."""
    scope, environ = request.scope, request.environ
    scheme = environ.get("HTTP_X_FORWARDED_PROTO", "")
    path = environ["PATH_INFO"]
    is_more_done = settings.SECURE_SSL_REDIRECT or settings.TRACES_TO
    if is_more_done or scheme not in _SCHEMES or not _is_plain(path, scope):
        return None
    route = _route(path[1:])
    if route is None:
        return None
    view, values = route
    method = scope["method"].lower()
    if not _is_refused(view, method, request.token):
        return None
    return Refusal((view, method, scheme, bool(request.token)), _operation(view, method), values)


def _is_plain(path: str, scope: Any) -> bool:
    """Nothing has to be decoded, the answer would not be indented, and it is no file, which no route names."""
    return (
        path.isascii()
        and b"%" not in scope["raw_path"]
        and b"pretty" not in scope["query_string"]
        and not path.startswith(settings.STATIC_URL)
    )


def _route(path: str) -> tuple[View, dict[str, str]] | None:
    for search, view in _routes():
        match = search(path)
        if match is not None:
            return None if view is None else (view, match.groupdict())
    return None


@cache
def _routes() -> list[tuple[Any, View | None]]:
    """In Django's order. The view is None where requests without a token may be answered otherwise."""
    return [
        (route.pattern.regex.search, _view_with_token(route))
        for route in get_resolver().url_patterns
    ]


def _view_with_token(route: Any) -> View | None:
    view: Any = getattr(route, "callback", None)
    is_ours = issubclass(getattr(view, "cls", object), ApiViewSet)
    return view if is_ours else None


@cache
def _operation(view: Any, method: str) -> Operation | None:
    action = view.actions.get("get" if method == "head" else method, "")
    operation: Operation | None = getattr(getattr(view.cls, action, None), "operation", None)
    return operation


def _is_refused(view: Any, method: str, token: str) -> bool:
    if method not in METHODS or _has_own_credential(view, method):
        return False
    if view.cls.perform_authentication is not APIView.perform_authentication:
        return (
            False  # its actions decide by other headers too, as a log-in does by name and password
        )
    if not view.cls.authentication_classes:
        return issubclass(view.cls, UnknownPath)
    return not token or (view is UNKNOWN_PATH and authn.is_remembered_here(token))


@cache
def _has_own_credential(view: Any, method: str) -> bool:
    operation = _operation(view, method)
    return operation is not None and policy.is_external(operation.id)
