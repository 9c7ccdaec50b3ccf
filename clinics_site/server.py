"""How the web process runs: `python -m clinics_site.server`.

This process listens, starts the workers that serve requests (clinics_site/web), and replaces a worker that
dies or hangs. It answers `/live` and `/ready` on a separate port, which is not affected by a flood of requests.
"""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module

import structlog
from uvicorn.server import ServerState

from clinics_site import env
from clinics_site.web import worker
from clinics_site.web.health import HealthApplication
from clinics_site.web.protocol import Connections, Protocol
from kernel import health, logging, metrics_folder
from kernel.restarts import FAILED_STARTS, CannotStart, Restarts

HOST = env.text("HOST", "127.0.0.1", help="address the web process listens on")
PORT = env.port("PORT", 8080, help="port the web process listens on")
HEALTH_PORT = env.port(
    "HEALTH_PORT",
    (PORT + 1) % 2**16,
    help="port on which it answers /live and /ready whatever happens on the other one; unset: the next; 0: none",
)
WORKERS = env.number("WEB_WORKERS", 2, at_least=1, help="web processes; one per core is right")
STUCK_SECONDS = env.number(
    "WEB_STUCK_SECONDS",
    30,
    at_least=5,
    help="a web process that does nothing for so long, not even tell that it is alive, is killed and replaced",
)
env.text(
    "PROMETHEUS_MULTIPROC_DIR",
    help="folder, emptied before the start, in which processes of one machine add up their metrics; unset: web, "
    "and each process with METRICS_PORT, has its own",
)
BACKLOG = 2048
STOP_SECONDS = 30.0
# The code is loaded, with a machine that others use too. A worker that has not started by then is started again with
# twice the time, so that one that hangs is replaced soon and a slow machine gets there.
START_SECONDS = 60.0
MOST_HEALTH_CONNECTIONS = 200
WORKER = (sys.executable, "-m", "clinics_site.web.worker")
log = structlog.get_logger("web")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")
    logging.configure("WARNING")
    # Unsafe settings end this process here, and not each worker.
    import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    if not os.environ.get(metrics_folder.VARIABLE):
        _share_metrics()
    sys.exit(asyncio.run(Master().run()))


def _share_metrics() -> None:
    """Whichever worker answers, it speaks for all of them."""
    try:
        metrics_folder.make_own()
    except OSError as error:
        log.warning("metrics.no_folder", error=type(error).__name__)


class Master:
    def __init__(self) -> None:
        self._listening = _listen(PORT, is_shared=True)
        self._workers = [Worker(number, self._listening) for number in range(1, WORKERS + 1)]
        self._end = asyncio.Event()
        self._status = 0

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._end.set)
        keepers = [asyncio.create_task(self._keep(web_worker)) for web_worker in self._workers]
        answers = asyncio.create_task(self._answer_health())
        await self._end.wait()
        self._listening.close()
        await asyncio.gather(*(web_worker.stop() for web_worker in self._workers))
        for task in (*keepers, answers):
            task.cancel()
        return self._status

    async def _keep(self, web_worker: "Worker") -> None:
        """A worker that was killed is replaced, however often; only one that cannot start ends everything."""
        loop, restarts = asyncio.get_running_loop(), Restarts()
        while not self._end.is_set():
            began = loop.time()
            status = await web_worker.live()
            if self._end.is_set():
                return
            log.error("worker.ended", name=web_worker.name, status=status)
            try:
                pause = restarts.pause_after(
                    seconds=loop.time() - began, has_started=web_worker.has_started
                )
            except CannotStart:
                self._give_up(web_worker)
                return
            await asyncio.sleep(pause)

    def _give_up(self, web_worker: "Worker") -> None:
        log.critical("worker.cannot_start", name=web_worker.name, count=FAILED_STARTS)
        self._status = 1
        self._end.set()

    async def _answer_health(self) -> None:
        if not HEALTH_PORT:
            return
        listening = await self._health_socket()
        loop = asyncio.get_running_loop()
        connections = Connections(most=MOST_HEALTH_CONNECTIONS, per_address=0)
        application = HealthApplication(health.Watch().start(), self._can_serve)
        config = worker.configuration(application, connections)
        config.load()
        server = await loop.create_server(
            lambda: Protocol(
                connections=connections, config=config, server_state=ServerState(), app_state={}
            ),
            sock=listening,
        )
        async with server:
            while True:
                await asyncio.sleep(1)
                connections.sweep(loop.time())

    async def _health_socket(self) -> socket.socket:
        """The port may be taken until an older version of the service has ended."""
        with suppress(OSError):
            return _listen(HEALTH_PORT, is_shared=False)
        log.warning("health_port.taken")
        while True:
            await asyncio.sleep(1)
            with suppress(OSError):
                return _listen(HEALTH_PORT, is_shared=False)

    def _can_serve(self) -> bool:
        return not self._end.is_set() and any(web_worker.is_serving for web_worker in self._workers)


class Worker:
    """A process; `live()` starts it, and starts it again after it has ended."""

    def __init__(self, number: int, listening: socket.socket) -> None:
        self.name = f"worker-{number}"
        self.is_serving = False
        self.has_started = False
        self._start_seconds = START_SECONDS
        self._listening = listening
        self._process: asyncio.subprocess.Process | None = None

    async def live(self) -> int:
        """Run the process from start to end, and return its exit status."""
        self.has_started = False
        our_end, its_end = socket.socketpair()
        our_end.settimeout(0)
        with our_end:
            with its_end:
                files = (self._listening.fileno(), its_end.fileno())
                self._process = await asyncio.create_subprocess_exec(
                    *(*WORKER, *map(str, files)),
                    pass_fds=files,
                    env={"MALLOC_ARENA_MAX": "2", **os.environ},
                )
            watch = asyncio.create_task(self._watch(our_end))
            try:
                return await self._process.wait()
            finally:
                watch.cancel()
                self.is_serving = False

    async def _watch(self, our_end: socket.socket) -> None:
        """It says once a second that it is alive, from its start on. One that hangs is killed, and so replaced."""
        with suppress(TimeoutError):
            while await self._says_something(our_end):
                self.is_serving = self.has_started = True
                self._start_seconds = START_SECONDS
            return  # it has ended
        log.error("worker.stuck", name=self.name)
        if not self.has_started:
            self._start_seconds *= 2
        self.is_serving = False
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _says_something(self, our_end: socket.socket) -> bool:
        words = asyncio.get_running_loop().sock_recv(our_end, 100)
        patience = STUCK_SECONDS if self.has_started else self._start_seconds
        return bool(await asyncio.wait_for(words, patience))

    async def stop(self) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
                return
            self._process.kill()
            await self._process.wait()


def _listen(port: int, *, is_shared: bool) -> socket.socket:
    """`is_shared`: a new version of the service may start on the port before the old one ends."""
    family = socket.AF_INET6 if ":" in HOST else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if is_shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    _notice_lost_clients(listening)
    listening.bind((HOST, port))
    listening.listen(BACKLOG)
    listening.settimeout(0)
    return listening


def _notice_lost_clients(listening: socket.socket) -> None:
    """A client whose machine or network is gone says nothing. Its connection, which has these settings from the
    listening socket, ends after 25 seconds without an answer of its system; and a router in between does not forget
    the connection of a client that waits long."""
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):  # not on every system
            listening.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


if __name__ == "__main__":
    main()
