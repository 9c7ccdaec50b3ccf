"""`/live`: the process answers. `/ready`: MongoDB and Redis answer too (200, or 400 with an empty body)."""

import structlog
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from clinics_site.core import db

log = structlog.get_logger(__name__)


def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def ready(request: HttpRequest) -> HttpResponse:
    try:
        db.client().admin.command("ping", maxTimeMS=1000)
        cache.get("ready")
    except (PyMongoError, RedisError) as error:
        log.warning("not_ready", error=type(error).__name__)
        return HttpResponse(status=400)
    return HttpResponse()
