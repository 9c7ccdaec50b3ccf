"""Limits the pages of lists. Any `limit` is accepted, but a page of more than MOST records is refused: a
shorter page than requested would silently lose records."""

from collections.abc import Callable
from typing import TypeVar

from kernel.errors import BadRequest

T = TypeVar("T")
# On pages for staff counting stops here: 500 then means 500 or more.
MOST_COUNTED = 500
MOST = 2000  # twice what the largest known caller asks for
TOO_MANY = f"more than {MOST} records: ask for them in pages, with limit and offset"


def read(limit: int, fetch: Callable[[int], list[T]]) -> list[T]:
    """The records that `fetch` returns when given the largest number to read. A `limit` of 0 means all, for
    callers in this process. Raises BadRequest for a page of more than MOST."""
    if not limit:
        return fetch(0)
    records = fetch(min(limit, MOST + 1))
    check(len(records))
    return records


def check(records: int) -> None:
    if records > MOST:
        raise BadRequest(TOO_MANY)
