"""Pages of a list, and the query string that leads from one to the next."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

SIZES = (10, 25, 50, 100)
_DEFAULT = 25


@dataclass(frozen=True, slots=True)
class Paging:
    """Offset paging. If `total` is None, only whether there is a next page is known."""

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
    def next(self) -> str:
        more = self.shown >= self.size if self.total is None else self.last < self.total
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
