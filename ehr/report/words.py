"""Dates and times as the report writes them, in the clinic's time zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")  # OSError: the name is a folder, or too long


def fourteen_days(end: datetime, place: ZoneInfo) -> str:
    """First and last day by the calendar of the clinic. Counted in days, not in hours: some days have 23 or 25."""
    last = end.astimezone(place).date()
    return f"{day(last - timedelta(days=13))} – {day(last)}"


def day(moment: date) -> str:
    return f"{moment:%b} {moment.day}, {moment.year}"


def time(moment: datetime, place: ZoneInfo) -> str:
    local = moment.astimezone(place)
    return f"{day(local)}, {local:%H:%M}"
