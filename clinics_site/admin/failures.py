"""What staff see when something is down or broken; the API keeps its own answers."""

import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from clinics_site.core import handler
from clinics_site.core.errors import Unavailable


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler of the unforeseen. Sessions live in Redis: without it the staff pages rest."""
    if not request.path.startswith(settings.ADMIN_PATH):
        return handler.server_error(request)
    is_down = isinstance(sys.exc_info()[1], RedisError | PyMongoError | Unavailable)
    body = render_to_string("500.html", {"is_down": is_down})
    return HttpResponse(body, status=503 if is_down else 500)
