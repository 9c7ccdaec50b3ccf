"""Scheduling sends: for a clinic, for a patient, by cadence (behaviour note ehr, 8).

Nothing is sent here. Each subscribed patient gets a scheduled document, its processing record and its event in
one transaction; the call returns when all of them are durable.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from random import Random

import structlog
from bson import ObjectId

from clinics.services import access, ehr_settings, patient_matching
from clinics_site.core import clock, db, ids, outbox
from clinics_site.core.db import Document
from clinics_site.core.errors import NotFound
from redox.services.matching import NO_CLINIC
from redox.services.processing import Expected, expect_scheduled
from redox.store import cadences, messages, scheduled

BATCH = 500  # a transaction stays well below MongoDB's limits, and a retry repeats little
SPREAD = timedelta(hours=1)
DISABLED = "DISABLED"

log = structlog.get_logger(__name__)
Subscribed = tuple[ObjectId, str, ObjectId]


def sync_clinic(clinic_id: str | ObjectId) -> int:
    """How many sends were scheduled. Raises NotFound for a clinic without an active Redox connection."""
    clinic = access.find_clinic(clinic_id)
    settings = (clinic or {}).get("ehrSettings") or {}
    if (
        clinic is None
        or settings.get("provider") != ehr_settings.REDOX
        or not settings.get("enabled")
    ):
        raise NotFound(NO_CLINIC)
    return _schedule(patient_matching.iter_subscribed([clinic["_id"]]))


def sync_patient(user_id: str) -> int:
    """In all clinics that want reports after an upload; none is an answer too."""
    clinic_ids = ehr_settings.list_redox_clinic_ids(on_upload=True)
    if not clinic_ids:
        return 0
    return _schedule(patient_matching.iter_subscribed(clinic_ids, user_id))


def _schedule(subscribed: Iterable[Subscribed]) -> int:
    """All documents of a call share one time: that is what makes them one run."""
    moment, count = clock.now(), 0
    for batch in db.batches(subscribed, BATCH):
        db.run_in_transaction(partial(_schedule_batch, batch, moment))
        count += len(batch)
    outbox.nudge()
    log.info("ehr.scheduled", count=count)
    return count


def _schedule_batch(batch: list[Subscribed], moment: datetime) -> None:
    order_ids = [order_id for _, _, order_id in batch]
    orders = messages.list_messages(order_ids)
    preceding = scheduled.list_newest(order_ids)
    documents = [_document(one, moment, orders.get(one[2]), preceding.get(one[2])) for one in batch]
    scheduled.insert_many(documents)
    expect_scheduled(
        [
            Expected(document["_id"], order_id, clinic_id, user_id, moment)
            for document, (clinic_id, user_id, order_id) in zip(documents, batch, strict=True)
        ]
    )


def _document(
    subscribed: Subscribed, moment: datetime, order: Document | None, preceding: Document | None
) -> Document:
    clinic_id, user_id, _ = subscribed
    document: Document = {
        "_id": ids.new_id(),
        "userId": user_id,
        "clinicId": clinic_id,
        "createdTime": moment,
    }
    if order is not None:
        document["lastMatchedOrder"] = {name: order[name] for name in ("_id", "meta", "message")}
    if preceding is not None:
        document["precedingDocument"] = preceding
    return document


# --- cadence ------------------------------------------------------------------------------------------
def run_due_cadences() -> int:
    """Sync every clinic whose cadence is due. A run is claimed first, so it never happens twice at once."""
    return sum(_run_cadence(clinic_id) for clinic_id in ehr_settings.list_redox_clinic_ids())


def _run_cadence(clinic_id: ObjectId) -> bool:
    clinic = access.find_clinic(clinic_id)
    days = cadence_days(clinic) if clinic is not None else 0
    if not days:
        cadences.remove(clinic_id)
        return False
    moment = clock.now()
    # Clinics are spread by their id: the first run comes within an hour, and later ones keep that distance.
    cadences.insert_first(clinic_id, moment + SPREAD * Random(str(clinic_id)).random())
    if not cadences.claim_due(clinic_id, moment, moment + timedelta(days=days)):
        return False
    sync_clinic(clinic_id)
    return True


def cadence_days(clinic: Document) -> int:
    """Days between two regular syncs; 0 for never."""
    reports = (clinic.get("ehrSettings") or {}).get("scheduledReports") or {}
    cadence = reports.get("cadence") or "14d"
    return 0 if cadence == DISABLED else int(cadence.removesuffix("d"))
