"""Anchors of the audit trail: signed records of its length at a moment, kept in another collection and in the
log.

A chain reveals changes inside it. That its end was cut off, that an older copy was restored or that
everything was deleted can only be seen by comparison with something outside the chain. So a worker checks
every ten seconds. When there are new events, and once an hour, it stores number and seal of the newest event
and writes the same text to the log, which leaves the machine. Anchors are only ever added. An event that is
removed before the next check is not noticed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from bson import ObjectId
from django.conf import settings
from pymongo import ASCENDING, DESCENDING, IndexModel

from kernel import audit, clock, db, indexes, seals

COLLECTION = "auditAnchors"
EVERY = timedelta(hours=1)  # even without events, so that the log of every hour contains one
# What the log calls them; `verify_audit --log` looks for these names.
LOGGED = BEGUN, ANCHORED = "audit.begun", "audit.anchored"

log = structlog.get_logger(__name__)

indexes.declare(
    COLLECTION,
    IndexModel(
        [("environment", ASCENDING), ("number", DESCENDING), ("time", DESCENDING)],
        name="AuditAnchors",
    ),
)


@dataclass(frozen=True, slots=True)
class Anchor:
    chain: str
    number: int
    seal: str
    time: datetime
    mac: str

    def __str__(self) -> str:
        return f"{self.number}:{self.seal}:{_milliseconds(self.time)}:{self.mac}"

    def is_ours(self) -> bool:
        content = _content(self.chain, self.number, self.seal, self.time)
        return seals.is_signed(self.mac, content)


def parse(chain: str, text: str) -> Anchor:
    """The inverse of `str(anchor)`. Raises ValueError for any other text."""
    number, seal, moment, mac = text.split(":")
    try:
        time = datetime.fromtimestamp(int(moment) / 1000, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(moment) from error
    return Anchor(chain, int(number), seal, time, mac)


def from_document(document: dict[str, Any]) -> Anchor | None:
    """None for a document that this service did not write as an anchor."""
    anchor = Anchor(*(document.get(name) for name in ("environment", *_FIELDS)))  # type: ignore[arg-type]
    is_whole = (
        audit.is_number(anchor.number)
        and isinstance(anchor.time, datetime)
        and all(type(text) is str for text in (anchor.chain, anchor.seal, anchor.mac))
    )
    return anchor if is_whole and anchor.is_ours() else None


_FIELDS = ("number", "seal", "time", "mac")


def begin() -> None:
    """Write the first anchor of every chain that has none. `migrate` calls it, so a chain without an anchor
    is suspicious."""
    heads = db.collection(audit.HEADS).find({})
    chains = {head["_id"] for head in heads if audit.is_head_intact(str(head["_id"]), head)}
    for chain in {settings.ENVIRONMENT} | chains:
        if find_newest(chain) is None:
            log.warning(BEGUN, environment=chain, anchor=str(write(chain)))


def write(chain: str) -> Anchor:
    """Record where the chain ends now."""
    number, seal = audit.chain_end(chain)
    moment = clock.now()
    anchor = Anchor(chain, number, seal, moment, seals.sign(_content(chain, number, seal, moment)))
    fields = {name: getattr(anchor, name) for name in _FIELDS}
    db.collection(COLLECTION).insert_one({"_id": ObjectId(), "environment": chain, **fields})
    log.info(ANCHORED, environment=chain, anchor=str(anchor))
    return anchor


def keep_watch() -> int:
    """Check that the trail still contains the newest anchored event, and write the next anchor when it is
    due. Returns how many were written."""
    chain = settings.ENVIRONMENT
    newest = find_newest(chain)
    problem = "no_anchor" if newest is None else _problem(newest)
    if newest is None or problem:
        log.error("audit.broken", environment=chain, reason=problem)
    elif _is_due(newest):
        write(chain)
        return 1
    return 0


def find_newest(chain: str) -> dict[str, Any] | None:
    """The newest of the anchors with the highest number: a restored older copy of the trail does not hide
    earlier anchors."""
    return db.collection(COLLECTION).find_one(
        {"environment": chain}, sort=[("number", DESCENDING), ("time", DESCENDING)]
    )


def _problem(document: dict[str, Any]) -> str:
    anchor = from_document(document)
    if anchor is None:
        return "anchor_changed"
    if not anchor.number:
        return ""
    head = db.collection(audit.HEADS).find_one({"_id": anchor.chain})
    if head is None or not audit.is_head_intact(anchor.chain, head):
        return "end_changed"
    event = db.collection(audit.COLLECTION).find_one(
        {"environment": anchor.chain, "number": anchor.number}
    )
    return "" if event is not None and event.get("seal") == anchor.seal else "events_missing"


def _is_due(newest: dict[str, Any]) -> bool:
    has_grown = audit.chain_end(newest["environment"])[0] > newest["number"]
    return has_grown or bool(clock.now() - newest["time"] >= EVERY)


def _content(chain: str, number: int, seal: str, time: datetime) -> str:
    return f"anchor:{chain}:{number}:{seal}:{_milliseconds(time)}"


def _milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)
