"""One of the processes of test_event_order.py: `python -m tests.concurrency.event_process emit NUMBER | deliver`.

Each change increments a counter in one of a few documents and emits the new number. A process makes its ids
as if its clock were an hour off, alternately fast and slow.
"""

import os
import sys
import time
from functools import cache, partial
from typing import Any

import django
from bson import ObjectId, Timestamp

HEARD, COUNTERS = "heard", "counters"
KEYS = ("a", "b")
CHANGES = 40
HOUR = 3600


def main(kind: str, number: int = 0) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")
    django.setup()
    from kernel import db, outbox
    from kernel.outbox import emitting, waking
    from tests import deliveries

    @outbox.subscribe(_counted(), "test.hear")
    def hear(event: Any) -> None:
        row = {"key": event.thing, "count": event.count, "part": event.part}
        db.collection(HEARD).insert_one({**row, "order": Timestamp(0, 0)})

    waking.enqueue = lambda wake_ups: None
    if kind == "deliver":
        while True:
            deliveries.drain(outbox.DEFAULT_QUEUE)
            time.sleep(0.01)
    _skew_ids(emitting, HOUR if number % 2 else -HOUR)
    for key in KEYS * (CHANGES // len(KEYS)):
        db.run_in_transaction(partial(_change, key))


def _skew_ids(emitting: object, seconds: int) -> None:
    def make() -> ObjectId:
        own_bytes = ObjectId().binary
        moment = int.from_bytes(own_bytes[:4], "big") + seconds
        return ObjectId(moment.to_bytes(4, "big") + own_bytes[4:])

    emitting.ObjectId = make  # type: ignore[attr-defined]


@cache
def _counted() -> type[Any]:
    """Declared late, because the kernel can only be imported when Django is ready."""
    from kernel import outbox

    @outbox.event("test.counted")
    class Counted(outbox.Event):
        thing: str = outbox.key()
        count: int
        part: int

    return Counted


def _change(key: str) -> None:
    from kernel import db, outbox

    counter = db.collection(COUNTERS).find_one_and_update(
        {"_id": key}, {"$inc": {"count": 1}}, return_document=True
    )
    assert counter is not None
    for part in range(2):
        outbox.emit(_counted()(thing=key, count=counter["count"], part=part))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
