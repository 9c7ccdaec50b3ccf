"""Time: milliseconds, UTC, RFC 3339 as clients of the contract read it."""

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from kernel import clock, ids


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2023, 11, 14, 22, 13, 20, 800_000, UTC), "2023-11-14T22:13:20.8Z"),
        (datetime(2023, 11, 14, 22, 13, 20, 123_999, UTC), "2023-11-14T22:13:20.123Z"),
        (datetime(2023, 11, 14, 22, 13, 20, 20_000, UTC), "2023-11-14T22:13:20.02Z"),
        (datetime(2023, 11, 14, 22, 13, 20, 0, UTC), "2023-11-14T22:13:20Z"),
        (datetime(2023, 11, 14, 22, 13, 20), "2023-11-14T22:13:20Z"),
        (
            datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone(timedelta(hours=2))),
            "2023-11-14T20:13:20Z",
        ),
        (clock.ZERO, "0001-01-01T00:00:00Z"),
    ],
)
def test_times_are_written_in_utc_without_trailing_zeros(moment, text):
    assert clock.format_time(moment) == text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-11-14T22:13:20Z", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("2023-11-14t22:13:20z", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("2023-11-14T22:13:20.123456Z", datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC)),
        ("2023-11-14T22:13:20.123456789Z", datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC)),
        ("2023-11-14T22:13:20+02:00", datetime(2023, 11, 14, 20, 13, 20, tzinfo=UTC)),
        ("2023-11-14T22:13:20.12345678901234Z", datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2016-12-31t23:59:60.5z", datetime(2017, 1, 1, 0, 0, 0, 500_000, UTC)),
        ("2017-01-01T00:59:60+01:00", datetime(2017, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", clock.ZERO),
        ("0001-01-01T00:00:00.0009+14:00", clock.ZERO),
    ],
)
def test_times_are_read_with_their_offset(text, moment):
    assert clock.parse_time(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2023-11-14",
        "2023-11-14T22:13:20",
        "2023-13-14T22:13:20Z",
        "2023-W46-2T00:00:00Z",
        "20231114T221320Z",
        "2023-11-14 22:13:20Z",
        "2023-11-14T22:13Z",
        "2023-11-14T24:00:00Z",
        "2023-11-14T22:13:61Z",
        "2023-11-14T22:60:00Z",
        "2023-11-14T22:13:20+24:00",
        "2023-02-30T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_text_that_is_not_a_time_is_refused(text):
    with pytest.raises(ValueError, match=r"time|month|hour|minute|second|day|year"):
        clock.parse_time(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_times_at_the_ends_of_the_calendar_do_not_crash(text):
    with contextlib.suppress(ValueError):
        clock.format_time(clock.parse_time(text))


@pytest.mark.parametrize("text", ["2024-02-29", "0001-01-01", "9999-12-31"])
def test_an_existing_day_is_a_date(text):
    assert clock.is_date(text)


@pytest.mark.parametrize(
    "text",
    ["", "0000-01-01", "2023-02-30", "2023-2-3", "20230203", "2023-02-03T00:00:00Z", "٢٠٢٣-٠١-٠١"],
)
def test_a_day_that_does_not_exist_is_not_a_date(text):
    assert not clock.is_date(text)


def test_now_has_whole_milliseconds():
    assert clock.now().microsecond % 1000 == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "xyz",
        "5f85fbe6686e6bb9170ab5d",
        "5f85fbe6686e6bb9170ab5dg",
        None,
        7,
        b"5f85fbe6686e6bb9170ab5d0",
    ],
)
def test_a_value_that_cannot_be_an_id_is_parsed_as_none(text):
    assert ids.parse_id(text) is None


@pytest.mark.yardstick("T2")
def test_new_keys_are_long_and_unique():
    keys = {ids.new_key() for _ in range(100)}
    assert len(keys) == 100
    assert {len(key) for key in keys} == {32}
