"""The port on which a worker, the scheduler or the follower publishes its metrics; web does so on its own."""

import sys

from clinics_site import env
from kernel import metrics_folder

PORT = env.port(
    "METRICS_PORT",
    0,
    help="port on which a worker, the scheduler or the follower answers Prometheus; 0: none",
)
HOST = env.text("METRICS_HOST", "127.0.0.1", help="address of this port")
_KINDS = {"worker", "beat", "follow"}


def prepare() -> None:
    """To be called before prometheus_client is imported. A process with a port of its own counts for this port alone:
    what it added to a folder that web reads too would be counted twice."""
    if PORT and _KINDS & set(sys.argv):
        metrics_folder.make_own()
