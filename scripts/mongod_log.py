"""Between mongod and its log file: `mongod | python -m scripts.mongod_log`.

MongoDB's own log quotes the values that people are searched by: in slow commands, in commands that exceeded
their time limit, and in documents that an index refuses. Its free edition has no option against that (only
slow commands can be left out). So each line keeps what happened, and of the rest only what cannot hold a
value.
"""

import json
import sys
from typing import Any

HEAD = ("t", "s", "c", "id", "ctx", "msg")
HARMLESS = ("CONTROL", "NETWORK", "ELECTION")  # their lines are about the server and its neighbours
NUMBERS = ("durationMillis", "keysExamined", "docsExamined", "nreturned", "nModified", "ninserted")
NAMES = ("ns", "planSummary", "signal", "exitCode")


def main() -> None:
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(without_values(line))
        sys.stdout.buffer.flush()


def without_values(line: bytes) -> bytes:
    """A line that is not JSON comes from the system's loader, before MongoDB itself runs."""
    try:
        entry = json.loads(line)
    except ValueError:
        return b"{}\n" if line.startswith(b"{") else line
    if not isinstance(entry, dict):
        return b"{}\n"
    kept = {name: entry[name] for name in HEAD if name in entry}
    attributes = entry.get("attr")
    if not isinstance(attributes, dict):
        attributes = {}
    kept["attr"] = attributes if entry.get("c") in HARMLESS else _harmless(attributes)
    return json.dumps(kept).encode() + b"\n"


def _harmless(attributes: dict[str, Any]) -> dict[str, Any]:
    kept = {name: attributes[name] for name in (*NAMES, *NUMBERS) if name in attributes}
    error = attributes.get("error")
    if isinstance(error, dict):
        kept["error"] = {name: error[name] for name in ("code", "codeName") if name in error}
    return kept


if __name__ == "__main__":
    main()
