"""`make bench-sweep`: the sweep of connection issues over 10,000 clinics. ARGS="--clinics 1000" for less.

Measured with nothing due, then with patients of one clinic in five due at the same moment: seconds, CPU of this process,
commands to MongoDB, and the index keys and documents that it examined. A sweep with nothing due must read no document and
at most ten keys, and one with work no more documents than those that it changes need. Prints the figures and writes them
as JSON to bench-results/.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import django

from tests.bench import jobs, merge

DATABASE = "bench_sweep"
PATIENTS_OF_EACH = 10
ONE_IN = 5  # clinics with a patient that is due
DOCUMENTS_OF_EACH = (
    12  # that one change may examine: record, row, count, clinic, and what the refresh looks up
)
_INSERTED = 2_000


def main() -> None:
    options = _options()
    merge.DATABASE = DATABASE
    os.environ.update(merge._environment())
    django.setup()
    try:
        result = _run(options.clinics)
    finally:
        merge._drop_database()
    jobs.write("sweep", result)
    if result["problems"]:
        sys.exit("; ".join(result["problems"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clinics", type=int, default=10_000)
    return parser.parse_args()


def _run(count: int) -> dict[str, Any]:
    from django.core.management import call_command

    merge._drop_database()
    call_command("migrate", verbosity=0)
    call_command("ensure_indexes", verbosity=0)
    clinics = _clinics(count)
    _fill(clinics, is_due=False, patients=PATIENTS_OF_EACH)
    idle = _measure("nothing due")
    due = clinics[::ONE_IN]
    _fill(due, is_due=True, patients=1)
    busy = _measure("due")
    again = _measure("afterwards")
    problems = list(_problems(idle, busy, again, len(due)))
    return {"clinics": count, "rows": [idle, busy, again], "problems": problems}


def _clinics(count: int) -> list[Any]:
    """Ten of them are made as all clinics are; the others are copies, which is all that a sweep can see of them."""
    from bson import ObjectId

    from kernel import db
    from tests import factories

    model = factories.make_clinic(name="Lakeside")
    codes = (f"{number:012d}" for number in range(1, count))
    copies = [
        {**model, "_id": ObjectId(), "canonicalShareCode": code, "shareCodes": [code]}
        for code in codes
    ]
    for batch in db.batches(copies, _INSERTED):
        db.collection("clinics").insert_many(batch)
    return [model, *copies]


def _fill(clinics: list[Any], *, is_due: bool, patients: int) -> None:
    """Whose data are one hour old, or have been missing for three days, which is not noted yet."""
    from kernel import clock, db
    from patients.store import patients as store
    from tests.factories import patient_document

    age = timedelta(days=3) if is_due else timedelta(hours=1)
    source = {
        "providerName": "dexcom",
        "state": "connected",
        "latestDataTime": clock.now() - age,
    }
    documents = (
        patient_document(clinic, dataSources=[source], connectionIssueSource="dexcom")
        for clinic in clinics
        for _ in range(patients)
    )
    for batch in db.batches(documents, _INSERTED):
        store.insert_patients([one if is_due else _noted(one) for one in batch])


def _noted(record: Any) -> Any:
    from patients import connection_issues

    return {**record, **connection_issues.of_new_record(record)}


def _measure(name: str) -> dict[str, Any]:
    from patients.services import connection_sweeps

    before, began, cpu = _examined(), time.perf_counter(), time.process_time()
    changed = connection_sweeps.sweep_all()
    row = {
        "sweep": name,
        "changed": changed,
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu,
        **{key: value - before[key] for key, value in _examined().items()},
    }
    print(
        f"{name:12} {changed:6} changed in {row['seconds']:6.2f} s ({row['cpu_seconds']:.2f} s of the process), "
        f"{row['commands']} commands, {row['keys']} keys, {row['documents']} documents",
        flush=True,
    )
    return row


def _examined() -> dict[str, int]:
    """By the whole server: run nothing beside this. The commands that ask are counted too, one for each call."""
    from kernel import db

    status = db.client().admin.command("serverStatus")
    executor = status["metrics"]["queryExecutor"]
    return {
        "commands": sum(status["opcounters"].values()),
        "keys": executor["scanned"],
        "documents": executor["scannedObjects"],
    }


def _problems(idle: Any, busy: Any, again: Any, due: int) -> Iterator[str]:
    for row in (idle, again):
        if row["changed"] or row["documents"] > 10 or row["keys"] > 10:
            yield f"{row['sweep']}: {row['changed']} changed, {row['keys']} keys, {row['documents']} documents"
    if busy["changed"] != due:
        yield f"{busy['changed']} of {due} changed"
    if busy["documents"] > due * DOCUMENTS_OF_EACH:
        yield f"{busy['documents']} documents for {due} changes"


if __name__ == "__main__":
    main()
