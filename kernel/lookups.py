"""What is read together with a person's token, in one command (docs/decisions/0003)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kernel.db import Document

Path = Mapping[str, str]


def _as_they_are(rows: list[Document]) -> Any:
    return rows


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """`join` makes a `$lookup` without its `as` of the path's parameters, or None where they can lead to nothing; it
    may refer to the person by `localField` "userId". `read` makes of the rows what the asker wants; it runs before the
    policy is asked, so it asks for nothing itself."""

    name: str
    join: Callable[[Path], Document | None]
    read: Callable[[list[Document]], Any] = _as_they_are

    def stage(self, path: Path) -> Document | None:
        join = self.join(path)
        return None if join is None else {"$lookup": {**join, "as": self.name}}
