"""How the web process runs: `gunicorn -c clinics_site/gunicorn.py clinics_site.wsgi`.

Threads suit a service that waits for MongoDB; two workers use two cores. Never preload: a MongoDB client must not
be carried over a fork (fact F29).
"""

import os
from typing import Any

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8080')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
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
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108


def child_exit(server: Any, worker: Any) -> None:
    """A gone worker's metrics are counted once more, then forgotten."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
