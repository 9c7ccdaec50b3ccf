"""What the records of a clinic say about its lists, counts and reports, in plain Python: rules PATIENT-80 to PATIENT-99,
PATIENT-113 to PATIENT-124, PATIENT-133.

    model = Model(records)
    user_ids, count = model.page({"search": "ada", "sort": "-lastData", "sortType": "cgm"}, skip=0, limit=50)

A query has the parameters of the contract: `search`, `tags` and `sites` (lists of texts), `lastReviewed` and the bounds
of last data (times), `omitNonStandardRanges` (bool), ranges (`">0.7"`), `period`, `sort`, `sortType`.
"""

from collections import Counter
from datetime import datetime, timedelta
from functools import total_ordering
from math import isnan

from bson import Int64

from kernel import ids, texts
from patients import statistics

OPERATORS = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}
SEARCHED = ("fullName", "email", "mrn", "birthDate")
RECENT = timedelta(hours=8)
MOST_IN_CATEGORIES, MOST_WITHOUT_DATA = 100, 50
# How ICU orders signs; digits and letters follow.
_SIGNS = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"


class Model:
    def __init__(self, records, *, demo=None):
        self.records, self.demo = list(records), demo

    # --- lists
    def page(self, query, *, skip=0, limit=10):
        found = self.matching(query)
        shown = found[skip : skip + limit]
        return [record["userId"] for record in shown], len(found)

    def matching(self, query):
        """All who match, in order."""
        name, direction = _attribute(query)
        by_id = sorted(
            (r for r in self.records if matches(r, query)), key=_id_of, reverse=direction < 0
        )
        return sorted(by_id, key=lambda record: _rank(record, name, direction, query))

    # --- counts
    def counts(self):
        """As GetPatientCount answers them."""
        others = [record for record in self.records if not self._is_demo(record)]
        counted = {
            "total": len(self.records),
            "demo": len(self.records) - len(others),
            "plan": sum(not _is_exempt(record) for record in others),
        }
        providers = _providers(others)
        return {**counted, "providers": providers} if providers else counted

    def _is_demo(self, record):
        return self.demo is not None and record["userId"] == self.demo

    def count_of_tag(self, tag_id):
        return sum(tag_id in _tags(record) for record in self.records)

    def count_of_site(self, site_id):
        return sum(site_id in _sites(record) for record in self.records)

    # --- the TIDE report
    def tide(self, *, period, tags, sites, cutoff, now, categories):
        """User ids by category, and in `noData`."""
        holders = [
            record
            for record in self.records
            if set(tags) <= set(_tags(record)) and (not sites or set(sites) & set(_sites(record)))
        ]
        rows = dict(_filled(holders, period, cutoff, categories))
        silent = sorted((r for r in holders if _is_silent(r, cutoff, now)), key=_silence)
        return _user_ids({**rows, "noData": silent[:MOST_WITHOUT_DATA]})


def _id_of(record):
    return record["_id"]


def _user_ids(results):
    return {name: [record["userId"] for record in rows] for name, rows in results.items()}


# --- reading a record -----------------------------------------------------------------------------
def walk(document, path):
    for part in path.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def _tags(record):
    tags = record.get("tags")
    return tags if isinstance(tags, list) else []


def _sites(record):
    sites = record.get("sites")
    return [site.get("id") for site in sites] if isinstance(sites, list) else []


def _sources(record):
    sources = record.get("dataSources")
    return sources if isinstance(sources, list) else []


def _reviewed(record):
    reviews = record.get("reviews")
    return reviews[0].get("time") if reviews else None


def _number(value):
    is_number = isinstance(value, (int, float, Int64)) and not isinstance(value, bool)
    return value if is_number and not isnan(value) else None


def _moment(value):
    return value if isinstance(value, datetime) else None


def _statistic(record, kind, period, name):
    return _number(walk(record, statistics.path(kind, period, name)))


def _date(record, kind, name):
    return _moment(walk(record, statistics.date_path(kind, name)))


# --- filters --------------------------------------------------------------------------------------
def matches(record, query):
    period = query.get("period", statistics.DEFAULT_PERIOD)
    return all(
        _RULES.get(name, _in_range)(record, name, value, period)
        for name, value in query.items()
        if name not in ("period", "sort", "sortType")
    )


def _has_all_words(record, _, text, __):
    fields = [texts.fold(texts.name(record.get(name) or "")) for name in SEARCHED]
    return all(any(word in field for field in fields) for word in texts.words(text))


def _has_tags(record, _, values, __):
    wanted, held = list(filter(None, map(ids.parse_id, values))), _tags(record)
    return all(tag in held for tag in wanted) if wanted else not held


def _has_sites(record, _, values, __):
    wanted, held = list(filter(None, map(ids.parse_id, values))), _sites(record)
    return any(site in held for site in wanted) if wanted else not held


def _is_reviewed(record, _, until, __):
    newest = _reviewed(record)
    return newest is not None and newest <= until


def _is_standard(record, _, is_asked, __):
    ranges = record.get("glycemicRanges") or {}
    is_preset = ranges.get("type") in ("preset", None)
    return not is_asked or (is_preset and ranges.get("preset") in ("adaStandard", None))


def _in_range(record, name, value, period):
    kind, field = name.split(".")
    if field in ("lastDataFrom", "lastDataTo"):
        last = _date(record, kind, "lastData")
        return last is not None and (last >= value if field == "lastDataFrom" else last < value)
    statistic = _statistic(record, kind, period, field)
    sign = value[:2] if value[1] == "=" else value[0]
    return statistic is not None and OPERATORS[sign](statistic, float(value[len(sign) :]))


_RULES = {
    "search": _has_all_words,
    "tags": _has_tags,
    "sites": _has_sites,
    "lastReviewed": _is_reviewed,
    "omitNonStandardRanges": _is_standard,
}


# --- orders ---------------------------------------------------------------------------------------
@total_ordering
class _Down:
    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        return other.value < self.value

    def __eq__(self, other):
        return other.value == self.value

    __hash__ = None


def _attribute(query):
    text = query.get("sort", "+fullName")
    return text[1:], 1 if text[0] == "+" else -1


def _rank(record, name, direction, query):
    """Those without a value, or without the flag that says so, behind the others in both directions; where there is no
    such rule, and among them, nothing is the smallest value."""
    if name in _PLAIN:
        return _directed(_PLAIN[name](record), direction)
    value, is_certain = _value(record, name, query)
    return (not is_certain, _directed(value, direction))


def _directed(value, direction):
    key = (value is not None, *(() if value is None else (value,)))
    return key if direction > 0 else _Down(key)


def _value(record, name, query):
    kind, period = query["sortType"], query.get("period", statistics.DEFAULT_PERIOD)
    if name in statistics.DATES:  # all writers of one set its flag
        value = _date(record, kind, name)
        return value, value is not None
    flag = statistics.sortable(kind)[name]
    flag = flag and statistics.path(kind, period, flag)
    value = _statistic(record, kind, period, name)
    return value, value is not None and (flag is None or walk(record, flag) is True)


def _name(record):
    text = record.get("fullName")
    return None if text is None else [_place(letter) for letter in texts.fold(text)]


def _place(letter):
    return (0, _SIGNS.index(letter)) if letter in _SIGNS else (1, ord(letter))


_PLAIN = {
    "fullName": _name,
    "birthDate": lambda record: record.get("birthDate"),
    "lastReviewed": _reviewed,
}


# --- counts ---------------------------------------------------------------------------------------
def _is_exempt(record):
    return any(source.get("providerName") == "twiist" for source in _sources(record))


def _providers(records):
    states = {}
    for source in (source for record in records for source in _sources(record)):
        states.setdefault(source["providerName"], Counter())[source["state"]] += 1
    return {
        name: {"states": dict(counted), "total": counted.total()}
        for name, counted in states.items()
    }


# --- TIDE -----------------------------------------------------------------------------------------
# Category -> statistic, condition, whether the highest comes first.
CATEGORIES = {
    "timeInVeryLowPercent": ("timeInVeryLowPercent", lambda v: v > 0.01, True),
    "timeInAnyLowPercent": ("timeInAnyLowPercent", lambda v: v > 0.04, True),
    "timeInExtremeHighPercent": ("timeInExtremeHighPercent", lambda v: v >= 0.01, True),
    "timeInVeryHighPercent": ("timeInVeryHighPercent", lambda v: v > 0.05, True),
    "timeInAnyHighPercent": ("timeInAnyHighPercent", lambda v: v > 0.25, True),
    "dropInTimeInTargetPercent": ("timeInTargetPercentDelta", lambda v: v < -0.15, False),
    "timeInTargetPercent": ("timeInTargetPercent", lambda v: v < 0.7, False),
    "timeCGMUsePercent": ("timeCGMUsePercent", lambda v: v < 0.7, False),
    "meetingTargets": ("timeInTargetPercent", lambda v: v >= 0.7, True),
}
_MISSED_TARGETS = [
    *("timeInVeryLowPercent", "timeInAnyLowPercent", "timeInExtremeHighPercent"),
    *("timeInVeryHighPercent", "timeInAnyHighPercent"),
]


def _is_in(record, period, category):
    name, condition, _ = CATEGORIES[category]
    value = _statistic(record, "cgm", period, name)
    if value is None or not condition(value):
        return False
    return category != "meetingTargets" or _meets_other_targets(record, period)


def _meets_other_targets(record, period):
    use = _statistic(record, "cgm", period, "timeCGMUsePercent")
    is_used = use is not None and use >= 0.7
    return is_used and not any(_is_in(record, period, name) for name in _MISSED_TARGETS)


def _filled(holders, period, cutoff, categories):
    with_data = [r for r in holders if (last := _date(r, "cgm", "lastData")) and last >= cutoff]
    room = MOST_IN_CATEGORIES
    for category in categories:
        fitting = sorted((r for r in with_data if _is_in(r, period, category)), key=_id_of)
        name, _, is_highest_first = CATEGORIES[category]
        fitting.sort(
            key=lambda r, n=name: _statistic(r, "cgm", period, n), reverse=is_highest_first
        )
        chosen = fitting[:room]
        yield category, chosen
        room -= len(chosen)
        if not room:
            return
        taken = {record["_id"] for record in chosen}
        with_data = [record for record in with_data if record["_id"] not in taken]


def _is_silent(record, cutoff, now):
    last = _date(record, "cgm", "lastData")
    if last is None or last < min(cutoff, now - RECENT):
        return True
    is_disconnected = any(
        source.get("providerName") == "dexcom" and source.get("state") != "connected"
        for source in _sources(record)
    )
    return last < now - RECENT and is_disconnected


def _silence(record):
    last = _date(record, "cgm", "lastData")
    return (*_directed(last, 1), record["_id"])
