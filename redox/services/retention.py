"""Deletes raw messages after a number of days, unless something needs them (rules EHR-115 to EHR-117), and what became
of scheduled sends (rule EHR-236).

A message stays as long as a subscription or a scheduled send refers to it, or its processing has not ended well.
"""

import time
from datetime import datetime, timedelta
from functools import partial

import structlog
from bson import ObjectId

from ehr.services import processing
from kernel import clock, db, leases, outbox
from kernel.db import Document
from patients.services import ehr_patients
from redox import configuration
from redox.events import MessageReceived
from redox.kinds import MESSAGE, SCHEDULED
from redox.store import retention as store

EVERY = timedelta(days=1)
BATCH = 500  # a transaction stays small, and a retry repeats little
WORK_SECONDS = 20.0  # the longest that one call may keep a worker from patients' reports

SENDS_STAY = (
    91  # days: as long as a scheduled send is there, its record keeps it from being sent again
)

log = structlog.get_logger(__name__)


def delete_old_messages() -> int:
    """Today's run, or a part of it. Returns how many messages were deleted.

    A run is claimed first, so two never run at once. Where another service processes the messages, it is not known here
    which are finished, and nothing is deleted.
    """
    days, moment = configuration.number("keep_messages_days"), clock.now()
    if days <= 0 or not outbox.is_ours(MessageReceived):
        return 0
    run = store.claim_run(moment, moment + leases.LEASE)
    if run is None:
        return 0
    with leases.renewed(lambda: store.extend_run(run, clock.now() + leases.LEASE)):
        return _work(run, moment, before=ObjectId.from_datetime(moment - timedelta(days=days)))


def _work(run: Document, started: datetime, *, before: ObjectId) -> int:
    deadline = time.monotonic() + WORK_SECONDS
    after, seen, deleted = run.get("after", store.FIRST), 0, 0
    while message_ids := store.list_received(after=after, before=before, limit=BATCH):
        deleted += db.run_in_transaction(partial(_delete_unneeded, message_ids))
        after, seen = message_ids[-1], seen + len(message_ids)
        if time.monotonic() >= deadline:
            store.pause_run(run, clock.now(), after)
            break
    else:
        store.end_run(run, started + EVERY)
    log.info("ehr.messages_deleted", count=deleted)
    log.info("ehr.messages_kept", count=seen - deleted)
    return deleted


def delete_old_sends() -> int:
    """What became of scheduled sends that have ended, and what they sent; both are this service's own. May run
    twice at once. Returns how many."""
    days, moment = configuration.number("keep_sends_days"), clock.now()
    if days <= 0:
        return 0
    before, deadline = (
        moment - timedelta(days=max(days, SENDS_STAY)),
        time.monotonic() + WORK_SECONDS,
    )
    deleted = 0
    while sends := processing.list_ended(SCHEDULED, before=before, limit=BATCH):
        db.run_in_transaction(partial(_delete_sends, sends))
        deleted += len(sends)
        if time.monotonic() >= deadline:
            break
    return deleted


def _delete_sends(sends: list[ObjectId]) -> None:
    processing.forget(SCHEDULED, sends)
    store.delete_deliveries(sends)


def _delete_unneeded(message_ids: list[ObjectId]) -> int:
    unneeded = message_ids
    for list_needed in (
        partial(processing.list_unfinished, MESSAGE),
        ehr_patients.list_messages_of_subscriptions,
        store.list_scheduled,
    ):
        needed = list_needed(unneeded)
        unneeded = [message_id for message_id in unneeded if message_id not in needed]
    if not unneeded:
        return 0
    processing.forget(MESSAGE, unneeded)
    return store.delete_messages(unneeded)
