"""`make bench-outbox`: how fast real workers drain the outbox when the handlers themselves cost nearly
nothing.

The rows name messages that do not exist, so a handler is one look-up. The floor is measured in the same run: the
two writes that a row cannot do without, by as many threads as there are worker processes.
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable

from tests.bench import service

PROCESSES = 2
POLL_SECONDS = 0.05
KINDS: dict[str, Callable[[int], str]] = {
    "no key": lambda number: "",
    "a key of its own": str,
    "a hundred rows of a key": lambda number: str(number // 100),
    "one key for all": lambda number: "k",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5000)
    rows: int = parser.parse_args().rows
    os.environ.update(service.environment() | {"TIDEPOOL_CLINIC_DATABASE_NAME": "bench_outbox"})
    os.environ["BROKER_KEY_PREFIX"] = "bench_outbox:"
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")
    django.setup()
    _measure(rows)


def _measure(rows: int) -> None:
    from kernel import db
    from tests.processes.service import Service

    folder = service.ROOT / ".local" / "bench-outbox"
    folder.mkdir(parents=True, exist_ok=True)
    worker = Service(folder, dict(os.environ))
    worker.manage("migrate", "--verbosity", "0")
    floor = _floor(rows)
    print(f"floor, two writes for each of {rows} rows: {floor:.0f} rows/s")
    try:
        worker.start(only=("ehr-worker", "worker", "beat"))
        _drain(100, KINDS["no key"])  # the workers' start
        for kind, key in KINDS.items():
            rate = _drain(rows, key)
            print(f"{kind:26} {rate:6.0f} rows/s, {floor / rate:.1f} times the floor's time")
    finally:
        worker.stop()
        db.client().drop_database(db.database_name())


def _drain(rows: int, key: Callable[[int], str]) -> float:
    """The rows are there before a worker is woken."""
    from bson import ObjectId

    from kernel import db, outbox
    from kernel.outbox.rows import UNDELIVERED
    from redox.events import MessageReceived

    undelivered = {"handler": "redox.process_message", "state": {"$in": UNDELIVERED}}
    events = [MessageReceived(document_id=str(ObjectId()), about=key(n)) for n in range(rows)]
    db.run_in_transaction(lambda: outbox.emit_many(events))
    began = time.perf_counter()
    outbox.nudge()
    while db.collection(outbox.COLLECTION).find_one(undelivered, {"_id": 1}):
        if time.perf_counter() - began > 600:
            sys.exit("the rows are not drained within ten minutes")
        time.sleep(POLL_SECONDS)
    return rows / (time.perf_counter() - began)


def _floor(rows: int) -> float:
    from kernel import db

    collection = db.collection("floor")
    collection.insert_many([{"_id": number, "state": 0} for number in range(rows)])

    def work(first: int) -> None:
        for number in range(first, rows, PROCESSES):
            collection.find_one_and_update({"_id": number, "state": 0}, {"$set": {"state": 1}})
            collection.update_one({"_id": number, "state": 1}, {"$set": {"state": 2}})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(PROCESSES)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return rows / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
