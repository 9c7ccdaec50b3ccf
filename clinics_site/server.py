"""How the web process runs: `python -m clinics_site.server`.

Threads suit a service that waits for MongoDB; two workers use two cores. Each worker loads the application itself,
after it was started: a MongoDB client must not be carried over a fork (fact F29).
"""

import gc
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from granian import Granian, _signals
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from clinics_site import env
from clinics_site.core import logging

HOST = env.text("HOST", "127.0.0.1", help="address the web process listens on")
PORT = env.number("PORT", 8080, help="port the web process listens on")
WORKERS = env.number("WEB_WORKERS", 2, help="web processes; one per core is right")
THREADS = env.number("WEB_THREADS", 4, help="requests that one web process works on at a time")
env.text(
    "PROMETHEUS_MULTIPROC_DIR",
    help="folder in which the processes of one machine add up their metrics",
)
FAREWELL_SECONDS = 1.0
_ENDINGS = (signal.SIGINT, signal.SIGTERM)
_LOGGING: dict[str, Any] = {"formatters": {}, "handlers": {}, "loggers": {}}  # only ours


def main() -> None:
    import_module(os.environ["DJANGO_SETTINGS_MODULE"])  # unsafe ones end us here, not each worker
    logging.configure("WARNING")
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
    os.register_at_fork(after_in_child=_forget_signals)
    server = Granian(
        "clinics_site.wsgi:application",
        address=_address(),
        port=PORT,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=600,
        backlog=512,
        backpressure=1000,  # connections to one worker, idle ones included
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(
            header_read_timeout=30_000,  # also how long an idle connection is kept
            max_buffer_size=64 * 1024,  # of all headers; a session token may hold two access tokens
        ),
        log_level=LogLevels.warning,
        log_dictconfig=_LOGGING,
    )
    _when_told_to_end(lambda: server.signal_handler_interrupt(signal.SIGTERM, None))
    server.serve(target_loader=load_application, wrap_loader=False)


def _address() -> str:
    """Of HOST, which may be a name."""
    return HOST if ":" in HOST else socket.gethostbyname(HOST)


def load_application() -> Any:
    """In each worker, before it serves."""
    from clinics_site.wsgi import application

    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
    _signals.set_main_signals = _say_farewell
    threading.Thread(target=_end_with_master, daemon=True).start()
    _collect_rarely()
    return application


def _when_told_to_end(act: Callable[[], None]) -> None:
    """For a process whose threads all block the signals, this one too. A handler would need the main thread, and the
    system may give a signal to any other; the main one sleeps on, and half a minute later the process was killed in
    the middle of its requests."""

    def wait() -> None:
        signal.sigwait(_ENDINGS)
        act()

    threading.Thread(target=wait, daemon=True).start()


def _forget_signals() -> None:
    """A forked worker that still loads ends at once: it blocks nothing and has none of its master's handlers."""
    for number in _ENDINGS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)


def _say_farewell(stop: Callable[..., None], reload: None = None) -> None:
    """In place of granian's own, which closes idle connections at the signal, also those on which a request is on its
    way. Here every answer first asks its client for a moment to close the connection."""
    from clinics_site.wsgi import application

    def end() -> None:
        application.is_ending = True
        time.sleep(FAREWELL_SECONDS)
        stop(signal.SIGTERM, None)

    _when_told_to_end(end)


def _end_with_master() -> None:
    """A worker whose master was killed would serve for ever."""
    master = multiprocessing.parent_process()
    if master is not None:
        master.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _collect_rarely() -> None:
    """A page of 50 patients is a thousand dicts that die together. Collecting garbage all the time among everything
    the application has loaded cost a quarter of its CPU time (measured: 16.2 ms a page, 12.1 with this)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


if __name__ == "__main__":
    main()
