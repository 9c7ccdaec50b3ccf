"""How the web process runs: `gunicorn -c clinics_site/gunicorn.py clinics_site.wsgi`.

Threads suit a service that waits for MongoDB; two workers use two cores. Never preload: a MongoDB client must not
be carried over a fork (fact F29).
"""

import gc
import os
from pathlib import Path
from typing import Any

from clinics_site import env

_host = env.text("HOST", "127.0.0.1", help="address the web process listens on")
_port = env.number("PORT", 8080, help="port the web process listens on")
bind = f"{_host}:{_port}"
workers = env.number("WEB_WORKERS", 2, help="web processes; one per core is right")
threads = env.number("WEB_THREADS", 4, help="requests that one web process works on at a time")
worker_class = "gthread"
preload_app = False
accesslog = None  # the service logs operations itself, without paths and addresses
errorlog = "-"
loglevel = "warning"
timeout = 60
graceful_timeout = 30
keepalive = 30
backlog = 512
limit_request_line = 8190
limit_request_field_size = 16_380  # a session token may hold two access tokens
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

env.text(
    "PROMETHEUS_MULTIPROC_DIR",
    help="folder in which the processes of one machine add up their metrics",
)


def post_worker_init(worker: Any) -> None:
    """A page of 50 patients is a thousand dicts that die together. Collecting garbage all the time among everything
    the application has loaded cost a quarter of its CPU time (measured: 16.2 ms a page, 12.1 with this)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def child_exit(server: Any, worker: Any) -> None:
    """A gone worker's metrics are counted once more, then forgotten."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
