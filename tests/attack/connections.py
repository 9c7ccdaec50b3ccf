"""Connections that send nothing, read nothing, break, or come and go."""

import asyncio
from functools import partial

from tests.attack import wire
from tests.attack.stage import Act, Attack, Stage, crowd

HALF_OPEN = 2300
MORE_THAN_ALL = 5000  # than the web processes keep together
CHURN = 2000  # connections a second
LIVE = wire.request("GET", "/live")


# --- half-open ------------------------------------------------------------------------------------------
async def _wait(stage: Stage, number: int, *, said: bytes) -> None:
    async with await stage.link(number) as link:
        await link.send(said)
        stage.outcomes[str((await link.answer()).status)] += 1


SILENT = partial(_wait, said=b"")
HALF_A_HEAD = partial(_wait, said=b"GET /live HTTP/1.1\r\nHost: loc")


async def _drip_head(stage: Stage, number: int) -> None:
    """Never silent for long, so that a limit on idle time does not see it."""
    async with await stage.link(number) as link:
        answer = await link.ask(b"GET /live HTTP/1.1\r\n", forever=b"x-a: b\r\n", every=1.0)
        stage.outcomes[str(answer.status)] += 1


def _half_open(name: str, act: Act, *, is_short: bool = False) -> list[Attack]:
    run = crowd(HALF_OPEN, act, pause=3.0)
    return [
        Attack("half-open", f"{HALF_OPEN} {name}, one address", run, 12, is_short=is_short),
        Attack("half-open", f"{HALF_OPEN} {name}, many", run, 12, has_many_addresses=True),
    ]


# --- idle, not reading ----------------------------------------------------------------------------------
async def _idle(stage: Stage, number: int) -> None:
    """One correct request, and then nothing."""
    async with await stage.link(number) as link:
        stage.outcomes[str((await link.ask(LIVE)).status)] += 1
        await link.answer()


async def _never_read(stage: Stage, number: int) -> None:
    token = stage.target.tokens[0]
    asked = wire.request("GET", f"{stage.target.clinic}/patients?limit=1000", token=token)
    async with await stage.link(number, room=4096) as link:
        link.stop_reading()
        await link.send(asked * 4)
        await asyncio.sleep(stage.left())
        stage.outcomes["held to the end"] += 1


# --- broken off -----------------------------------------------------------------------------------------
async def _break_off(stage: Stage, number: int) -> None:
    """In the head, before the body, in the body, before the answer, in the answer."""
    token = stage.target.tokens[0]
    listing = wire.request("GET", f"{stage.target.clinic}/patients?limit=200", token=token)
    creation = wire.head("POST", "/v1/clinics", token=token, lines=wire.with_length(500))
    for said, waits in (
        (listing[:40], 0.0),
        (creation, 0.02),
        (creation + b'{"name":', 0.02),
        (listing, 0.0),
        (listing, 0.05),
    ):
        async with await stage.link(number) as link:
            await link.send(said)
            await asyncio.sleep(waits)
            link.reset()
        stage.outcomes["broken off"] += 1


async def _pipeline(stage: Stage, number: int) -> None:
    """Two hundred requests at once: each answered in its turn, or the connection closed."""
    async with await stage.link(number) as link:
        sending = asyncio.ensure_future(link.send(LIVE * 200))
        try:
            for _ in range(200):
                stage.outcomes[str((await link.answer()).status)] += 1
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)


async def _churn(stage: Stage) -> None:
    """New connections at a steady rate, whatever the server does."""
    tasks: set[asyncio.Task[None]] = set()
    number = 0
    while stage.left() > 0:
        for _ in range(CHURN // 100):
            number += 1
            task = asyncio.create_task(_come_and_go(stage, number))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _come_and_go(stage: Stage, number: int) -> None:
    try:
        async with await stage.link(number) as link:
            if number % 2:
                link.reset()
        stage.outcomes["came and went"] += 1
    except OSError as error:
        stage.outcomes[type(error).__name__] += 1


ATTACKS = (
    *_half_open("silent", SILENT),
    *_half_open("with half a head", HALF_A_HEAD, is_short=True),
    Attack(
        "half-open",
        "200 with a head that never ends, slowly",
        crowd(200, _drip_head, pause=0.5),
        12,
    ),
    Attack(
        "half-open",
        f"{MORE_THAN_ALL} silent, many",
        crowd(MORE_THAN_ALL, SILENT, pause=3.0),
        12,
        has_many_addresses=True,
    ),
    Attack(
        "idle",
        f"{MORE_THAN_ALL} kept open, many",
        crowd(MORE_THAN_ALL, _idle, pause=3.0),
        12,
        has_many_addresses=True,
    ),
    Attack("idle", "500 kept open, one address", crowd(500, _idle, pause=0.5)),
    Attack("idle", "500 kept open, many", crowd(500, _idle, pause=0.5), has_many_addresses=True),
    Attack("unread", "60 do not read large lists", crowd(60, _never_read, pause=0.5), 12),
    Attack(
        "unread",
        "200 do not read large lists, many addresses",
        crowd(200, _never_read, pause=0.5),
        12,
        has_many_addresses=True,
    ),
    Attack("broken-off", "32 connections", crowd(32, _break_off, pause=0.02), is_short=True),
    Attack("pipelined", "16 x 200 requests", crowd(16, _pipeline)),
    Attack("churn", f"{CHURN}/s, one address", _churn, 8),
    Attack("churn", f"{CHURN}/s, many addresses", _churn, 8, has_many_addresses=True),
)
