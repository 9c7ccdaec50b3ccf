"""The health check of a container: `python deploy/probe.py web` or `python deploy/probe.py background`.

Web is healthy while it is ready. A worker, the scheduler or the follower is while it answers on METRICS_PORT, with or
without a token: one that makes no progress ends itself. Loads nothing of the service, since it runs every few seconds.
"""

import http.client
import os
import sys

PATIENCE = 5  # seconds


def main(kind: str) -> int:
    return 0 if (_web() if kind == "web" else _background()) else 1


def _web() -> bool:
    port = os.environ.get("HEALTH_PORT") or int(os.environ.get("PORT") or 8080) + 1
    return _status(int(port), "/ready") == 200


def _background() -> bool:
    return _status(int(os.environ["METRICS_PORT"]), "/metrics") in (200, 401)


def _status(port: int, path: str) -> int:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        link.request("GET", path)
        return link.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        link.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
