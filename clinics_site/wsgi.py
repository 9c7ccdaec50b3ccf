"""The WSGI application that granian serves (clinics_site/server.py)."""

import io
import os
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")
django.setup(set_prefix=False)


class Application(WSGIHandler):
    """Django's own, with what the server leaves to us."""

    is_ending = False  # true: clients are told to use another connection for their next request

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if "HTTP_TRANSFER_ENCODING" in environ:
            _state_length(environ)
        return super().__call__(environ, start_response)

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        response = super().get_response(request)
        response.headers["Server"] = "clinics"  # otherwise the server's name
        if self.is_ending:
            response.headers["Connection"] = "close"
        return response


def _state_length(environ: dict[str, Any]) -> None:
    """Django reads as much as Content-Length says, which is nothing where a body comes in chunks. One that is too
    large is read just far enough to be refused."""
    body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))


application = Application()
