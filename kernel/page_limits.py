"""Pages of lists. Any `limit` is understood, but no page is endless: one that would hold more records than MOST is
refused, since a shorter one than was asked for would silently lose some of them."""

from collections.abc import Callable
from typing import TypeVar

from kernel.errors import BadRequest

T = TypeVar("T")
MOST = 2000  # twice what the largest known caller asks for
TOO_MANY = f"more than {MOST} records: ask for them in pages, with limit and offset"


def read(limit: int, fetch: Callable[[int], list[T]]) -> list[T]:
    """What `fetch` finds when told how many records to read at the most; a `limit` of 0 means all, for callers in
    this process. Raises BadRequest for a page of more than MOST."""
    if not limit:
        return fetch(0)
    found = fetch(min(limit, MOST + 1))
    check(len(found))
    return found


def check(records: int) -> None:
    if records > MOST:
        raise BadRequest(TOO_MANY)
