"""One web process: `python -m clinics_site.web.worker LISTENING_FD MASTER_FD`, started by clinics_site/server.py."""

import asyncio
import ctypes
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

import uvicorn

from clinics_site.web import limits
from clinics_site.web.protocol import Connections, Protocol
from kernel import health, ratelimit

if TYPE_CHECKING:
    from clinics_site.web.application import Application

CLOSING_NOTICE_SECONDS = 1.0
STOP_SECONDS = 25  # for uvicorn; the master waits a little longer
TRIM_SECONDS = 10.0


def main() -> None:
    listening, master = (int(text) for text in sys.argv[1:])
    # The master reads this module too, and serves no request.
    from clinics_site.web.application import Application
    from clinics_site.wsgi import application as django
    from kernel import accesses, speed

    speed.collect_garbage_rarely()
    speed.switch_threads_often()
    _allow_files(limits.CONNECTIONS + 500)
    application = Application(django, health.Watch().start())
    Server(application, master).run(sockets=[socket.socket(fileno=listening)])
    accesses.end()


def configuration(application: Any, connections: Connections, **more: Any) -> uvicorn.Config:
    http: Any = partial(Protocol, connections=connections)  # uvicorn calls it like the class
    return uvicorn.Config(
        application,
        http=http,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=2048,
        timeout_keep_alive=limits.IDLE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        **more,
    )


class Server(uvicorn.Server):
    """Uvicorn's server. For a second after SIGTERM every answer asks its client to close the connection: an
    idle connection that is closed at once may have a request on its way."""

    def __init__(self, application: "Application", master: int) -> None:
        self._application = application
        self._master = master
        self._connections = Connections(
            most=limits.CONNECTIONS,
            # Behind a proxy all connections come from its address.
            per_address=0 if ratelimit.is_behind_proxy() else limits.CONNECTIONS_PER_ADDRESS,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        super().__init__(configuration(application, self._connections, loop="uvloop"))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = loop = asyncio.get_running_loop()
        loop.add_reader(self._master, self._master_died)
        self._every(1.0, lambda: self._connections.sweep(loop.time()))
        self._every(TRIM_SECONDS, partial(loop.run_in_executor, None, _give_memory_back))
        os.set_blocking(self._master, False)
        self._say_that_it_is_alive()
        self._every(1.0, self._say_that_it_is_alive)

    def _say_that_it_is_alive(self) -> None:
        """A master that hangs does not read; one that is dead ends this process by other means."""
        with suppress(OSError):
            os.write(self._master, b".")

    def _every(self, seconds: float, act: Any) -> None:
        loop = asyncio.get_running_loop()

        def again() -> None:
            loop.call_later(seconds, again)
            act()

        loop.call_later(seconds, again)

    def _master_died(self) -> None:
        """The master never writes: the socket is readable because it died, and nothing else would end this
        process."""
        asyncio.get_running_loop().remove_reader(self._master)
        self.handle_exit(signal.SIGTERM, None)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._loop is None:
            self._stop()
        elif not self._application.is_ending:
            self._application.is_ending = True
            self._loop.call_soon_threadsafe(
                self._loop.call_later, CLOSING_NOTICE_SECONDS, self._stop
            )

    def _stop(self) -> None:
        self.should_exit = True


def _allow_files(count: int) -> None:
    """Each connection is a file; many systems start a process with a limit of 1024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = count if most == resource.RLIM_INFINITY else min(count, most)
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))


def _give_memory_back() -> None:
    """Return memory of large bodies and answers to the system; glibc would keep it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


if __name__ == "__main__":
    main()
