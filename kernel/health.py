"""`/live`: the process answers. `/ready`: MongoDB and Redis answer too (200, or 400 with an empty body)."""

import pymongo
import structlog
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from kernel import db

log = structlog.get_logger(__name__)
SECONDS = 1.0  # for MongoDB to answer; Redis has half of it by its own settings


def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def ready(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=200 if is_ready() else 400)


def is_ready() -> bool:
    try:
        with pymongo.timeout(SECONDS):
            db.client().admin.command("ping")
        cache.get("ready")
    except (PyMongoError, RedisError) as error:
        log.warning("not_ready", error=type(error).__name__)
        return False
    return True
