"""What an attack is, and what it works with. Runs in the attackers' process."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.attack import wire

_AFTER_A_FAILURE = 0.05  # seconds, so that a refused attacker does not try again at once


@dataclass(frozen=True)
class Target:
    """What an attacker may know: the port, a clinic of 2,000 patients and the tokens of its people."""

    port: int
    clinic: str  # path of the attackers' clinic
    tokens: list[str]  # of its admin, then of its members
    webhook_token: str


@dataclass(frozen=True)
class Attack:
    """`run` continues until the stage's time is over; `prepare` makes bodies before the time starts."""

    kind: str
    name: str
    run: Callable[["Stage"], Awaitable[None]]
    seconds: float = 8
    has_many_addresses: bool = False
    is_short: bool = False  # one of those that `make chaos` runs
    prepare: Callable[[], Any] = tuple

    @property
    def title(self) -> str:
        return f"{self.kind}: {self.name}"


@dataclass
class Stage:
    target: Target
    deadline: float
    has_many_addresses: bool
    outcomes: Counter[str] = field(default_factory=Counter)  # status or failure -> count
    broken: list[str] = field(default_factory=list)  # guarantees that only an attacker can check

    def left(self) -> float:
        return max(0.0, self.deadline - time.monotonic())

    async def link(self, number: int, *, room: int = 0) -> wire.Link:
        addresses = (
            wire.ATTACKER_ADDRESSES if self.has_many_addresses else wire.ATTACKER_ADDRESSES[:1]
        )
        return await wire.Link.open(
            self.target.port, source=addresses[number % len(addresses)], room=room
        )

    async def crowd(
        self,
        count: int,
        act: "Act",
        *,
        pause: float = 0.0,
        spread: float = 0.0,
        is_repeated: bool = True,
    ) -> None:
        """`count` attackers that start within `spread` seconds. Each repeats the attack until the time is
        over, or does it once."""
        do = self._repeated(act, pause) if is_repeated else self._once(act)
        tasks = [
            asyncio.create_task(_after(spread * number / count, do, number))
            for number in range(count)
        ]
        _, unfinished = await asyncio.wait(tasks, timeout=self.left())
        for task in unfinished:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
        if unfinished:
            self.outcomes["open at the end"] += len(unfinished)

    def _repeated(self, act: "Act", pause: float) -> Callable[[int], Coroutine[Any, Any, None]]:
        async def do(number: int) -> None:
            once = self._once(act)
            while self.left() > 0:
                await once(number)
                await asyncio.sleep(pause)

        return do

    def _once(self, act: "Act") -> Callable[[int], Coroutine[Any, Any, None]]:
        async def do(number: int) -> None:
            try:
                await act(self, number)
            except (OSError, TimeoutError) as error:
                self.outcomes[_word(error)] += 1
                await asyncio.sleep(_AFTER_A_FAILURE)

        return do


async def _after(
    seconds: float, do: Callable[[int], Coroutine[Any, Any, None]], number: int
) -> None:
    await asyncio.sleep(seconds)
    await do(number)


def _word(error: Exception) -> str:
    words = {
        wire.Closed: "closed",
        ConnectionResetError: "reset",
        BrokenPipeError: "closed",
        ConnectionRefusedError: "refused",
        TimeoutError: "timed out",
    }
    return next(
        (word for kind, word in words.items() if isinstance(error, kind)), type(error).__name__
    )


Act = Callable[[Stage, int], Awaitable[None]]


async def _crowd(count: int, act: Act, options: dict[str, float], stage: Stage) -> None:
    await stage.crowd(count, act, **options)  # type: ignore[arg-type]


def crowd(
    count: int, act: Act, *, pause: float = 0.0, spread: float = 0.0
) -> Callable[[Stage], Awaitable[None]]:
    """A crowd as a value for `Attack.run`."""
    return partial(_crowd, count, act, {"pause": pause, "spread": spread})
