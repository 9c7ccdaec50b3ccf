"""Checks that the audit trail is complete: every row as it was written, none missing, moved or added.

Someone with access to the database but without the key may have changed the collections, so any field may be
absent or of any type. Every flaw is reported, and none ends the check.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId
from bson.codec_options import CodecOptions, DatetimeConversion
from django.conf import settings
from pymongo import ASCENDING
from pymongo.collection import Collection

from kernel import audit, audit_anchors, clock, db
from kernel.audit_anchors import Anchor

# A seal covers JSON, so one of these values could be replaced by another type with the same JSON.
_TYPES: dict[str, tuple[type, ...]] = {
    "_id": (ObjectId,),
    "time": (datetime,),
    "clinicId": (ObjectId, type(None)),
    **dict.fromkeys(("before", "after", "scope"), (dict, type(None))),
}
_CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    unicode_decode_error_handler="replace",
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with one event of a chain; `number` is the event's number, None where it has none."""

    chain: str
    number: int | None
    event_id: str
    what: str

    def __str__(self) -> str:
        number = "" if self.number is None else str(self.number)
        event = " ".join(part for part in ("event", number, self.event_id) if part)
        return f"{self.chain}: {event}: {self.what}"


class Check:
    """Checks every chain. `given_anchors` come from outside the database, for instance from the log."""

    def __init__(self, given_anchors: Iterable[Anchor] = ()) -> None:
        self.walks = {settings.ENVIRONMENT: Walk(settings.ENVIRONMENT)}
        self._given_anchors = given_anchors

    def flaws(self) -> Iterator[Flaw]:
        """Yields nothing when everything is as it was written."""
        # Before the rows: events added meanwhile are then newer than every end and anchor.
        yield from self._take_ends()
        yield from self._take_anchors()
        order = [("environment", ASCENDING), ("number", ASCENDING)]
        for event in _raw(audit.COLLECTION).find({}, sort=order, allow_disk_use=True):
            walk = self._walk(event.get("environment"))
            if walk is None:
                yield Flaw("?", None, str(event["_id"]), "belongs to no environment")
            else:
                yield from walk.take(event)
        for walk in self.walks.values():
            yield from walk.finish()

    def _take_ends(self) -> Iterator[Flaw]:
        for head in _raw(audit.HEADS).find({}):
            walk = self._walk(head["_id"])
            if walk is not None and audit.is_head_intact(walk.chain, head):
                walk.take_mark(head["number"], head["seal"], "the end of the chain")
            else:
                yield Flaw(str(head["_id"]), None, "", "the end of the chain was changed")

    def _take_anchors(self) -> Iterator[Flaw]:
        for document in _raw(audit_anchors.COLLECTION).find({}):
            anchor = audit_anchors.from_document(document)
            if anchor is None:
                what = f"the anchor {document['_id']} was changed"
                yield Flaw(str(document.get("environment")), None, "", what)
            else:
                self._take_anchor(anchor, "the anchor")
        for anchor in self._given_anchors:
            if anchor.is_ours():
                self._take_anchor(anchor, "the given anchor")
            else:
                what = "the given anchor was not signed with AUDIT_KEY"
                yield Flaw(anchor.chain, anchor.number, "", what)

    def _take_anchor(self, anchor: Anchor, source: str) -> None:
        walk = self._walk(anchor.chain)
        assert walk is not None  # noqa: S101 (an anchor's chain is a text)
        walk.has_anchor = True
        walk.take_mark(anchor.number, anchor.seal, f"{source} of {clock.format_time(anchor.time)}")

    def _walk(self, chain: Any) -> "Walk | None":
        if (
            type(chain) is not str
        ):  # a subclass of str, such as BSON's code, was not written by this service
            return None
        return self.walks.setdefault(chain, Walk(chain))


class Walk:
    """Follows one chain from its first event."""

    def __init__(self, chain: str) -> None:
        self.chain = chain
        self.number = 0  # reached so far
        self.has_anchor = False
        self._seal: Any = ""
        # Number of an event -> the seals it must have, each with the source that says so.
        self._marks: dict[int, list[tuple[str, str]]] = {}

    def take_mark(self, number: int, seal: str, source: str) -> None:
        self._marks.setdefault(number, []).append((seal, source))

    def take(self, event: dict[str, Any]) -> Iterator[Flaw]:
        number, event_id = event.get("number"), str(event["_id"])
        if not audit.is_number(number) or number == 0:
            yield Flaw(self.chain, None, event_id, "has no number")
            return
        assert isinstance(number, int)  # noqa: S101
        for what in [*self._gaps(number, event), *self._faults(number, event)]:
            yield Flaw(self.chain, number, event_id, what)
        self.number, self._seal = number, event.get("seal")

    def _gaps(self, number: int, event: dict[str, Any]) -> Iterator[str]:
        first, last = self.number + 1, number - 1
        if number == self.number:
            yield "its number is there twice"
        elif first < last:
            yield f"events {first} to {last} before it are missing"
        elif first == last:
            yield f"event {first} before it is missing"
        elif event.get("previous") != self._seal:
            yield "does not follow the event before it"

    def _faults(self, number: int, event: dict[str, Any]) -> Iterator[str]:
        if not audit.is_intact(event) or _holds_nan(event):
            yield "was changed after it was written"
        for name, kinds in _TYPES.items():
            if type(event.get(name)) not in kinds:
                yield f"its {name} is of another type than was written"
        for seal, source in self._marks.get(number, []):
            if event.get("seal") != seal:
                yield f"differs from {source}"

    def finish(self) -> Iterator[Flaw]:
        furthest = max(self._marks, default=0)
        if furthest > self.number:
            sources = ", ".join(source for _, source in self._marks[furthest])
            what = f"events {self.number + 1} to {furthest} are missing at the end: {sources}"
            yield Flaw(self.chain, furthest, "", what)
        head = _raw(audit.HEADS).find_one({"_id": self.chain})
        if head is None and self.number:
            yield Flaw(self.chain, self.number, "", "the end of the chain is missing")
        elif (
            head is not None
            and audit.is_head_intact(self.chain, head)
            and head["number"] < self.number
        ):
            yield Flaw(
                self.chain, self.number, "", f"the end of the chain is event {head['number']}"
            )
        if not self.has_anchor:
            yield Flaw(
                self.chain, None, "", "there is no anchor: `manage.py migrate` makes the first one"
            )


def _holds_nan(value: Any) -> bool:
    """The JSON that seals cover has no NaN: it would become null."""
    if isinstance(value, dict):
        return any(map(_holds_nan, value.values()))
    if isinstance(value, list):
        return any(map(_holds_nan, value))
    return isinstance(value, float) and math.isnan(value)


def _raw(name: str) -> Collection[dict[str, Any]]:
    return db.database().get_collection(name, codec_options=_CODEC)
