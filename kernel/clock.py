"""Time as MongoDB keeps it: UTC, whole milliseconds (fact F10)."""

import re
from datetime import UTC, date, datetime, timedelta

_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECONDS = slice(17, 19)
_LEAP_SECOND = "60"
ZERO = datetime(1, 1, 1, tzinfo=UTC)


def now() -> datetime:
    return truncate(datetime.now(UTC))


def truncate(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC, milliseconds without trailing zeros: `2023-11-14T22:13:20.8Z`. A naive time is UTC."""
    if moment.tzinfo is not None:
        moment = (
            moment.astimezone(UTC).replace(tzinfo=None)
            if moment.utcoffset()
            else moment.replace(tzinfo=None)
        )
    text = moment.isoformat(timespec="milliseconds")
    if text[-1] == "0":
        text = text.rstrip("0").removesuffix(".")
    return text + "Z"


def format_as_sent(text: str) -> str:
    """A time that `parse_time` takes, in the form of `format_time` but with the offset that it was sent with:
    `2023-11-14T22:13:20.8+02:00`."""
    local = _read(text.upper())
    shown = format_time(local.replace(tzinfo=None))
    return shown.removesuffix("Z") + text[-len("+00:00") :] if local.utcoffset() else shown


def format_seconds(moment: datetime) -> str:
    """RFC 3339 in UTC, without fractions of a second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> datetime:
    """An RFC 3339 time with offset, truncated to milliseconds. A leap second becomes the second after it,
    since MongoDB has none. Raises ValueError for any other text."""
    if not _RFC_3339.fullmatch(text):
        message = "a time needs a date, a time and an offset"
        raise ValueError(message)
    try:
        return _in_utc(_read(text.upper()))
    except OverflowError:
        message = "a time beyond the year 9999"
        raise ValueError(message) from None


def _read(text: str) -> datetime:
    if text[_SECONDS] != _LEAP_SECOND:
        return datetime.fromisoformat(text)
    before = text[: _SECONDS.start] + "59" + text[_SECONDS.stop :]
    return datetime.fromisoformat(before) + timedelta(seconds=1)


def _in_utc(moment: datetime) -> datetime:
    """The zero time stays as it is in every zone: it stands for "no time"."""
    return truncate(moment.replace(tzinfo=UTC) if moment.year == 1 else moment.astimezone(UTC))


def is_date(text: str) -> bool:
    """YYYY-MM-DD, and a day that exists."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
