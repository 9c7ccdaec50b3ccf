"""Which (operation, status) the tests have reached: noted by the test client, collected from the processes of a run.

`REACHED=file.json make test` adds those of the run to the file, as {operation: [status, ...]}.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

Pair = tuple[str, int]
_reached: set[Pair] = set()


def note(operation_id: str, status: int) -> None:
    _reached.add((operation_id, status))


class Collector:
    """A plugin of pytest: each process hands over what it has noted, and the first one keeps it."""

    def pytest_sessionfinish(self, session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["reached"] = sorted(_reached)
        elif os.environ.get("REACHED"):
            _add_to(Path(os.environ["REACHED"]), _reached)

    def pytest_testnodedown(self, node) -> None:
        _reached.update(map(tuple, getattr(node, "workeroutput", {}).get("reached", ())))


def read(path: Path) -> dict[str, list[int]]:
    return json.loads(path.read_text()) if path.exists() else {}


def _add_to(path: Path, reached: Iterable[Pair]) -> None:
    statuses = defaultdict(set, {name: set(known) for name, known in read(path).items()})
    for name, status in reached:
        statuses[name].add(status)
    rows = {name: sorted(statuses[name]) for name in sorted(statuses)}
    path.write_text(json.dumps(rows, indent=1))
