"""Two result files side by side: `python -m tests.bench.compare OLD.json NEW.json`."""

import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    old, new = (_by_key(Path(name)) for name in sys.argv[1:3])
    print(f"{'scenario':<34}{'patients':>9}{'conn':>5}{'req/s':>16}{'web ms':>16}{'db ms':>16}")
    for key in new:
        if key not in old:
            continue
        before, after = old[key], new[key]
        print(
            f"{key[0]:<34}{key[1]:>9}{key[2]:>5}"
            + "".join(
                f"{_change(before[name], after[name]):>16}" for name in ("rate", "web_ms", "db_ms")
            )
        )


def _by_key(path: Path) -> dict[tuple[str, int, int], dict[str, Any]]:
    rows = json.loads(path.read_text())["rows"]
    return {(row["scenario"], row["patients"], row["connections"]): row for row in rows}


def _change(before: float, after: float) -> str:
    percent = f"{(after / before - 1) * 100:+.0f}%" if before else ""
    return f"{before:.1f}>{after:.1f} {percent}"


if __name__ == "__main__":
    main()
