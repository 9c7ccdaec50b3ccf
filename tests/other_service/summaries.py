"""Summaries as they lie in patients' records: the worker has copied them from the data service."""

from datetime import UTC, datetime, timedelta

from patients import statistics

PERIODS = ("1d", "7d", "14d", "30d")
NULL_DATE = datetime(1970, 1, 1, tzinfo=UTC)
CONFIG = {
    "schemaVersion": 5,
    "highGlucoseThreshold": 10.0,
    "veryHighGlucoseThreshold": 13.9,
    "lowGlucoseThreshold": 3.9,
    "veryLowGlucoseThreshold": 3.0,
}
REASONS = ("UPLOAD_COMPLETED", "LEGACY_DATA_ADDED", "LEGACY_UPLOAD_COMPLETED")


def summary(dice, now):
    """With one kind, both or none; {} where there is none."""
    kinds = dice.choices(("cgm", "cgm bgm", "bgm", ""), (60, 15, 15, 10))[0].split()
    return {f"{kind}Stats": stats(dice, kind, now) for kind in kinds}


def stats(dice, kind, now):
    return {
        "id": dice.choice([dice.randbytes(12).hex()] * 9 + [""]),
        "config": dict(CONFIG),
        "dates": dates(dice, now),
        "periods": periods(dice, kind),
    }


# --- dates ----------------------------------------------------------------------------------------
def dates(dice, now):
    last = some_hours_ago(dice, now)
    written = {
        "lastUpdatedDate": last,
        "lastUpdatedReason": dice.sample(REASONS, dice.randint(0, 2)),
        "hasFirstData": True,
        "firstData": last - timedelta(days=dice.randint(1, 900)),
        "hasLastData": True,
        "lastData": last,
        "hasLastUploadDate": True,
        "lastUploadDate": last,
        "hasOutdatedSince": False,
        "outdatedReason": [],
    }
    return dice.choice(SLIPS)(written, last)


def some_hours_ago(dice, now):
    """Often the same time, so that orders have ties to break; some older than the eight hours of TIDE."""
    return now - timedelta(hours=dice.choice([1, 2, 7, 9, 24, 24, 24 * dice.randint(2, 60)]))


def _as_meant(written, _):
    return written


def _without_data(written, _):
    for name in ("firstData", "lastData", "lastUploadDate"):
        del written[name]
        written[f"has{name[0].upper()}{name[1:]}"] = False
    return written


def _missing_field_became_1970(written, _):
    return {**written, "lastUploadDate": NULL_DATE, "lastData": NULL_DATE, "firstData": NULL_DATE}


def _upload_date_without_flag(written, _):
    return {**written, "hasLastUploadDate": False}


def _flag_without_upload_date(written, _):
    del written["lastUploadDate"]
    return written


def _outdated(written, last):
    return {
        **written,
        "hasOutdatedSince": True,
        "outdatedSince": last + timedelta(minutes=1),
        "outdatedSinceLimit": last + timedelta(minutes=30),
        "outdatedReason": ["UPLOAD_COMPLETED"],
    }


SLIPS = (
    *[_as_meant] * 6,
    *(_without_data, _missing_field_became_1970, _upload_date_without_flag),
    *(_flag_without_upload_date, _outdated),
)


# --- periods --------------------------------------------------------------------------------------
def periods(dice, kind):
    return {name: period(dice, kind) for name in PERIODS if dice.random() < 0.9}


def period(dice, kind):
    """Percentages are missing where the data are few; flags say so."""
    is_enough, values = dice.random() < 0.8, {}
    for statistic in statistics.TABLE[kind]:
        values |= _statistic(dice, kind, statistic, is_enough=is_enough)
    return values


def _statistic(dice, kind, statistic, *, is_enough):
    name, flag = statistic.name, statistic.flag
    if not statistic.flagged:
        return _always(dice, kind, statistic)
    if name.endswith("Percent") and not is_enough:
        return {flag: False}
    value = number(dice, statistic)
    if not value:  # the flag of a whole number says that it is not zero
        return {flag: False, name: value, statistic.delta: 0 if statistic.whole else 0.0}
    delta = {statistic.delta: number(dice, statistic, signed=True)}
    return {flag: True, name: value, **(delta if dice.random() < 0.8 else {})}


def _always(dice, kind, statistic):
    name = statistic.name
    if kind == "bgm" and name in ("standardDeviation", "coefficientOfVariation"):
        value = dice.choice([None, number(dice, statistic)])
        return {name: value, statistic.delta: value}
    return {name: number(dice, statistic), statistic.delta: number(dice, statistic, signed=True)}


def number(dice, statistic, *, signed=False):
    """Coarse for many, so that there are ties, and the limits of TIDE's categories are met exactly."""
    sign = dice.choice((1, -1)) if signed else 1
    if statistic.whole:
        return sign * dice.choice([0, 1, dice.randint(0, 8_640)])
    if statistic.name.endswith("Percent"):
        share = dice.choice([0.0, 0.01, 0.04, 0.05, 0.15, 0.25, 0.7, 1.0, dice.random()])
        return sign * share
    return sign * dice.choice([0.0, round(dice.uniform(2, 20), 1), dice.uniform(2, 20)])
