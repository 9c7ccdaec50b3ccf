"""What a long load must leave flat, read from the system while it runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kernel import db
from tests.bench.meters import MEGABYTE, descendants, resident

Readings = dict[str, float]  # what is read -> megabytes, or how many


def of_processes(pids: dict[str, int]) -> Readings:
    """Memory, open files and threads of each process and of those that it has started."""
    found = {}
    for name, pid in pids.items():
        tree = descendants(pid)
        found[f"{name}: MB"] = sum(map(resident, tree))
        found[f"{name}: open files"] = sum(map(_open_files, tree))
        found[f"{name}: threads"] = sum(map(_threads, tree))
    return found


def of_redis(client: Any) -> Readings:
    """Keys that go by themselves are left out: a limit of so many an hour is kept for an hour."""
    keyspace = client.info("keyspace").values()
    return {
        "redis: MB": client.info("memory")["used_memory"] / MEGABYTE,
        "redis: lasting keys": sum(database["keys"] - database["expires"] for database in keyspace),
    }


def of_mongodb() -> Readings:
    return {"mongodb: connections": db.client().admin.command("serverStatus")["connections"]["current"]}  # fmt: skip


def of_collections() -> Readings:
    database = db.database()
    return {
        name: database[name].estimated_document_count()
        for name in database.list_collection_names()
        if not name.startswith("system.")
    }


def _open_files(pid: int) -> float:
    return _read(lambda: len(list(Path(f"/proc/{pid}/fd").iterdir())))


def _threads(pid: int) -> float:
    return _read(lambda: len(list(Path(f"/proc/{pid}/task").iterdir())))


def _read(value: Callable[[], float]) -> float:
    """Nothing for a process that has just ended."""
    try:
        return value()
    except (OSError, ValueError):
        return 0
