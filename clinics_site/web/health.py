"""Probes as the web processes answer them: on the loop, beside whatever their threads do."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kernel.health import PROBES, ProbeAnswer, State, Watch

NOT_FOUND = ProbeAnswer(404)


async def send(answer: ProbeAnswer, send: Any, *headers: tuple[bytes, bytes]) -> None:
    own = [
        (b"server", b"clinics"),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(answer.body)).encode()),
    ]
    if answer.content_type:
        own.append((b"content-type", answer.content_type.encode()))
    start = {"type": "http.response.start", "status": answer.status, "headers": [*own, *headers]}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})


class HealthApplication:
    """The only application of the master process, on HEALTH_PORT."""

    def __init__(self, watch: Watch, can_serve: Callable[[], bool]) -> None:
        self._watch = watch
        self._can_serve = can_serve

    async def __call__(self, scope: Any, receive: Any, send_to: Any) -> None:
        probe = PROBES.get(scope["path"])
        answer = probe(self._state()) if probe else NOT_FOUND
        await send(answer, send_to, (b"connection", b"close"))

    def _state(self) -> State:
        return replace(self._watch.state, is_serving=self._can_serve())
