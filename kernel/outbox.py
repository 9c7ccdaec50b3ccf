"""Durable events: written with the change that causes them, delivered at least once, never lost.

`emit()` inside `run_in_transaction` stores one row per subscribed handler. A row is claimed by one
atomic update, run by a Celery task, repeated with growing delay kept in MongoDB, and parked as `dead`
after the last try, where the admin shows it and can start it again. A dead row blocks nobody. A failure that does not
pass by itself (`kernel.outages`) is a fault of the program: it is tried three times, quickly, and then parked.

Rows of one `key` and handler run one after another, in an order that MongoDB itself gives: what a transaction saw or
overwrote was emitted before what it emits, in whatever process and however wrong a machine's clock is. Between
transactions that knew nothing of each other there is no order to keep. Payloads hold ids only.

A row that was claimed and is not first of its key waits, and nobody looks at it again until the end of the first one
releases the next. Waiting notes itself on the first row (`followers`) and ending reads that note, both in transactions,
so that one of the two always sees the other.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from bson import ObjectId, Timestamp
from django.conf import settings
from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import PyMongoError

from kernel import clock, db, indexes, leases, outages
from kernel.errors import PermanentFailure, RetryLater

COLLECTION = "outbox"
PENDING, CLAIMED, DONE, DEAD = "pending", "claimed", "done", "dead"
UNDELIVERED = [PENDING, CLAIMED]
# Values in payloads that let their bearer act as somebody: no page shows them.
SECRETS = frozenset({"restrictedTokenId"})
SLOW = timedelta(minutes=15)
LASTING = timedelta(days=1)
# A fault of the program is tried so often, with this wait in between.
FAULTY_TRIES = 3
FAULTY_WAIT = timedelta(seconds=15)
KEEP_DONE = timedelta(days=30)
RELAY_BATCH = 64
CLAIM_BATCH = 64
WAIT_BATCH = 1000
# A delivering task goes on with whatever else is due in its queue for this long, so that a backlog needs few
# wake-ups in the broker, however large it is.
DRAIN_SECONDS = 20.0
DEFAULT_QUEUE = "default"
_RENUDGE = timedelta(seconds=30)
# MongoDB puts its logical clock in the place of an empty timestamp, a tick for each document. A transaction that sees
# another's writes began after that one's commit, which ticked too, so its rows get a later place. Ids of two processes
# do not sort within a second (docs/decisions/0012-event-order.md).
_NEXT_PLACE = Timestamp(0, 0)
_PLACES = [("order", ASCENDING), ("_id", ASCENDING)]

log = structlog.get_logger(__name__)
Handler = Callable[[dict[str, Any]], None]
OnDead = Callable[[dict[str, Any], str], None]
WakeUp = tuple[ObjectId, str]  # a row and the queue of its workers


@dataclass(frozen=True, slots=True)
class Retries:
    """How long to wait after each failed try: the quick waits in their order, then SLOW for at least LASTING."""

    quick: tuple[timedelta, ...]

    @property
    def attempts(self) -> int:
        """The first try, one after each quick wait, and one after each slow one."""
        return 1 + len(self.quick) + LASTING // SLOW

    def wait_after(self, attempts: int) -> timedelta:
        """With a tenth of jitter, so that an outage does not end in a stampede."""
        return _spread(self.quick[attempts - 1] if attempts <= len(self.quick) else SLOW)

    def are_over(self, attempts: int, lasted: timedelta) -> bool:
        """Both must be used up: a handler may ask for shorter waits, and a row may have waited for its first try."""
        return attempts >= self.attempts and lasted >= LASTING


def _spread(wait: timedelta) -> timedelta:
    return wait * (1 + secrets.randbelow(100) / 1000)


# Three quick tries, then slower and slower: most outages of a mail service or a neighbour end within minutes.
GROWING = Retries(tuple(timedelta(seconds=s) for s in (15, 15, 60, 120, 240, 480)))


@dataclass(frozen=True, slots=True)
class Subscription:
    event: str
    name: str
    handle: Handler
    queue: str
    forget_payload: bool
    on_dead: OnDead | None
    retries: Retries


_HANDLERS: dict[str, Subscription] = {}
_BY_EVENT: dict[str, list[Subscription]] = {}

indexes.declare(
    COLLECTION,
    IndexModel(
        [("queue", ASCENDING), ("notBefore", ASCENDING)],
        name="OutboxDueByQueue",
        partialFilterExpression={"state": {"$in": UNDELIVERED}},
    ),
    IndexModel(
        [(name, ASCENDING) for name in ("handler", "key", "order", "_id")],
        name="OutboxPlaces",
        partialFilterExpression={"state": {"$in": UNDELIVERED}},
    ),
    IndexModel(
        [("dueTime", ASCENDING)],
        name="OutboxBacklog",
        partialFilterExpression={"state": {"$in": UNDELIVERED}},
    ),
    IndexModel([("state", ASCENDING), ("_id", ASCENDING)], name="OutboxState"),
    IndexModel(
        [("doneTime", ASCENDING)],
        name="OutboxCleanup",
        expireAfterSeconds=int(KEEP_DONE.total_seconds()),
    ),
)


def subscribe(
    event: str,
    name: str,
    *,
    queue: str = DEFAULT_QUEUE,
    forget_payload: bool = False,
    on_dead: OnDead | None = None,
    retries: Retries = GROWING,
) -> Callable[[Handler], Handler]:
    """Register `handle(payload)` for an event under a stable name ("app.what_it_does").

    Handlers are idempotent: a row whose worker died is delivered again. The payload carries the row's
    own id as `eventId`. `forget_payload` drops the payload once delivered (mails name a recipient).
    `on_dead(payload, reason)` is told when a row is parked, at least once. Work that waits long for others gets a
    `queue` of its own, so that the rest does not wait with it. `retries` says when a failed row is tried again.
    """

    def register(handle: Handler) -> Handler:
        subscription = Subscription(event, name, handle, queue, forget_payload, on_dead, retries)
        _HANDLERS[name] = subscription
        _BY_EVENT.setdefault(event, []).append(subscription)
        return handle

    return register


def emit(
    event: str,
    payload: dict[str, Any],
    *,
    key: str = "",
    not_before: datetime | None = None,
) -> None:
    """Store the event for each handler, in the current transaction. Ids only, no patient data.

    `key` keeps the order of events that concern one thing, if the transaction also writes that thing. Nothing is stored
    with SIDE_EFFECTS=external. After the transaction the relay finds the rows; call `nudge()` once the
    change is committed to save that wait.
    """
    emit_many([(event, payload, key)], not_before=not_before)


def emit_many(
    events: Iterable[tuple[str, dict[str, Any], str]], *, not_before: datetime | None = None
) -> None:
    if settings.SIDE_EFFECTS == "external":
        return
    moment = clock.now()
    rows = [
        _row(subscription, payload, key, moment, not_before)
        for event, payload, key in events
        for subscription in _BY_EVENT.get(event, [])
    ]
    if rows:
        db.collection(COLLECTION).insert_many(rows)
        waiting: list[WakeUp] = getattr(_waiting, "rows", [])
        _waiting.rows = [*waiting, *((row["_id"], row["queue"]) for row in rows)][:RELAY_BATCH]


def _row(
    subscription: Subscription,
    payload: dict[str, Any],
    key: str,
    moment: datetime,
    not_before: datetime | None,
) -> dict[str, Any]:
    return {
        "_id": ObjectId(),
        "order": _NEXT_PLACE,
        "event": subscription.event,
        "handler": subscription.name,
        "queue": subscription.queue,
        "key": key,
        "payload": payload,
        "state": PENDING,
        "attempts": 0,
        "dueTime": not_before or moment,
        "notBefore": not_before or moment,
        "createdTime": moment,
        "updatedTime": moment,
    }


def withdraw(event: str, key: str) -> int:
    """Take back what was emitted under this key and has not started: a newer reminder replaces it."""
    handlers = [subscription.name for subscription in _BY_EVENT.get(event, [])]
    query = {"handler": {"$in": handlers}, "key": key, "state": PENDING}
    # All or none: a row that has just begun to wait for one of them goes too.
    return db.run_in_transaction(lambda: db.collection(COLLECTION).delete_many(query).deleted_count)


# --- nudging: a shortcut past the relay's wait, never the only way ------------------------------------------------
_waiting = threading.local()  # what was emitted in this thread since its last nudge


def nudge() -> None:
    """Hand what this thread has emitted to the workers now. A broker that is down costs only time."""
    waiting: list[WakeUp] = getattr(_waiting, "rows", [])
    _waiting.rows = []
    if waiting:
        _enqueue(waiting)


def _enqueue(rows: list[WakeUp]) -> None:
    from kernel.tasks import deliver_event

    try:
        for row_id, queue in rows:
            deliver_event.apply_async((str(row_id), queue), queue=queue, retry=False)
    except Exception as error:  # noqa: BLE001 (whatever the broker's client raises, the relay will repair it)
        log.warning("outbox.broker_unavailable", error=type(error).__name__, count=len(rows))


def relay() -> int:
    """Wake workers for what is due and was not handed out lately. Called by beat; safe to run anywhere, often."""
    return sum(_relay_queue(queue) for queue in {s.queue for s in _HANDLERS.values()})


def _relay_queue(queue: str) -> int:
    moment = clock.now()
    rows = db.collection(COLLECTION)
    due = rows.find(
        {
            **_due(queue, moment),
            "$or": [
                {"nudgedTime": {"$exists": False}},
                {"nudgedTime": {"$lte": moment - _RENUDGE}},
            ],
        },
        {"_id": 1},
        sort=[("notBefore", ASCENDING)],
        limit=RELAY_BATCH,
    )
    ids = [row["_id"] for row in due]
    if ids:
        rows.update_many({"_id": {"$in": ids}}, {"$set": {"nudgedTime": moment}})
        _enqueue([(row_id, queue) for row_id in ids])
    return len(ids)


def _due(queue: str, moment: datetime) -> dict[str, Any]:
    return {"queue": queue, "state": {"$in": UNDELIVERED}, "notBefore": {"$lte": moment}}


# --- delivery -------------------------------------------------------------------------------------------------------
def drain(queue: str) -> int:
    """Run what is due in a queue, oldest first, until nothing is or the time is up. How many rows were run."""
    due, deadline, count = _Due(queue), time.monotonic() + DRAIN_SECONDS, 0
    while time.monotonic() < deadline:
        row = due.claim_next()
        if row is None:
            return count
        if _is_first(row):
            _run(row)
            count += 1
    return count


class _Due:
    """What is due in a queue, found many at once, and from where the last ones stood: MongoDB keeps index entries
    of rows that have moved on for minutes, and a look from the beginning walks over all of them."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._ids: list[ObjectId] = []
        self._since: datetime | None = None
        self._is_crowded = False

    def claim_next(self) -> dict[str, Any] | None:
        while self._ids or self._find():
            row = _claim_one(self._ids.pop(0))
            if row is not None:
                return row
            # Another worker is here too: each begins at a place of its own.
            self._ids, self._is_crowded = [], True
        return None

    def _find(self) -> bool:
        found = (self._since and self._look(self._since)) or self._look(None)
        if found:
            self._since = found[0]["notBefore"]
            start = secrets.randbelow(len(found)) if self._is_crowded else 0
            self._ids = [row["_id"] for row in found[start:]]
        return bool(found)

    def _look(self, since: datetime | None) -> list[dict[str, Any]]:
        query = _due(self._queue, clock.now())
        if since is not None:
            query["notBefore"]["$gte"] = since
        rows = db.collection(COLLECTION).find(
            query, {"notBefore": 1}, sort=[("notBefore", ASCENDING)], limit=CLAIM_BATCH
        )
        return list(rows)


def deliver(row_id: ObjectId) -> bool:
    """Run one row if it is due, unclaimed and first of its key. True when it was delivered."""
    row = _claim(row_id)
    return row is not None and _run(row)


def _run(row: dict[str, Any]) -> bool:
    if _has_used_up_its_tries(row):
        _park(row, row.get("lastError", "worker_lost"))
        return False
    try:
        with leases.renewed(lambda: _extend(row)):
            _handle(row)
    except PermanentFailure as failure:
        _park(row, failure.reason)
    except Exception as error:  # noqa: BLE001 (any failure of a handler is a failed try)
        _retry_later(row, error)
    else:
        _finish(row, DONE, None)
        return True
    return False


def _has_used_up_its_tries(row: dict[str, Any]) -> bool:
    """Only where no try came to an end: each took its worker with it."""
    subscription = _HANDLERS.get(row["handler"])
    lasted = clock.now() - row["dueTime"]
    return subscription is not None and subscription.retries.are_over(row["attempts"] - 1, lasted)


def _handle(row: dict[str, Any]) -> None:
    subscription = _HANDLERS.get(row["handler"])
    if subscription is None:
        reason = "handler_unknown"
        raise PermanentFailure(reason)
    subscription.handle({**row["payload"], "eventId": str(row["_id"])})


def _park(row: dict[str, Any], reason: str, error: Exception | None = None) -> None:
    """`on_dead` first: a worker that dies in between tells it again, and nobody stays untold."""
    subscription = _HANDLERS.get(row["handler"])
    if subscription is not None and subscription.on_dead is not None:
        _tell(subscription.on_dead, row, reason)
    _finish(row, DEAD, reason)
    log.error(
        "outbox.parked",
        handler=row["handler"],
        reason=reason,
        row=str(row["_id"]),
        exc_info=error,
    )


def _tell(on_dead: OnDead, row: dict[str, Any], reason: str) -> None:
    """An outage ends this try, and the next one tells it; a fault of the program must not keep the row from its end."""
    try:
        on_dead(row["payload"], reason)
    except Exception as error:
        if outages.is_passing(error):
            raise
        log.exception("outbox.not_told", handler=row["handler"], row=str(row["_id"]))


def _extend(row: dict[str, Any]) -> None:
    db.collection(COLLECTION).update_one(
        _held(row), {"$set": {"notBefore": clock.now() + leases.LEASE}}
    )


def _claim(row_id: ObjectId) -> dict[str, Any] | None:
    row = _claim_one(row_id)
    return row if row is not None and _is_first(row) else None


def _claim_one(row_id: ObjectId) -> dict[str, Any] | None:
    moment = clock.now()
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": row_id, "state": {"$in": UNDELIVERED}, "notBefore": {"$lte": moment}},
        {
            "$set": {
                "state": CLAIMED,
                "claim": secrets.token_hex(8),
                # A claim is a lease: when its worker dies the row is due again.
                "notBefore": moment + leases.LEASE,
                "updatedTime": moment,
            },
            "$unset": {"waits": ""},
            "$inc": {"attempts": 1},
        },
        return_document=ReturnDocument.AFTER,
    )


def _is_first(row: dict[str, Any]) -> bool:
    """Whether no earlier row of the key is undelivered; otherwise the claim is given back until one of them ends."""
    if not row["key"] or not _has_predecessor(row):
        return True
    return not db.run_in_transaction(lambda: _wait(row))


def _has_predecessor(row: dict[str, Any]) -> bool:
    """The claim is known to a majority, so this read sees at least what was committed before it."""
    return db.collection(COLLECTION).find_one(_earlier(row), {"_id": 1}) is not None


def _wait(row: dict[str, Any]) -> bool:
    """In a transaction: both this and the end of the first row write it, so neither can miss the other."""
    first = db.collection(COLLECTION).find_one_and_update(
        _earlier(row), {"$inc": {"followers": 1}}, projection={"_id": 1}, sort=_PLACES
    )
    if first is None:
        return False
    # It is released before; the time is a net for what other hands have done to the rows.
    waiting = {"state": PENDING, "waits": True, "notBefore": clock.now() + LASTING}
    db.collection(COLLECTION).update_one(_held(row), {"$set": waiting, "$inc": {"attempts": -1}})
    _let_others_wait(row, waiting)
    return True


def _let_others_wait(row: dict[str, Any], waiting: dict[str, Any]) -> None:
    """Those behind a row that waits. Otherwise each would be claimed and put back for itself, and they would meet at
    the first row, which every one of them has to write."""
    rows = db.collection(COLLECTION)
    behind = rows.find(_behind(row), {"_id": 1}, sort=_PLACES, limit=WAIT_BATCH)
    ids = [found["_id"] for found in behind]
    if ids:
        rows.update_many({"_id": {"$in": ids}}, {"$set": waiting})


def _behind(row: dict[str, Any]) -> dict[str, Any]:
    """What nobody has claimed and is due."""
    place = {"$gt": row["order"]} if "order" in row else {"$exists": True}
    return {
        "handler": row["handler"],
        "key": row["key"],
        "order": place,
        "state": PENDING,
        "notBefore": {"$lte": clock.now()},
    }


def _earlier(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "handler": row["handler"],
        "key": row["key"],
        "state": {"$in": UNDELIVERED},
        **_before(row),
    }


def _before(row: dict[str, Any]) -> dict[str, Any]:
    """Rows of an older version have no place: they come first, in the order of their ids."""
    if "order" in row:
        return {"order": {"$not": {"$gte": row["order"]}}}
    return {"order": {"$exists": False}, "_id": {"$lt": row["_id"]}}


def _held(row: dict[str, Any]) -> dict[str, Any]:
    return {"_id": row["_id"], "state": CLAIMED, "claim": row["claim"]}


def _finish(row: dict[str, Any], state: str, reason: str | None) -> None:
    """End a row, and release the next one of its key. That needs no wake-up: whoever delivers drains the queue."""
    change = _ending(row, state, reason)
    if "followers" in row or not _finish_alone(row, change):
        db.run_in_transaction(lambda: _finish_followed(row, change))


def _finish_alone(row: dict[str, Any], change: dict[str, Any]) -> bool:
    alone = {**_held(row), "followers": {"$exists": False}}
    return bool(db.collection(COLLECTION).update_one(alone, change).matched_count)


def _ending(row: dict[str, Any], state: str, reason: str | None) -> dict[str, Any]:
    moment = clock.now()
    fields: dict[str, Any] = {"state": state, "updatedTime": moment}
    if state == DONE:
        fields["doneTime"] = moment
    if reason is not None:
        fields["lastError"] = reason
    change: dict[str, Any] = {"$set": fields}
    if state == DONE and _HANDLERS[row["handler"]].forget_payload:
        change["$unset"] = {"payload": ""}
    return change


def _finish_followed(row: dict[str, Any], change: dict[str, Any]) -> None:
    """The row that is first now is the one that the others wait for; if it has waited itself, it is due."""
    rows = db.collection(COLLECTION)
    if not rows.update_one(_held(row), change).matched_count:
        return
    due = {"$cond": ["$waits", clock.now(), "$notBefore"]}
    rows.find_one_and_update(
        {"handler": row["handler"], "key": row["key"], "state": {"$in": UNDELIVERED}},
        [
            {
                "$set": {
                    "notBefore": due,
                    "followers": {"$add": [{"$ifNull": ["$followers", 0]}, 1]},
                }
            },
            {"$unset": ["waits", "nudgedTime"]},
        ],
        projection={"_id": 1},
        sort=_PLACES,
    )


def _retry_later(row: dict[str, Any], error: Exception) -> None:
    reason = error.reason if isinstance(error, RetryLater) else type(error).__name__
    is_fault = not outages.is_passing(error)
    wait = _wait_before_next_try(row, error, is_fault=is_fault)
    if wait is None:
        _park(row, reason, error)
        return
    moment = clock.now()
    db.collection(COLLECTION).update_one(
        _held(row),
        {
            "$set": {
                "state": PENDING,
                "notBefore": moment + wait,
                "lastError": reason,
                "updatedTime": moment,
            },
            "$unset": {"nudgedTime": ""},
            "$inc": {"faults": int(is_fault)},
        },
    )
    log.warning(
        "outbox.retry",
        handler=row["handler"],
        attempts=row["attempts"],
        reason=reason,
        row=str(row["_id"]),
        exc_info=error,
    )


def _wait_before_next_try(
    row: dict[str, Any], error: Exception, *, is_fault: bool
) -> timedelta | None:
    """None when there is no next one."""
    if is_fault:
        is_over = row.get("faults", 0) + 1 >= FAULTY_TRIES
        return None if is_over else _spread(FAULTY_WAIT)
    retries = _HANDLERS[row["handler"]].retries
    if retries.are_over(row["attempts"], clock.now() - row["dueTime"]):
        return None
    asked = error.wait if isinstance(error, RetryLater) else None
    return asked or retries.wait_after(row["attempts"])


# --- staff ----------------------------------------------------------------------------------------------------------
def requeue(row_id: ObjectId) -> bool:
    """Start a dead row again; False when it is not dead (a second click changes nothing)."""
    moment = clock.now()
    times = dict.fromkeys(("dueTime", "notBefore", "updatedTime"), moment)
    change = {"state": PENDING, "attempts": 0, "faults": 0, **times}
    row = db.collection(COLLECTION).find_one_and_update(
        {"_id": row_id, "state": DEAD}, {"$set": change, "$unset": {"nudgedTime": ""}}
    )
    if row is not None:
        _enqueue([(row_id, row["queue"])])
    return row is not None


def depth() -> dict[str, float]:
    """Backlog for the metrics: waiting, dead, seconds since the oldest waiting row was due.

    A reminder for next week is not waiting yet.
    """
    rows = db.collection(COLLECTION)
    moment = clock.now()
    waiting = {"state": {"$in": UNDELIVERED}, "dueTime": {"$lte": moment}}
    try:
        oldest = rows.find_one(waiting, sort=[("dueTime", ASCENDING)])
        age = (moment - oldest["dueTime"]).total_seconds() if oldest else 0.0
        return {
            "waiting": rows.count_documents(waiting),
            "dead": rows.count_documents({"state": DEAD}),
            "oldest_seconds": age,
        }
    except PyMongoError:
        return {}
