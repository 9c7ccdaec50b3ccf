"""Decides which request runs next when there are more requests than threads.

Callers take turns, and none may hold every thread; callers whose token was accepted do not queue behind
strangers. Heavy requests take turns by clinic, for all callers, and together hold few threads. Runs on
the event loop, so it needs no lock.
"""

import math
from asyncio import Future
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

CALLERS_PER_CLINIC = 5  # at least this many callers share the waiting requests of one clinic
Name = TypeVar("Name", str, bool)


class Full(Exception):
    """Too many requests of this caller, for this clinic or of all callers are waiting already."""


@dataclass(slots=True, eq=False)
class Job:
    """Nothing that outlives a job may refer to it: an answer in a reference cycle stays until the next
    garbage collection, which is rare, and large answers would fill the memory meanwhile."""

    work: Callable[[], Any] = field(repr=False)  # in a thread
    caller: str
    clinic: str | None = None  # of a heavy request
    may_wait: int | None = None  # the most waiting requests of its caller; None: the usual number
    is_known: bool = False  # the caller's token was accepted
    ends: float = math.inf  # when it is too late for an answer
    done: Future[Any] | None = field(default=None, repr=False)
    has_begun: bool = False

    @property
    def turn(self) -> tuple[str, str]:
        """Whose turn it takes."""
        return ("caller", self.caller) if self.clinic is None else ("clinic", self.clinic)


Turns = OrderedDict[tuple[str, str], deque[Job]]


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
        # Known callers and strangers have separate queues, so that a crowd of addresses does not delay
        # everyone else.
        self._turns: dict[bool, Turns] = {True: OrderedDict(), False: OrderedDict()}
        self._was_known = False
        self._waiting: Counter[bool] = Counter()
        self._waiting_by_caller: Counter[str] = Counter()
        self._running = 0
        self._running_heavy = 0
        self._running_by_caller: Counter[str] = Counter()

    def submit(self, job: Job) -> None:
        """Start it, or let it wait. Raises Full."""
        if self._may_start(job) and not self._waiting:
            self._begin(job)
            return
        turns = self._turns[job.is_known]
        queue = turns.get(job.turn) or deque()
        if self._is_full_for(job, queue):
            raise Full
        queue.append(job)
        turns[job.turn] = queue
        self._count_waiting(job, 1)
        self._start_waiting()

    def _is_full_for(self, job: Job, queue: deque[Job]) -> bool:
        most = job.may_wait or self._waiting_per_turn
        return (
            self._waiting[job.is_known] >= self._most_waiting
            or self._waiting_by_caller[job.caller] >= most
            or (job.clinic is not None and self._is_clinic_full_for(job, queue))
        )

    def _is_clinic_full_for(self, job: Job, queue: deque[Job]) -> bool:
        """Every caller that asks about a clinic waits in its queue, even one who will be refused: one caller
        alone must not fill it."""
        own = sum(waiting.caller == job.caller for waiting in queue)
        share = max(1, self._waiting_per_turn // CALLERS_PER_CLINIC)
        return len(queue) >= self._waiting_per_turn or own >= share

    def finished(self, job: Job) -> None:
        self._running -= 1
        self._running_heavy -= job.clinic is not None
        _count(self._running_by_caller, job.caller, -1)
        self._start_waiting()

    def _start_waiting(self) -> None:
        while self._running < self._threads:
            job = self._next()
            if job is None:
                return
            self._begin(job)

    def _next(self) -> Job | None:
        """The first job in turn that may start, alternating between known callers and strangers; its turn
        moves to the end."""
        for is_known in (not self._was_known, self._was_known):
            turns = self._turns[is_known]
            job = next((queue[0] for queue in turns.values() if self._may_start(queue[0])), None)
            if job is not None:
                self._was_known = is_known
                self._take(job, turns)
                return job
        return None

    def _take(self, job: Job, turns: Turns) -> None:
        queue = turns.pop(job.turn)
        queue.popleft()
        if queue:
            turns[job.turn] = queue
        self._count_waiting(job, -1)

    def _may_start(self, job: Job) -> bool:
        return (
            self._running < self._threads
            and self._running_by_caller[job.caller] < self._per_caller
            and (job.clinic is None or self._running_heavy < self._most_heavy)
        )

    def _begin(self, job: Job) -> None:
        self._running += 1
        self._running_heavy += job.clinic is not None
        _count(self._running_by_caller, job.caller, 1)
        job.has_begun = True
        self._start(job)

    def _count_waiting(self, job: Job, change: int) -> None:
        _count(self._waiting, job.is_known, change)
        _count(self._waiting_by_caller, job.caller, change)


def _count(numbers: Counter[Name], name: Name, change: int) -> None:
    """Entries that reach zero are removed."""
    numbers[name] += change
    if not numbers[name]:
        del numbers[name]
