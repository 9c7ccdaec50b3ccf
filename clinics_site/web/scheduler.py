"""Who is served next, when more is asked for than there are threads.

Callers take turns, and none may hold every thread. Heavy requests are counted by the clinic they are about, whoever
asks, and hold few threads together. Lives on the event loop, so it needs no lock.
"""

from asyncio import Future
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class Full(Exception):
    """This caller, this clinic or everybody together waits for too much already."""


@dataclass(slots=True, eq=False)
class Job:
    """What it leaves behind must not know the job: an answer in a circle of references stays until the garbage is
    collected, which is seldom, and large ones fill the memory meanwhile."""

    work: Callable[[], Any] = field(repr=False)  # in a thread
    caller: str
    clinic: str | None = None  # of a heavy request
    done: Future[Any] | None = field(default=None, repr=False)

    @property
    def turn(self) -> tuple[str, str]:
        """Whose turn it takes."""
        return ("caller", self.caller) if self.clinic is None else ("clinic", self.clinic)


class Scheduler:
    def __init__(
        self,
        *,
        start: Callable[[Job], None],
        threads: int,
        per_caller: int,
        heavy: int,
        waiting_per_turn: int,
        waiting: int,
    ) -> None:
        self._start = start
        self._threads = threads
        self._per_caller = per_caller
        self._most_heavy = heavy
        self._waiting_per_turn = waiting_per_turn
        self._most_waiting = waiting
        self._turns: OrderedDict[tuple[str, str], deque[Job]] = OrderedDict()
        self._waiting = 0
        self._waiting_of: Counter[str] = Counter()
        self._running = 0
        self._running_heavy = 0
        self._running_of: Counter[str] = Counter()

    def submit(self, job: Job) -> None:
        """Start it, or let it wait. Raises Full."""
        if self._may_start(job) and not self._turns:
            self._begin(job)
            return
        queue = self._turns.get(job.turn) or deque()
        if (
            self._waiting >= self._most_waiting
            or len(queue) >= self._waiting_per_turn
            or self._waiting_of[job.caller] >= self._waiting_per_turn
        ):
            raise Full
        queue.append(job)
        self._turns[job.turn] = queue
        self._count_waiting(job, 1)
        self._start_waiting()

    def finished(self, job: Job) -> None:
        self._running -= 1
        self._running_heavy -= job.clinic is not None
        _count(self._running_of, job.caller, -1)
        self._start_waiting()

    def _start_waiting(self) -> None:
        while self._running < self._threads:
            job = self._next()
            if job is None:
                return
            self._begin(job)

    def _next(self) -> Job | None:
        """The first in turn that may start; its turn goes to the end."""
        job = next((queue[0] for queue in self._turns.values() if self._may_start(queue[0])), None)
        if job is None:
            return None
        queue = self._turns.pop(job.turn)
        queue.popleft()
        if queue:
            self._turns[job.turn] = queue
        self._count_waiting(job, -1)
        return job

    def _may_start(self, job: Job) -> bool:
        return (
            self._running < self._threads
            and self._running_of[job.caller] < self._per_caller
            and (job.clinic is None or self._running_heavy < self._most_heavy)
        )

    def _begin(self, job: Job) -> None:
        self._running += 1
        self._running_heavy += job.clinic is not None
        _count(self._running_of, job.caller, 1)
        self._start(job)

    def _count_waiting(self, job: Job, change: int) -> None:
        self._waiting += change
        _count(self._waiting_of, job.caller, change)


def _count(numbers: Counter[str], name: str, change: int) -> None:
    """Nothing is kept of who has nothing left here."""
    numbers[name] += change
    if not numbers[name]:
        del numbers[name]
