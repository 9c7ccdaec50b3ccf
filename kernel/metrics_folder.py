"""The folder in which the processes that belong together add up what they count.

prometheus_client reads its name once, when it is imported, so `make_own` comes before everything else. A killed child
leaves its counts there, and a child that is started for it begins a file of its own: nothing is lost, nothing is
counted twice.
"""

import atexit
import os
import shutil
import tempfile

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def make_own() -> None:
    """A new and empty folder, which is removed when this process ends. It is inside the one that processes share, if
    they do, where no one looks for counts."""
    folder = tempfile.mkdtemp(prefix="clinics-metrics-", dir=os.environ.get(VARIABLE) or None)
    os.environ[VARIABLE] = folder
    atexit.register(_remove, folder, os.getpid())


def _remove(folder: str, owner: int) -> None:
    """Not by a forked child."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
