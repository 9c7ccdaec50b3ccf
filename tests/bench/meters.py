"""CPU time and memory of processes and commands of MongoDB, read from the system while a load runs."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymongo
from redis import Redis

MEGABYTE = 2**20
_KILOBYTE = 1024
TICK = os.sysconf("SC_CLK_TCK")
COUNTED = ("find", "aggregate", "count", "update", "insert", "delete", "findAndModify", "getMore")


@dataclass(frozen=True)
class Reading:
    web: float  # CPU seconds of the web process and all its workers
    database: float  # CPU seconds of mongod
    commands: int
    examined: int
    returned: int
    redis: float  # CPU seconds
    workers: float  # CPU seconds of the workers, the scheduler and the follower; of what has been started
    memory: float  # MB of the largest web process


class Meters:
    """`others`: workers, scheduler and follower."""

    def __init__(
        self,
        client: pymongo.MongoClient[Any],
        master_pid: int,
        *,
        redis_url: str,
        others: Sequence[int] = (),
    ) -> None:
        self._client = client
        self._master = master_pid
        self._others = others
        self._redis = Redis.from_url(redis_url)
        self._mongod = int(client.admin.command("serverStatus")["pid"])

    def read(self) -> Reading:
        metrics = self._client.admin.command("serverStatus")["metrics"]
        return Reading(
            web=cpu_with_children(self._master),
            database=_cpu(self._mongod),
            commands=sum(int(metrics["commands"][name]["total"]) for name in COUNTED),
            examined=int(metrics["queryExecutor"]["scannedObjects"]),
            returned=int(metrics["document"]["returned"]),
            redis=self._cpu_of_redis(),
            workers=sum(map(cpu_with_children, self._others)),
            memory=max(map(resident, descendants(self._master))),
        )

    def _cpu_of_redis(self) -> float:
        info: Any = self._redis.info("cpu")
        return float(info["used_cpu_sys"]) + float(info["used_cpu_user"])

    def memory_of_others(self) -> list[float]:
        """MB of each worker, the scheduler and the follower, and of those that they have started."""
        return [resident(one) for pid in self._others for one in descendants(pid)]


def resident(pid: int) -> float:
    """MB in memory; 0 for a process that has just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(found[0].split()[1]) * _KILOBYTE / MEGABYTE if found else 0.0


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
