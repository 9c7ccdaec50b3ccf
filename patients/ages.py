"""Ages, which are taken by the day of the clinic: near midnight the server's may be another one."""

from datetime import date, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kernel import clock, safe_reading
from kernel.db import Document

FIRST_LIKELY = "1900-01-01"


def zone_of(clinic: Document) -> tzinfo:
    """UTC for a clinic without a time zone, or with one that does not exist."""
    name = safe_reading.text(clinic.get("timezone"))
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder, or too long
        return ZoneInfo("UTC")


def today_of(clinic: Document) -> date:
    return clock.now().astimezone(zone_of(clinic)).date()


def is_unlikely(birth_date: str, today: date) -> bool:
    """Whether a birth date (YYYY-MM-DD) is in the future or before 1900, which is rather a slip than a person."""
    return birth_date < FIRST_LIKELY or birth_date > today.isoformat()


def is_under_13(birth_date: date, today: date) -> bool:
    """Someone so young may not own an account: a parent or guardian claims it."""
    year = today.year - 13
    try:
        latest = today.replace(year=year)
    except ValueError:  # today is 29 February
        latest = date(year, 2, 28)
    return birth_date > latest
