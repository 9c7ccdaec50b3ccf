"""The service's own worker with a handler that lasts as long as a test wants, and with short leases. It notes when it
begins and when it is done."""

import os
import time
from datetime import timedelta

import pymongo
from celery.__main__ import main

HANDLER, EFFECTS = "tests.last", "lastingEffects"
LEASE = 2  # seconds


def last(event):
    note("began")
    time.sleep(float(os.environ["SECONDS_OF_HANDLER"]))
    note("ended")


def note(what):
    database = os.environ["TIDEPOOL_CLINIC_DATABASE_NAME"]
    with pymongo.MongoClient(os.environ["MONGODB_URI"]) as client:
        client[database][EFFECTS].insert_one({"what": what, "by": os.getpid()})


if __name__ == "__main__":
    from clinics_site.celery import app  # noqa: F401 (before the first event)
    from kernel import leases, outbox
    from patients.events import PatientCreated

    leases.LEASE, leases.RENEW_EVERY = timedelta(seconds=LEASE), LEASE / 4
    outbox.subscribe(PatientCreated, HANDLER)(last)
    main()
