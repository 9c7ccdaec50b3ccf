"""Scheduling sends: for a clinic, for a patient, by cadence (rules EHR-56 to EHR-65).

Nothing is sent here. Each subscribed patient gets a scheduled document, its processing record and its event in one
transaction; the call returns when all of them are durable. A sync of a clinic takes several such transactions, so it is
stored first, together with an event with which a worker completes it if this process dies.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from random import Random

import structlog
from bson import ObjectId

from clinic_records.choices import EhrProvider
from clinic_records.services import access
from clinics.choices import ReportCadence
from clinics.services import ehr_settings
from ehr.reading import Part, Unreadable
from kernel import accesses, clock, db, ids, leases, outbox, safe_reading, transient_errors
from kernel.db import Document
from kernel.errors import NotFound
from kernel.outbox import staff_reads
from patients.services import patient_matching
from patients.services.patient_matching import Subscribed
from redox.events import SyncBegun, SyncDue
from redox.services.connections import WHAT
from redox.services.expected import ScheduledSend, expect_scheduled
from redox.services.matching import NO_CLINIC
from redox.store import cadences, messages, scheduled, syncs

BATCH = 500  # a transaction stays well below MongoDB's limits, and a retry repeats little
FIRST = 100  # sends that a page of staff waits for
SPREAD = timedelta(hours=1)
_CADENCE = re.compile(r"(\d{1,3})d")  # the other possible value is ReportCadence.NEVER

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Started:
    """How many sends were scheduled at once, and whether a worker looks for more."""

    sends: int
    has_more: bool


def start_sync(clinic_id: str | ObjectId) -> Started:
    """In the caller's transaction, and for a caller that waits for the first sends alone. Raises NotFound for a clinic
    without an active Redox connection."""
    sync = syncs.insert(_access_connected(clinic_id)["_id"], clock.now())
    batch = _next_batch(sync, FIRST)
    if batch:
        sync = _advance(sync, batch)
    has_more = len(batch) == FIRST
    if has_more:
        outbox.emit(SyncBegun(sync_id=str(sync["_id"])))
    return Started(sync["count"], has_more)


def sync_clinic(clinic_id: str | ObjectId) -> int:
    """How many sends were scheduled: all, before this returns. Raises NotFound for a clinic without an active Redox
    connection."""
    clinic = _access_connected(clinic_id)
    # A worker continues with it only if this call does not finish.
    takeover = clock.now() + leases.LEASE
    sync = db.run_in_transaction(partial(_begin, clinic["_id"], clock.now(), takeover))
    try:
        count = _carry_out(sync)
    except Exception as error:
        if not transient_errors.is_transient(error):
            raise
        log.warning("ehr.sync_interrupted", error=type(error).__name__)
        count = sync["count"]
    outbox.nudge()
    return count


def _access_connected(clinic_id: str | ObjectId) -> Document:
    clinic = access.find_clinic(clinic_id)
    if clinic is None or not can_sync(clinic):
        raise NotFound(NO_CLINIC)
    return clinic


def can_sync(clinic: Document) -> bool:
    """Whether it has an active Redox connection."""
    settings = safe_reading.mapping(clinic.get("ehrSettings"))
    return settings.get("provider") == EhrProvider.REDOX and bool(settings.get("enabled"))


def _begin(clinic_id: ObjectId, moment: datetime, takeover: datetime) -> Document:
    sync = syncs.insert(clinic_id, moment)
    outbox.emit(SyncBegun(sync_id=str(sync["_id"])), not_before=takeover)
    return sync


def carry_out(sync_id: str) -> None:
    """Schedule the sends of a sync that are still missing."""
    sync = syncs.find(ObjectId(sync_id))
    if sync is not None:
        _carry_out(sync)


def _carry_out(sync: Document) -> int:
    """How many sends the whole sync has scheduled. All have its time, which makes them one run."""
    while batch := _next_batch(sync, BATCH):
        sync.update(db.run_in_transaction(partial(_advance, sync, batch)))
    outbox.withdraw(SyncBegun, str(sync["_id"]))
    count: int = sync["count"]
    log.info("ehr.scheduled", count=count)
    return count


def _next_batch(sync: Document, size: int) -> list[Subscribed]:
    subscribed = patient_matching.iter_subscribed([sync["clinicId"]], after=sync["after"])
    return list(islice(subscribed, size))


def _advance(sync: Document, batch: Sequence[Subscribed]) -> Document:
    """The sync as it is afterwards. The second of two processes schedules nothing and continues from there."""
    advanced = syncs.advance(sync, batch[-1].patient_id, len(batch))
    if advanced is None:
        return syncs.find(sync["_id"]) or sync
    _schedule_batch(batch, sync["createdTime"])
    accesses.note_clinic(sync["clinicId"])
    return advanced


def sync_patient(user_id: str) -> int:
    """In all clinics that want reports after an upload; there may be none."""
    clinic_ids = ehr_settings.list_redox_clinic_ids(on_upload=True)
    subscribed = list(patient_matching.iter_subscribed(clinic_ids, user_id=user_id))
    if subscribed:
        db.run_in_transaction(partial(_schedule_batch, subscribed, clock.now()))
        outbox.nudge()
    log.info("ehr.scheduled", count=len(subscribed))
    return len(subscribed)


def _schedule_batch(batch: Sequence[Subscribed], moment: datetime) -> None:
    order_ids = [patient.order_id for patient in batch]
    orders = messages.list_messages(order_ids)
    preceding = scheduled.list_newest(order_ids)
    documents = [
        _document(patient, moment, orders.get(patient.order_id), preceding.get(patient.order_id))
        for patient in batch
    ]
    scheduled.insert_many(documents)
    expect_scheduled(
        [
            ScheduledSend(
                document["_id"], patient.order_id, patient.clinic_id, patient.user_id, moment
            )
            for document, patient in zip(documents, batch, strict=True)
        ]
    )


def _document(
    subscribed: Subscribed, moment: datetime, order: Document | None, preceding: Document | None
) -> Document:
    document: Document = {
        "_id": ids.new_id(),
        "userId": subscribed.user_id,
        "clinicId": subscribed.clinic_id,
        "createdTime": moment,
    }
    if order is not None:
        document["lastMatchedOrder"] = {name: order[name] for name in ("_id", "meta", "message")}
    if preceding is not None:
        document["precedingDocument"] = preceding
    return document


def is_scheduling(sync: Document) -> bool:
    """Whether there may be more sends of it soon."""
    return any(staff_reads.is_waiting(event, str(sync["_id"])) for event in (SyncBegun, SyncDue))


# --- cadence ------------------------------------------------------------------------------------------
def run_due_cadences() -> int:
    """Begin a sync of every clinic whose cadence is due, unless another scheduler does. Returns how many were begun."""
    if not outbox.is_ours(SyncDue):
        return 0
    return sum(_run_cadence(clinic_id) for clinic_id in ehr_settings.list_redox_clinic_ids())


def _run_cadence(clinic_id: ObjectId) -> bool:
    clinic = access.find_clinic(clinic_id)
    days = cadence_days(clinic) if clinic is not None else 0
    if not days:
        cadences.remove(clinic_id)
        return False
    moment = clock.now()
    # Clinics are spread by their ids: the first run is within an hour, and later ones keep that offset.
    cadences.insert_first(clinic_id, moment + SPREAD * Random(str(clinic_id)).random())
    following = moment + timedelta(days=days)
    return db.run_in_transaction(partial(_begin_if_due, clinic_id, moment, following))


def _begin_if_due(clinic_id: ObjectId, moment: datetime, following: datetime) -> bool:
    """The claim and its work in one transaction, so that neither exists without the other."""
    if not cadences.claim_due(clinic_id, moment, following):
        return False
    outbox.emit(SyncDue(sync_id=str(syncs.insert(clinic_id, moment)["_id"])))
    return True


def cadence_days(clinic: Document) -> int:
    """Days between two regular syncs; 0 for never, and where the setting cannot be read."""
    try:
        cadence = Part(WHAT, clinic).part("ehrSettings").part("scheduledReports").text("cadence")
    except Unreadable:
        return 0
    match = _CADENCE.fullmatch(cadence or ReportCadence.TWO_WEEKLY)
    return int(match[1]) if match else 0
