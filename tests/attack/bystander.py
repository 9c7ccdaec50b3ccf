"""The bystander: small requests at a steady pace, whether or not earlier ones were answered. A process of its
own, with a clock that no attacker shares. Reads the job from standard input, prints a line of JSON for each
request, and ends with its input.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from itertools import count
from typing import Any

from tests.attack import wire

TIMEOUT = 10.0  # seconds until a request counts as lost
_NICE = -5  # keeps it on time on a busy machine; works for root only


class Bystander:
    def __init__(self, job: dict[str, Any]) -> None:
        self._port = int(job["port"])
        token, clinic = job["token"], job["clinic"]
        self._requests = {
            "/live": wire.request("GET", "/live"),
            "/ready": wire.request("GET", "/ready"),
            "clinic": wire.request("GET", clinic, token=token),
            "patient": wire.request("GET", job["patient"], token=token),
            "list": wire.request("GET", f"{clinic}/patients?limit=5", token=token),
        }
        self._pause = 1.0 / job["rate"]
        self._idle: list[wire.Link] = []

    async def run(self) -> None:
        names = list(self._requests)
        due = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for number in count():
                name = names[number % len(names)]
                # Probes use a new connection, and so does every second one of the other requests.
                is_new = name.startswith("/") or number // len(names) % 2 == 0
                tasks.create_task(self._watch(number, name, due=due, is_new=is_new))
                due += self._pause
                await asyncio.sleep(due - time.monotonic())

    async def _watch(self, number: int, name: str, *, due: float, is_new: bool) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(TIMEOUT):
                outcome = str(await self._ask(self._requests[name], is_new=is_new))
        except TimeoutError:
            outcome = "lost"
        except (OSError, ValueError) as error:
            outcome = type(error).__name__
        _print(
            number=number,
            name=name,
            began=began,
            seconds=time.monotonic() - began,
            outcome=outcome,
            late=began - due,
        )

    async def _ask(self, request: bytes, *, is_new: bool) -> int:
        if self._idle and not is_new:
            link = self._idle.pop()
            # A server may end an idle connection; clients then ask again over a new one.
            with contextlib.suppress(ConnectionError):
                return await self._over(link, request)
        return await self._over(await wire.Link.open(self._port), request)

    async def _over(self, link: wire.Link, request: bytes) -> int:
        is_kept = False
        try:
            answer = await link.ask(request)
            is_kept = not answer.is_last and len(self._idle) < 4
        finally:
            if not is_kept:
                await link.__aexit__()
        if is_kept:
            self._idle.append(link)
        return answer.status


def _print(**fields: Any) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


async def _run_until_input_ends() -> None:
    job = json.loads(await asyncio.to_thread(sys.stdin.readline))
    running = asyncio.create_task(Bystander(job).run())
    input_ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait([running, input_ended], return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


if __name__ == "__main__":
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    asyncio.run(_run_until_input_ends())
