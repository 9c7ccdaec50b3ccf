"""Calls an operation of the API for a page, in this process, as a client would over HTTP."""

import io
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from kernel import accesses, authn
from kernel.api.viewsets import untie

_OF_CONNECTION = (
    *("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "wsgi.url_scheme", "REMOTE_ADDR"),
    *("HTTP_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_TIDEPOOL_TRACE_REQUEST"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """`body`: the JSON, None where there is none. `token`: a session token in the head."""

    status: int
    body: Any
    token: str = ""
    retry_after: str = ""

    def as_typed_wrong(self) -> "Answer":
        """The statuses of operations are for programs: what a person has typed wrongly is a 400 on every page."""
        return replace(self, status=400)

    @property
    def is_done(self) -> bool:
        return self.status == 200


class Failed(Exception):
    """An operation that a page cannot be drawn without."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def call(
    request: HttpRequest,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    token: str = "",
    authorization: str = "",
    **parts: str,
) -> Answer:
    """`path` is not encoded; `parts` are put into it. What was typed, or is in a link, stays one part of it: with a
    slash it would be the address of another operation, so nothing has it (404). The access to a patient's data is
    recorded as for any caller of the operation."""
    if any(not part or "/" in part for part in parts.values()):
        return Answer(404, None)
    path = path.format(**parts)
    inner = WSGIRequest(_environ(request, method, path, body, token, authorization))
    try:
        match = resolve(path)
    except Resolver404:
        return Answer(404, None)
    inner.resolver_match = match
    response: Any = match.func(inner, *match.args, **match.kwargs)
    accesses.finish(inner.META, str(response.status_code))
    answer = Answer(
        response.status_code,
        getattr(response, "data", None),
        response.headers.get(authn.HEADER, ""),
        response.headers.get("Retry-After", ""),
    )
    context = getattr(response, "renderer_context", None)
    if context is not None:
        untie(context["view"])
    return answer


def _environ(
    request: HttpRequest,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    token: str,
    authorization: str,
) -> dict[str, Any]:
    """What tells clients apart is that of the browser's request; its cookies are not passed on."""
    content = b"" if body is None else orjson.dumps(body)
    names = {*_OF_CONNECTION, _variable(settings.CLIENT_ADDRESS_HEADER)}
    environ = {name: request.META[name] for name in names if name in request.META}
    environ |= {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": "",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.input": io.BytesIO(content),
    }
    if body is not None:
        environ["CONTENT_TYPE"] = "application/json"
    if token:
        environ[authn.ENVIRON_HEADER] = token
    if authorization:
        environ["HTTP_AUTHORIZATION"] = authorization
    return environ


def _variable(header: str) -> str:
    return "HTTP_" + header.upper().replace("-", "_")
