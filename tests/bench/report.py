"""Tables for people, JSON for comparisons."""

from typing import Any

COLUMNS = (
    ("scenario", 34), ("patients", 9), ("conn", 5), ("req/s", 8), ("p50 ms", 8), ("p95 ms", 8),
    ("web ms", 7), ("db ms", 7), ("redis", 7), ("others", 7), ("commands", 9), ("examined", 9), ("MB", 5), ("errors", 7),
)  # fmt: skip


def show(rows: list[dict[str, Any]]) -> None:
    print(_header())
    for row in rows:
        print(_line(row), flush=True)


def show_memory(memory: dict[str, Any]) -> None:
    """`memory`: MB of the largest web process at the begin and the end, and of each other process."""
    print(
        f"\nmemory of the largest web process: {memory['begin']:.0f} MB, at the end {memory['end']:.0f} MB"
    )
    print(
        f"of follower and workers, at the end: {', '.join(f'{mb:.0f}' for mb in memory['others'])} MB"
    )


def _header() -> str:
    return "".join(
        f"{name:<{width}}" if i == 0 else f"{name:>{width}}"
        for i, (name, width) in enumerate(COLUMNS)
    )


def _line(row: dict[str, Any]) -> str:
    cells = [
        row["scenario"], str(row["patients"]), str(row["connections"]), f"{row['rate']:.0f}",
        f"{row['p50'] * 1000:.2f}", f"{row['p95'] * 1000:.2f}", f"{row['web_ms']:.2f}", f"{row['db_ms']:.2f}",
        f"{row['redis_ms']:.2f}", f"{row['workers_ms']:.2f}", f"{row['commands']:.1f}", f"{row['examined']:.1f}",
        f"{row['memory']:.0f}", str(row["errors"]),
    ]  # fmt: skip
    return "".join(
        f"{cell:<{width}}" if i == 0 else f"{cell:>{width}}"
        for i, (cell, (_, width)) in enumerate(zip(cells, COLUMNS, strict=True))
    )
