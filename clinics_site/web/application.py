"""The ASGI application of one web process: everything around Django.

A request gets a thread only when nothing more is needed from its client. A request whose body has not arrived
is run without it first: if it is refused before the body is needed (no credential, no right, wrong
parameters, too large), that is the answer, and the body is read only if Django asks for it. So no operation
reads a body for a caller who may not send it, and the caller who was found in the first run is not looked up
again.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import orjson
from django.urls import Resolver404, resolve
from structlog import contextvars

from clinics_site.web import bridge, health, heavy, limits, refusals
from clinics_site.web.bridge import Answer, BodyNeeded
from clinics_site.web.protocol import CLOSE, cycle_of, write_whole
from clinics_site.web.requests import Gone, Incoming, Memory
from clinics_site.web.scheduler import Full, Job, Scheduler
from kernel import deadline, metrics, waiting
from kernel.api.error_families import CLINIC_FAMILY, ErrorFamily
from kernel.errors import DomainError, RateLimited, Unavailable
from kernel.health import PROBES, State, Watch
from kernel.principal import Principal
from kernel.waiting import AnswerLater

MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    name: str
    may_wait: int | None = None
    is_known: bool = True


class Callers:
    """Whose turn a request takes: that of the person or service of its token once Django has accepted the
    token, and that of the client's address before. So no one gets more turns by inventing tokens."""

    def __init__(self) -> None:
        self._by_token: OrderedDict[bytes, Caller] = OrderedDict()

    def of(self, request: Incoming) -> Caller:
        caller = self._by_token.get(_digest(request.token)) if request.token else None
        return caller or Caller(request.address, is_known=False)

    def remember(self, request: Incoming) -> None:
        principal = request.principal
        if principal is None:
            return
        digest = _digest(request.token)
        self._by_token[digest] = _caller(principal, digest)
        if len(self._by_token) > MOST_KNOWN:
            self._by_token.popitem(last=False)


def _caller(principal: Principal, digest: bytes) -> Caller:
    """All services share one account, so they are distinguished by their tokens."""
    if principal.is_server:
        return Caller(f"service {digest.hex()}", limits.WAITING_PER_SERVICE)
    return Caller(f"user {principal.user_id}")


class Application:
    def __init__(self, django: Callable[..., Any], watch: Watch) -> None:
        self.is_ending = False  # true: clients are told to use another connection next time
        self._django = django
        self._watch = watch
        self._callers = Callers()
        self._memory = Memory(limits.BODY_MEMORY)
        self._refusals = refusals.Refusals()
        self._answered_later = 0
        threads = bridge.Threads(limits.THREADS)
        self._scheduler = Scheduler(
            start=lambda job: threads.start(partial(self._do, job)),
            threads=limits.THREADS,
            per_caller=max(1, limits.THREADS - 1),
            heavy=limits.HEAVY_THREADS,
            waiting_per_turn=limits.WAITING_PER_CALLER,
            waiting=limits.WAITING,
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        probe = PROBES.get(scope["path"])
        if probe is None:
            await self._serve(Incoming(scope, receive, self._memory), send)
        else:
            await health.send(probe(self._state()), send, *([CLOSE] if self.is_ending else []))

    def _state(self) -> State:
        return replace(self._watch.state, is_serving=not self.is_ending)

    async def _serve(self, request: Incoming, send: Any) -> None:
        try:
            answer = await self._answer(request)
        except DomainError as error:
            answer = _refusal(request, error)
        except Gone:
            return
        finally:
            request.release()
        await self._send(request, answer, send)

    async def _answer(self, request: Incoming) -> Answer:
        await request.read_small()
        refusal = refusals.find(request)
        if refusal is None:
            return await self._ask(request)
        answer = self._refusals.repeat(refusal, request.environ)
        if answer is None:
            answer = await self._ask(request)
            self._refusals.remember(refusal, answer)
        return answer

    async def _ask(self, request: Incoming) -> Answer:
        clinic = heavy.clinic_of(request.scope)
        ends = time.monotonic() + heavy.seconds_of(request.scope)
        if request.is_complete:
            return await self._run(request, request.with_body, clinic, ends)
        try:
            # Counts as heavy as with its body: an operation that reads no body answers already now.
            return await self._run(request, request.without_body, clinic, ends)
        except BodyNeeded:
            pass  # the body is read outside this block, so that the exception does not keep the first run in memory
        began = time.monotonic()
        await request.read_rest()
        ends += time.monotonic() - began  # how long its client takes has limits of its own
        return await self._run(request, request.with_body, clinic, ends)

    async def _run(
        self,
        request: Incoming,
        make_environ: Callable[[], bridge.Environ],
        clinic: str | None,
        ends: float,
    ) -> Answer:
        """Run it, and as often again as Django asks for it. Each later run has the time of a request."""
        with suppress(AnswerLater):
            return await self._run_once(request, make_environ(), clinic, ends)
        with self._place_for_later():
            request.keep_open()
            while True:
                await asyncio.sleep(waiting.SECONDS)
                if request.is_gone:
                    raise Gone
                if self.is_ending:
                    raise Unavailable
                answer = await self._run_later(request, make_environ())
                if answer is not None:
                    return answer

    async def _run_later(self, request: Incoming, environ: bridge.Environ) -> Answer | None:
        """One of the later runs. None if it has to be run again: what the request waits for goes on, so that there was
        no turn for this run, or that a neighbour failed, is no answer. After `waiting.LONGEST` it is one.

        It takes its caller's turn, and is not heavy: it looks up how far something is."""
        is_last = time.monotonic() - request.began >= waiting.LONGEST
        try:
            answer = await self._run_once(request, environ, None, _soon())
        except AnswerLater:
            return None
        except (RateLimited, Unavailable):
            if is_last:
                raise
            return None
        return answer if is_last or answer.status != Unavailable.status else None

    @contextmanager
    def _place_for_later(self) -> Iterator[None]:
        if self._answered_later >= limits.ANSWERED_LATER:
            raise RateLimited(retry_after=5)
        self._answered_later += 1
        try:
            yield
        finally:
            self._answered_later -= 1

    async def _run_once(
        self, request: Incoming, environ: bridge.Environ, clinic: str | None, ends: float
    ) -> Answer:
        def work() -> Answer:
            if request.is_gone:
                raise Gone
            return bridge.answer(self._django, environ)

        try:
            return await self._in_turn(work, self._callers.of(request), clinic, ends)
        finally:
            self._callers.remember(request)

    async def _in_turn(
        self, work: Callable[[], Answer], caller: Caller, clinic: str | None, ends: float
    ) -> Answer:
        """Run `work` in a thread when it is its caller's turn. Raises Unavailable if that does not come before
        `ends`, whatever the threads do; those end by themselves."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Answer] = loop.create_future()
        job = Job(work, caller.name, clinic, caller.may_wait, caller.is_known, ends, done)
        try:
            self._scheduler.submit(job)
        except Full:
            raise RateLimited(retry_after=1) from None
        alarm = None if job.has_begun else loop.call_later(ends - time.monotonic(), _give_up, job)
        try:
            return await done
        finally:
            if alarm is not None:
                alarm.cancel()
            del done, job, alarm  # an exception refers to this frame, which must not refer to them

    def _do(self, job: Job) -> None:
        """Runs in a thread."""
        assert job.done is not None  # noqa: S101 (for the type checker)
        loop = job.done.get_loop()
        try:
            with deadline.at(job.ends):
                answer = job.work()
            loop.call_soon_threadsafe(self._finish, job, answer, None)
        except BaseException as error:  # noqa: BLE001 (raised again in the task that waits for it)
            loop.call_soon_threadsafe(self._finish, job, None, error)
            del job  # same reason as in `_in_turn`

    def _finish(self, job: Job, answer: Answer | None, error: BaseException | None) -> None:
        self._scheduler.finished(job)
        done = job.done
        if done is None or done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(answer)

    # --- answers
    async def _send(self, request: Incoming, answer: Answer, send: Any) -> None:
        headers = answer.headers
        if self.is_ending or not request.is_complete:
            headers = [*headers, CLOSE]
        if request.is_complete and answer.rest is None:
            cycle = cycle_of(send)
            if cycle and await write_whole(cycle, answer.status, headers, answer.body):
                return
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if answer.rest is not None:
            answer = await self._send_pieces(request, answer, send)
        if not request.is_complete:
            await send({"type": "http.response.body", "body": answer.body, "more_body": True})
            await request.throw_away_rest()
            answer.body = b""
        await send({"type": "http.response.body", "body": answer.body})

    async def _send_pieces(self, request: Incoming, answer: Answer, send: Any) -> Answer:
        """Returns the last piece, not yet sent. A failure breaks off the connection; the server logs it, in
        this task."""
        contextvars.bind_contextvars(**answer.log_names)
        while answer.rest is not None:
            await send({"type": "http.response.body", "body": answer.body, "more_body": True})
            answer = await self._next_piece(request, answer)
        contextvars.clear_contextvars()  # the next request on the connection inherits this context
        return answer

    async def _next_piece(self, request: Incoming, answer: Answer) -> Answer:
        """A long answer holds no thread while its client reads; making the next piece waits for its turn
        again."""
        caller = self._callers.of(request)
        work = bridge.close if request.is_gone else bridge.next_piece
        return await self._in_turn(lambda: work(answer), caller, caller.name, _soon())


def _soon() -> float:
    return time.monotonic() + limits.REQUEST_SECONDS


def _give_up(job: Job) -> None:
    """It stays in the queue until its turn comes, and then ends at once."""
    if job.done is not None and not job.has_begun and not job.done.done():
        job.done.set_exception(Unavailable())


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("latin-1")).digest()


def _refusal(request: Incoming, error: DomainError) -> Answer:
    metrics.request_finished("refused", error.status, 0)
    body = orjson.dumps(_family(request.scope["path"]).body(error))
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"server", b"clinics"),
    ]
    seconds = getattr(error, "retry_after", None)
    if seconds is not None:
        headers.append((b"retry-after", str(seconds).encode()))
    return Answer(error.status, headers, body)


def _family(path: str) -> ErrorFamily:
    try:
        view = getattr(resolve(path).func, "cls", None)
    except Resolver404:
        return CLINIC_FAMILY
    family: ErrorFamily = getattr(view, "error_family", CLINIC_FAMILY)
    return family
