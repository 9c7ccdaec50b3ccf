"""The numbers of the last thirty days: charts on the first page, and a page with all of them as tables."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from kernel import clock, numbers, safe_reading
from kernel.daily import DECLARED, Number, Series, api_errors, declare, keeping, store
from kernel.db import Document
from kernel.staff import charts, pages, roles
from kernel.staff.charts import Chart, Values

DAYS = 30
declare(
    Number(
        api_errors.NAME,
        "API errors",
        needs=roles.FIND,
        page="numbers",
        series=(Series(api_errors.SERIES, "answers from 500 on", "bad"),),
    )
)


@pages.page("numbers/", name="numbers", needs=roles.FIND)
def numbers_page(request: HttpRequest) -> HttpResponseBase:
    return pages.render(request, "staff/numbers.html", title="Numbers", **context(request))


def context(request: HttpRequest) -> dict[str, Any]:
    """What this person may see. `since` is the day on which the numbers begin, if it is one of these."""
    today = keeping.midnight(clock.now())
    days = [today - n * keeping.DAY for n in reversed(range(DAYS))]
    kept = store.list_from(days[0])
    began = min((found["day"] for found in kept if "keptTime" in found), default=None)
    return {
        "charts": list(_charts(request, days, kept)) if began else [],
        "since": began if began and began > days[0] else None,
    }


def _charts(request: HttpRequest, days: list[datetime], kept: list[Document]) -> Iterable[Chart]:
    own_last = sorted(DECLARED.values(), key=lambda number: number.count is None)
    for number in own_last:
        if pages.has(request, number.needs):
            yield charts.chart(number, days, _by_day(number, kept))


def _by_day(number: Number, kept: list[Document]) -> dict[datetime, Values]:
    """A day on which all was counted and nothing happened is a 0; one on which nothing was counted is a gap."""
    return {
        found["day"]: _readable(found, number)
        for found in kept
        if "keptTime" in found and (number.count is None or _has(found, number))
    }


def _has(found: Document, number: Number) -> bool:
    return number.name in safe_reading.mapping(found.get("numbers"))


def _readable(found: Document, number: Number) -> Values:
    stored = safe_reading.mapping(safe_reading.mapping(found.get("numbers")).get(number.name))
    return {name: max(0, numbers.shown(value)) for name, value in stored.items()}
