"""The periodic task: today is counted again and again, and each day before until its work has ended.

All numbers of a day are set, never added to. So the task may run twice at once, be killed at any moment, or be late.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from kernel import clock
from kernel.daily import store
from kernel.daily.declarations import DECLARED

DAY = timedelta(days=1)
SETTLED = 2 * DAY  # after its begin: what failed is tried again for a day
FURTHEST = 7 * DAY  # a service that was off for longer has a gap


def keep() -> None:
    moment = clock.now()
    for day in open_days(moment):
        store.put(day, _count(day, is_over=day + DAY <= moment), moment)


def midnight(moment: datetime) -> datetime:
    """The begin of the day, UTC."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def open_days(moment: datetime) -> list[datetime]:
    """Today, and days before it that may have changed since they were counted; none before the first of all."""
    today = midnight(moment)
    times = {
        found["day"]: found["keptTime"]
        for found in store.list_from(today - FURTHEST)
        if "keptTime" in found
    }
    days = (today - number * DAY for number in range(FURTHEST // DAY + 1))
    first = min(times, default=today)
    return [day for day in days if day >= first and not _is_settled(day, times.get(day))]


def _is_settled(day: datetime, kept: datetime | None) -> bool:
    return kept is not None and kept >= day + SETTLED


def _count(day: datetime, *, is_over: bool) -> dict[str, Mapping[str, int]]:
    """What is true at present says nothing about a day that is over."""
    return {
        number.name: number.count(day, day + DAY)
        for number in DECLARED.values()
        if number.count and not (number.is_state and is_over)
    }
