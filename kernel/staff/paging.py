"""Pages of a list, and the query string that leads from one to the next."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from kernel.page_limits import MOST_COUNTED

SIZES = (10, 25, 50, 100)
_DEFAULT = 25


@dataclass(frozen=True, slots=True)
class Paging:
    """Offset paging. If `total` is None, or counting has stopped at it, only whether there is a next page is known."""

    number: int
    size: int
    total: int | None
    shown: int
    query: str

    @property
    def first(self) -> int:
        return self.offset + 1 if self.shown else 0

    @property
    def last(self) -> int:
        return self.offset + self.shown

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @property
    def is_beyond_the_end(self) -> bool:
        """An empty list has a first page."""
        return self.number > 1 and not self.shown

    @property
    def to_first(self) -> str:
        return self._link(1)

    @property
    def previous(self) -> str:
        return self._link(self.number - 1) if self.number > 1 else ""

    @property
    def is_open(self) -> bool:
        """Counting has stopped there: there may be more."""
        return self.total == MOST_COUNTED

    @property
    def next(self) -> str:
        is_known = self.total is not None and not self.is_open
        more = self.last < (self.total or 0) if is_known else self.shown >= self.size
        return self._link(self.number + 1) if more else ""

    def _link(self, number: int) -> str:
        return f"?{self.query}&page={number}" if self.query else f"?page={number}"


def requested(request: HttpRequest) -> tuple[int, int]:
    """(page number, page size) from the query; an invalid number means the first page."""
    number, size = request.GET.get("page", ""), request.GET.get("size", "")
    chosen = int(size) if size.isdecimal() and int(size) in SIZES else _DEFAULT
    page = int(number) if number.isdecimal() and len(number) < 7 else 1
    return max(page, 1), chosen


def paging(request: HttpRequest, *, shown: int, total: int | None) -> Paging:
    number, size = requested(request)
    return Paging(number, size, total, shown, query_without(request, "page"))


def query_without(request: HttpRequest, *names: str, **changes: Any) -> str:
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    for name, value in changes.items():
        query[name] = value
    return query.urlencode()
