"""Pipeline stages, most of which change a list inside a document.

Other writers store null for an empty list. `$push`, `$addToSet` and `$pull` fail on null, and an update of
many documents then stops at the first one. These stages treat null as an empty list, and replace any other value
that is not a list by the first entry.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

Stage = dict[str, Any]
_MOST_AHEAD = timedelta(minutes=1)


def assigned(fields: Mapping[str, Any]) -> Stage:
    """Like `$set` of a plain update: no value is read as an expression."""
    return {"$set": {path: {"$literal": value} for path, value in fields.items()}}


def latest(path: str, moment: datetime) -> Stage:
    """The later of what is stored and `moment`, so that a late writer changes nothing. A time that is more than a
    minute ahead of it was written before a clock was set back, and would stay until then; it is replaced."""
    is_ahead = {"$gt": [f"${path}", moment + _MOST_AHEAD]}
    return {"$set": {path: {"$cond": [is_ahead, moment, {"$max": [f"${path}", moment]}]}}}


def appended(path: str, entry: Any, *, keep: int | None = None) -> Stage:
    """Add `entry` at the end and keep the last `keep` entries."""
    return {"$set": {path: _kept(_joined(_entries(path), [{"$literal": entry}]), keep, -1)}}


def prepended_once(path: str, entry: Any, *, keep: int, time: str) -> Stage:
    """Add `entry` at the beginning and keep the first `keep` entries. May be repeated: nothing is added if it is in the
    list already, or has been there and was followed by `keep` newer ones. `time` is the member that tells the age."""
    entries = _entries(path)
    last = {"$arrayElemAt": [entries, keep - 1]}
    age = {"$let": {"vars": {"last": last}, "in": f"$$last.{time}"}}
    is_included = {"$in": [{"$literal": entry}, entries]}
    # What is missing, and a text, are less than a time.
    is_over = {"$gte": [age, entry[time]]}
    more = _kept(_joined([{"$literal": entry}], entries), keep, 1)
    return {"$set": {path: {"$cond": [{"$or": [is_included, is_over]}, entries, more]}}}


def included(path: str, entry: Any) -> Stage:
    """Add `entry` at the end unless it is in the list already."""
    more = _joined(_entries(path), [{"$literal": entry}])
    return {"$set": {path: _unless_included(path, entry, more)}}


def without(path: str, value: Any, *, member: str | None = None) -> Stage:
    """Remove the entries equal to `value`, or those whose `member` is."""
    compared = "$$this" if member is None else f"$$this.{member}"
    others = {"$ne": [compared, {"$literal": value}]}
    rest = {"$filter": {"input": _entries(path), "cond": others}}
    return {"$set": {path: {"$cond": [_is_list(path), rest, {"$ifNull": [f"${path}", []]}]}}}


def _unless_included(path: str, entry: Any, more: Stage) -> Stage:
    is_included = {"$in": [{"$literal": entry}, _entries(path)]}
    return {"$cond": [is_included, _entries(path), more]}


def _entries(path: str) -> Stage:
    return {"$cond": [_is_list(path), f"${path}", []]}


def _is_list(path: str) -> Stage:
    return {"$isArray": f"${path}"}


def _joined(first: Any, last: Any) -> Stage:
    return {"$concatArrays": [first, last]}


def _kept(entries: Stage, count: int | None, direction: int) -> Stage:
    return entries if count is None else {"$slice": [entries, direction * count]}
