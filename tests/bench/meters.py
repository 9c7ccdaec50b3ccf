"""CPU time of processes and commands of MongoDB, read from the system while a load runs."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymongo

TICK = os.sysconf("SC_CLK_TCK")
COUNTED = ("find", "aggregate", "count", "update", "insert", "delete", "findAndModify", "getMore")


@dataclass(frozen=True)
class Reading:
    web: float  # CPU seconds of the web process and all its workers
    database: float  # CPU seconds of mongod
    commands: int
    examined: int
    returned: int


class Meters:
    def __init__(self, client: pymongo.MongoClient[Any], master_pid: int) -> None:
        self._client = client
        self._master = master_pid
        self._mongod = int(client.admin.command("serverStatus")["pid"])

    def read(self) -> Reading:
        metrics = self._client.admin.command("serverStatus")["metrics"]
        return Reading(
            web=cpu_with_children(self._master),
            database=_cpu(self._mongod),
            commands=sum(int(metrics["commands"][name]["total"]) for name in COUNTED),
            examined=int(metrics["queryExecutor"]["scannedObjects"]),
            returned=int(metrics["document"]["returned"]),
        )


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


def _children(pid: int) -> list[int]:
    """Children of every thread: the thread that starts a child again need not be the one that started it first."""
    texts = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for text in texts for child in text.split()]


def descendants(pid: int) -> list[int]:
    """The process and those that it has started."""
    return [pid, *_children(pid)]


def cpu_with_children(pid: int) -> float:
    """CPU seconds of a process and of those that it has started."""
    return _cpu(pid) + sum(_cpu(child) for child in _children(pid))


def cpu_of_database(client: pymongo.MongoClient[Any]) -> float:
    """CPU seconds of mongod, whichever program uses it."""
    return _cpu(int(client.admin.command("serverStatus")["pid"]))
