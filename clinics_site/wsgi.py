"""Django's WSGI application, as clinics_site/web calls it."""

import os
from collections.abc import Callable
from functools import cached_property
from typing import Any

import django
from django.core.handlers.base import reset_urlconf
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import request_finished
from django.http import HttpResponseBase, QueryDict
from django.utils.log import log_response

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")
django.setup(set_prefix=False)

_NO_QUERY = QueryDict("")  # cannot be changed
_REFUSED = 400  # and every status above


class Request(WSGIRequest):
    @cached_property
    def GET(self) -> Any:  # type: ignore[override]  # noqa: N802 (Django's name)
        """Most requests have no query, and then nothing is parsed and no object made."""
        return super().GET if self.META.get("QUERY_STRING") else _NO_QUERY


class Application(WSGIHandler):
    """Without what Django's own handler does at each request for sites that this is not: a prefix of all paths, and
    another table of routes for one request. Nothing sets either here, so each thread has Django's defaults; and nothing
    listens when a request begins (`kernel.speed.leave_pools_alone`)."""

    request_class = Request

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> HttpResponseBase:
        request = self.request_class(environ)
        response = self.get_response(request)
        start_response(
            str(response.status_code),
            [
                *response.items(),
                *(("Set-Cookie", cookie.output(header="")) for cookie in response.cookies.values()),
            ],
        )
        return response

    def get_response(self, request: Request) -> HttpResponseBase:  # type: ignore[override]
        response: HttpResponseBase = self._middleware_chain(request)  # type: ignore[attr-defined]
        response._resource_closers.append(request.close)  # type: ignore[attr-defined]
        if response.status_code >= _REFUSED:
            log_response(
                "%s: %s",
                response.reason_phrase,
                request.path,
                response=response,  # type: ignore[arg-type]
                request=request,
            )
        response.headers["Server"] = "clinics"  # does not name the software
        return response


request_finished.disconnect(reset_urlconf)
application = Application()
