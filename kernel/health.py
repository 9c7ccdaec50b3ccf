"""Probes: whether the process lives, and whether it can answer requests.

`watch()` starts a thread that asks MongoDB and Redis several times a second. Where it runs, a probe costs next to
nothing and never waits, whatever the neighbours do. Elsewhere (Django's own server, tests) a probe asks itself.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread

import pymongo
import structlog
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from kernel import db

log = structlog.get_logger(__name__)
MONGODB_SECONDS = 0.75  # to answer; Redis has 0.5 by its own settings
PAUSE = 0.25  # between two checks
# A check that hangs longer than its limits (in the resolver of names, say) counts as failed.
LONGEST_SILENCE = 1.5


@dataclass(frozen=True, slots=True)
class State:
    """Which neighbours answer, and whether the process itself takes requests."""

    mongodb: bool = False
    redis: bool = False
    is_serving: bool = True

    @property
    def is_ready(self) -> bool:
        return self.mongodb and self.redis and self.is_serving


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    status: int
    body: bytes = b""
    content_type: str = ""


Probe = Callable[[State], ProbeAnswer]


def _live(state: State) -> ProbeAnswer:
    return ProbeAnswer(200)


def _ready(state: State) -> ProbeAnswer:
    return ProbeAnswer(200 if state.is_ready else 503)


# By path. Apps add their own.
PROBES: dict[str, Probe] = {"/live": _live, "/ready": _ready}


def view(request: HttpRequest) -> HttpResponse:
    answer = PROBES[request.path](check())
    response = HttpResponse(answer.body, status=answer.status)
    response.headers["Content-Type"] = answer.content_type
    return response


def check() -> State:
    return State(mongodb=_does_mongodb_answer(), redis=_does_redis_answer())


def _does_mongodb_answer() -> bool:
    try:
        with pymongo.timeout(MONGODB_SECONDS):
            db.client().admin.command("ping")
    except PyMongoError:
        return False
    return True


def _does_redis_answer() -> bool:
    try:
        cache.get("ready")
    except RedisError:
        return False
    return True


def _words(state: State) -> str:
    return f"MongoDB {_answers(state.mongodb)}, Redis {_answers(state.redis)}"


def _answers(does: bool) -> str:  # noqa: FBT001 (the only argument)
    return "answers" if does else "does not answer"


class Watch:
    """Keeps the state of a moment ago."""

    def __init__(self, ask: Callable[[], State] = check) -> None:
        self._ask = ask
        self._kept = State()
        self._moment = 0.0

    def start(self) -> "Watch":
        Thread(target=self._keep, name="health", daemon=True).start()
        return self

    @property
    def state(self) -> State:
        is_silent = time.monotonic() - self._moment > LONGEST_SILENCE
        return State() if is_silent else self._kept

    def _keep(self) -> None:
        while True:
            self._take(self._found())
            time.sleep(PAUSE)

    def _found(self) -> State:
        try:
            return self._ask()
        except Exception as error:  # noqa: BLE001 (the watch goes on whatever a driver raises)
            log.warning("health.check_failed", error=type(error).__name__)
            return State()

    def _take(self, found: State) -> None:
        if found != self._kept:
            log.warning("ready" if found.is_ready else "not_ready", state=_words(found))
        self._kept, self._moment = found, time.monotonic()
