"""Answers are always JSON, whatever a client accepts: the callers send no Accept header. Requests are JSON
too. The few pages for people are for browsers alone."""

from collections.abc import Iterable

from django.http import HttpRequest
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from kernel.errors import BadRequest

_MOST_REPEATED = 100  # characters of a wrong content type


class JSONNegotiation(BaseContentNegotiation):
    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        """Raises BadRequest. The framework's own method accepts wildcards such as `application/*`."""
        for parser in parsers:
            if parser.media_type == request._request.content_type:
                return parser
        value = request.content_type[:_MOST_REPEATED]
        message = f'request body has an error: header Content-Type has unexpected value "{value}"'
        raise BadRequest(message=message)


def takes_pages(request: HttpRequest) -> bool:
    """Whether it can show a page: one that accepts any type, or says nothing, gets one where there is nothing else."""
    return request.get_preferred_type(["text/html"]) is not None


def is_browser(request: HttpRequest) -> bool:
    """A client that accepts any type, prefers JSON, or sends a session token, is not a browser."""
    if "x-tidepool-session-token" in request.headers:
        return False
    return request.get_preferred_type(["application/json", "text/html"]) == "text/html"
