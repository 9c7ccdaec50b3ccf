"""`manage.py follow` with a follower of the tests: it copies things, slowly, and says which process did. Its leases
are short."""

import os
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from pymongo import UpdateOne  # noqa: E402

from kernel import db, following, leases  # noqa: E402

NAME = "tests.copies"
THINGS, COPIES = "followedThings", "copiesOfThings"


def copy(changes):
    time.sleep(float(os.environ.get("SECONDS_OF_A_BATCH", "0")))
    things = db.collection(THINGS).find({"_id": {"$in": list(changes[THINGS])}})
    writes = [
        UpdateOne(
            {"_id": thing["_id"]},
            {"$set": {"value": thing["value"], "by": os.getpid()}},
            upsert=True,
        )
        for thing in things
    ]
    if writes:
        db.collection(COPIES).bulk_write(writes, ordered=False)


def rescan(after):
    copy({THINGS: {thing["_id"] for thing in db.collection(THINGS).find({})}})


if __name__ == "__main__":
    leases.LEASE, leases.RENEW_EVERY = timedelta(seconds=2), 0.5
    following.register(NAME, collections=(THINGS,), handle=copy, rescan=rescan)
    call_command("follow")
