"""Two results side by side: `make bench-compare A=old.json B=new.json`. Ends with 1 if a request has become dearer.

Machines differ, and one machine from hour to hour. So CPU counts in proportion to what a fixed loop of additions took
in the same run. Commands and examined documents do not depend on the machine.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
Key = tuple[str, int, int]  # request, patients, connections
_CPU_GROWTH, _LEAST_CPU_MS = 1.3, 1.0  # what a busy machine alone does not explain
_MORE_COMMANDS = 0.9
_EXAMINED_GROWTH, _LEAST_EXAMINED = 1.2, 20


def main() -> None:
    old, new = (json.loads(Path(name).read_text()) for name in sys.argv[1:3])
    show(_by_key(old), _by_key(new))
    found = list(dearer(old, new))
    print("\n".join(found) if found else "no request has become dearer")
    sys.exit(bool(found))


def show(old: Mapping[Key, Row], new: Mapping[Key, Row]) -> None:
    print(f"{'scenario':<34}{'patients':>9}{'conn':>5}{'req/s':>16}{'web ms':>16}{'db ms':>16}")
    for key in new.keys() & old.keys():
        changes = (_change(old[key][n], new[key][n]) for n in ("rate", "web_ms", "db_ms"))
        print(f"{key[0]:<34}{key[1]:>9}{key[2]:>5}" + "".join(f"{text:>16}" for text in changes))


def dearer(old: Row, new: Row) -> Iterator[str]:
    """What has become dearer, in words. Results without the speed of their machine count as of the same speed."""
    is_known = "machine" in old and "machine" in new
    slowness = new["machine"] / old["machine"] if is_known else 1.0
    before = _by_key(old)
    for key, row in _by_key(new).items():
        for fault in _faults(before.get(key, row), row, slowness):
            yield f"DEARER: {key[0]}, {key[1]} patients, {key[2]} connections: {fault}"


def _faults(before: Row, after: Row, slowness: float) -> Iterator[str]:
    cpu, expected = _cpu(after), _cpu(before) * slowness
    if cpu > expected * _CPU_GROWTH + _LEAST_CPU_MS:
        yield f"{cpu:.1f} ms of CPU, where {expected:.1f} are expected"
    if after["commands"] > before["commands"] + _MORE_COMMANDS:
        yield f"{after['commands']:.1f} commands instead of {before['commands']:.1f}"
    if after["examined"] > before["examined"] * _EXAMINED_GROWTH + _LEAST_EXAMINED:
        yield f"{after['examined']:.0f} examined documents instead of {before['examined']:.0f}"


def _cpu(row: Row) -> float:
    return float(row["web_ms"] + row["db_ms"])


def _by_key(result: Row) -> dict[Key, Row]:
    rows = result["rows"]
    return {(row["scenario"], row["patients"], row["connections"]): row for row in rows}


def _change(before: float, after: float) -> str:
    percent = f"{(after / before - 1) * 100:+.0f}%" if before else ""
    return f"{before:.1f}>{after:.1f} {percent}"


if __name__ == "__main__":
    main()
