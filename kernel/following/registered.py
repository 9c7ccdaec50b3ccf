"""Which followers there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Changes = Mapping[str, set[Any]]  # collection -> ids of changed documents


@dataclass(frozen=True, slots=True)
class Follower:
    name: str
    collections: tuple[str, ...]
    handle: Callable[[Changes], object]
    rescan: Callable[[Any | None], Any | None]
    version: int
    derives: str


BY_NAME: dict[str, Follower] = {}


def register(
    name: str,
    *,
    collections: tuple[str, ...],
    handle: Callable[[Changes], object],
    rescan: Callable[[Any | None], Any | None],
    version: int = 1,
    derives: str = "what is derived from other records",
) -> Follower:
    """See `kernel.following`."""
    follower = Follower(name, collections, handle, rescan, version, derives)
    BY_NAME[name] = follower
    return follower
