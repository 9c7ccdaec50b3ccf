"""What lists, searches, sorts, counts and TIDE need of a patient: one small document, derived from the record alone.

`patientLists`: {_id, clinicId, patientId, userId, fullName, birthDate, searchKey, terms: [text], tags: [id], sites:
[id], reviewed, hasOwnRanges, isCustodial, isSubscribed, sources, issue, issueDue, cgm, bgm, c1, c1d, c7, c7d, …, b30,
b30d}. What a record lacks, or has in a form that means nothing, its row does not have. `_id` are the bytes of the
clinic's id and of the record's: the collection is clustered by it, so the rows of a clinic lie side by side.

`cgm` and `bgm` hold the dates of a summary by their names; the other parts hold the statistics of one period each, and
those with a `d` how they have changed since the period before, by codes of one letter, to keep 100,000 rows small:
glucose in mmol/L, percentages as fractions 0-1, as in the record. MongoDB walks along the fields of a part to find one,
so two short parts are faster than a long one.

A value whose flag (`has…`) is not set stands under its code with `NO_FLAG` behind it: filters compare it, but orders
put it behind all that have the flag (rules PATIENT-98 and PATIENT-99).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from math import isnan
from typing import Any

from bson import Int64, ObjectId

from kernel import safe_reading
from kernel.db import Document
from patients import connection_issues, statistics
from patients.choices import RangePreset, RangeType
from patients.custody import is_custodial
from patients.find_terms import terms_of
from patients.search_keys import SEARCHED, search_key

NO_FLAG = "0"
SUBSCRIPTIONS = "ehrSubscriptions"
# Other writers may have stored texts and lists of any length; a row has to fit into a document and its indexes.
_LONGEST_TEXT = 1000
_MOST_ITEMS = 1000
# Names of providers and states are keys of a clinic's counts, all of which have to fit into a document, too.
_LONGEST_SOURCE = 100
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DELTA = "d"
SEPARATOR = "\x1f"
_ESCAPE = re.compile("%(25|2E|24|1F)")
_ESCAPED = re.compile(r"[%.$\x1f]")


# --- names of what a row holds --------------------------------------------------------------------
def block_of(kind: str, period: str) -> str:
    return f"{kind[0]}{period.removesuffix('d')}"


def _codes(kind: str) -> dict[str, tuple[str, str]]:
    """Name -> what is behind the block of its period, and the letter. Rows are stored with these: a new statistic goes
    to the end of its table."""
    codes = {}
    for letter, statistic in zip(_LETTERS, statistics.TABLE[kind], strict=False):
        codes[statistic.name] = "", letter
        codes[statistic.delta] = _DELTA, letter
    return codes


_CODES = {kind: _codes(kind) for kind in statistics.KINDS}


def statistic_path(kind: str, period: str, name: str) -> str:
    part, letter = _CODES[kind][name]
    return f"{block_of(kind, period)}{part}.{letter}"


def date_path(kind: str, name: str) -> str:
    return f"{kind}.{name}"


def _indexed_orders() -> Iterator[tuple[str, str]]:
    for kind, names in statistics.ORDERED.items():
        yield date_path(kind, "lastData"), f"ListLastData{kind.upper()}"
        for name in names:
            title = f"List{name[0].upper()}{name[1:]}{kind.upper()}"
            for period in statistics.PERIODS:
                yield statistic_path(kind, period, name), f"{title}{period}"


INDEXED_ORDERS = dict(_indexed_orders())  # path in a row -> the index of the order by it
_OF_STATISTICS = {
    block_of(kind, period) for kind in statistics.KINDS for period in statistics.PERIODS
}


def order_keys(path: str) -> tuple[str, ...]:
    """By what an order by this path sorts. Statistics can be without their flag; changes, dates and texts have none."""
    is_statistic = path.partition(".")[0] in _OF_STATISTICS
    return (path, path + NO_FLAG) if is_statistic else (path,)


# --- parts of a row -------------------------------------------------------------------------------
def _identity(record: Mapping[str, Any]) -> Document:
    texts = {name: record.get(name) for name in ("fullName", "birthDate")}
    shown = {name: value[:_LONGEST_TEXT] for name, value in texts.items() if isinstance(value, str)}
    terms = terms_of(record)
    return {**shown, "searchKey": search_key(record), **({"terms": terms} if terms else {})}


def _tags(record: Mapping[str, Any]) -> Document:
    tags = record.get("tags")
    known = [tag for tag in tags if isinstance(tag, ObjectId)] if isinstance(tags, list) else []
    return {"tags": list(dict.fromkeys(known))[:_MOST_ITEMS]} if known else {}


def _sites(record: Mapping[str, Any]) -> Document:
    ids = [site.get("id") for site in safe_reading.objects(record.get("sites"))]
    known = dict.fromkeys(site_id for site_id in ids if isinstance(site_id, ObjectId))
    return {"sites": list(known)[:_MOST_ITEMS]} if known else {}


def _reviewed(record: Mapping[str, Any]) -> Document:
    newest = next(iter(safe_reading.objects(record.get("reviews"))), {})
    moment = newest.get("time")
    return {"reviewed": moment} if isinstance(moment, datetime) else {}


def _ranges(record: Mapping[str, Any]) -> Document:
    ranges = safe_reading.mapping(record.get("glycemicRanges"))
    is_preset = ranges.get("type") in (RangeType.PRESET, None)
    is_standard = is_preset and ranges.get("preset") in (RangePreset.STANDARD, None)
    return {} if is_standard else {"hasOwnRanges": True}


def _custody(record: Mapping[str, Any]) -> Document:
    return {"isCustodial": True} if is_custodial(record) else {}


def _subscriptions(record: Mapping[str, Any]) -> Document:
    """Whether any sends reports to the health record."""
    found = safe_reading.mapping(record.get(SUBSCRIPTIONS)).values()
    is_active = any(safe_reading.mapping(one).get("active") is True for one in found)
    return {"isSubscribed": True} if is_active else {}


def _sources(record: Mapping[str, Any]) -> Document:
    """One text, so that an index of it counts them."""
    states = sources_in(record)
    return {"sources": SEPARATOR.join(states)} if states else {}


def _issue(record: Mapping[str, Any]) -> Document:
    code = connection_issues.code_of(record)
    return {} if code is None else {"issue": code}


def _issue_due(record: Mapping[str, Any]) -> Document:
    due = connection_issues.due_of(record)
    return {} if due is None else {"issueDue": due}


def _statistics_of(kind: str) -> Callable[[Mapping[str, Any]], Document]:
    def part(record: Mapping[str, Any]) -> Document:
        stats = safe_reading.mapping(value_at(record, "summary", f"{kind}Stats"))
        blocks: Document = {kind: dict(_dates(safe_reading.mapping(stats.get("dates"))))}
        periods = safe_reading.mapping(stats.get("periods"))
        for period in statistics.PERIODS:
            values = safe_reading.mapping(periods.get(period))
            block = block_of(kind, period)
            blocks[block] = dict(_values(kind, values))
            blocks[block + _DELTA] = dict(_changes(kind, values))
        return {name: block for name, block in blocks.items() if block}

    return part


def value_at(document: Mapping[str, Any], *path: str) -> Any:
    """None where a part of the path is missing or is no object."""
    value: Any = document
    for name in path:
        value = safe_reading.mapping(value).get(name)
    return value


def _dates(dates: Mapping[str, Any]) -> Iterator[tuple[str, datetime]]:
    """All writers of a date set its flag."""
    present = ((name, dates.get(name)) for name in statistics.DATES)
    return ((name, value) for name, value in present if isinstance(value, datetime))


def _values(kind: str, period: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for statistic in statistics.TABLE[kind]:
        if (value := _number(period, statistic.name)) is not None:
            is_certain = not statistic.flagged or period.get(statistic.flag) is True
            _, letter = _CODES[kind][statistic.name]
            yield letter if is_certain else letter + NO_FLAG, value


def _changes(kind: str, period: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for statistic in statistics.TABLE[kind]:
        if (value := _number(period, statistic.delta)) is not None:
            yield _CODES[kind][statistic.delta][1], value


def _number(period: Mapping[str, Any], name: str) -> float | None:
    value: Any = period.get(name)
    return value if type(value) in (int, float, Int64) and not isnan(value) else None


# Fields of a record -> what a row has from them, and under which names.
_BLOCKS = {
    kind: (
        kind,
        *(block_of(kind, period) + part for period in statistics.PERIODS for part in ("", _DELTA)),
    )
    for kind in statistics.KINDS
}
_PARTS: tuple[tuple[frozenset[str], tuple[str, ...], Callable[[Mapping[str, Any]], Document]], ...]
_PARTS = (
    (
        frozenset({"fullName", "birthDate", *SEARCHED}),
        ("fullName", "birthDate", "searchKey", "terms"),
        _identity,
    ),
    (frozenset({"tags"}), ("tags",), _tags),
    (frozenset({"sites"}), ("sites",), _sites),
    (frozenset({"reviews"}), ("reviewed",), _reviewed),
    (frozenset({"glycemicRanges"}), ("hasOwnRanges",), _ranges),
    (frozenset({"permissions"}), ("isCustodial",), _custody),
    (frozenset({SUBSCRIPTIONS}), ("isSubscribed",), _subscriptions),
    (frozenset({"dataSources"}), ("sources",), _sources),
    (frozenset({connection_issues.ISSUE}), ("issue",), _issue),
    (frozenset(connection_issues.FIELDS), ("issueDue",), _issue_due),
    *(
        (frozenset({"summary", f"summary.{kind}Stats"}), _BLOCKS[kind], _statistics_of(kind))
        for kind in statistics.KINDS
    ),
)


# --- rows -----------------------------------------------------------------------------------------
COUNTED = ("userId", "tags", "sites", "sources", "issue")


def counted_part(record: Mapping[str, Any]) -> Document:
    """As much of its row as counts need."""
    parts = (_tags, _sites, _sources, _issue)
    return {"userId": _user_id(record)} | {k: v for part in parts for k, v in part(record).items()}


def _user_id(record: Mapping[str, Any]) -> str | None:
    value = safe_reading.text(record.get("userId"))
    return None if value is None else value[:_LONGEST_TEXT]


def row_id(clinic_id: ObjectId, patient_id: ObjectId) -> bytes:
    return clinic_id.binary + patient_id.binary


def patient_id_of(row: Mapping[str, Any]) -> ObjectId:
    return ObjectId(row["_id"][12:])


def row_of(record: Mapping[str, Any]) -> Document:
    row = {
        "_id": row_id(record["clinicId"], record["_id"]),
        "clinicId": record["clinicId"],
        "patientId": record["_id"],
        "userId": _user_id(record),
    }
    for _, _, part in _PARTS:
        row |= part(record)
    return row


def changes_of(record: Mapping[str, Any], fields: Iterable[str]) -> Document:
    """The update of a row after these fields of its record have changed; empty if the row does not depend on them. A
    part of the subscriptions is named by its path. `record` needs to have no more than these and, if one of the
    searched fields or of those that connection issues depend on is among them, all of those."""
    changed = {SUBSCRIPTIONS if f.startswith(f"{SUBSCRIPTIONS}.") else f for f in fields}
    written: Document = {}
    removed: Document = {}
    for dependencies, names, part in _PARTS:
        if not dependencies.isdisjoint(changed):
            values = part(record)
            written |= values
            removed |= dict.fromkeys((name for name in names if name not in values), "")
    update = {"$set": written, "$unset": removed}
    return {operator: names for operator, names in update.items() if names}


def changed_row(row: Document, record: Mapping[str, Any], fields: Iterable[str]) -> Document:
    """The row of a record of which these fields, and perhaps the clinic, have changed."""
    update = changes_of(record, fields)
    kept = {name: value for name, value in row.items() if name not in update.get("$unset", {})}
    place = {"_id": row_id(record["clinicId"], record["_id"]), "clinicId": record["clinicId"]}
    return {**kept, **update.get("$set", {}), **place}


# --- data sources, as counts name them ------------------------------------------------------------
def escape(name: str) -> str:
    """The name in a form that can be part of a field path. A zero character cannot, in no form that is published."""
    return _ESCAPED.sub(lambda match: f"%{ord(match[0]):02X}", name.replace("\0", "")) or "%"


def unescape(name: str) -> str:
    return "" if name == "%" else _ESCAPE.sub(lambda match: chr(int(match[1], 16)), name)


def sources_in(record: Mapping[str, Any]) -> list[str]:
    """`<provider>.<state>` of each data source, escaped."""
    return [
        f"{_source_key(source.get('providerName'))}.{_source_key(source.get('state'))}"
        for source in safe_reading.objects(record.get("dataSources"))[:_MOST_ITEMS]
    ]


def _source_key(name: object) -> str:
    return escape(str(name)[:_LONGEST_SOURCE])


def sources_of(row: Mapping[str, Any]) -> list[str]:
    text = row.get("sources")
    return text.split(SEPARATOR) if text else []
