"""A scheduled send: the last order once more, if there is something new to say (behaviour note ehr, 9.7)."""

from datetime import datetime

from clinics.services import access, patient_matching, patients
from clinics_site.core import clock
from clinics_site.core.db import Document
from clinics_site.core.errors import PermanentFailure, RetryLater, Unavailable
from clinics_site.core.http import ServiceUnavailable
from redox.messages.orders import Order, UnreadableOrder
from redox.services import delivery, matching
from redox.services.delivery import Connection
from redox.services.processing import Outcome, done, ignored
from redox.store import processing as store
from redox.store import scheduled


def process_scheduled(record: Document) -> Outcome:
    """Decided on the present state of patient, clinic and settings; only the order is frozen.

    Raises RetryLater and PermanentFailure.
    """
    document = scheduled.find_scheduled(record["documentId"])
    if document is None:
        return ignored("document_missing")
    frozen = document.get("lastMatchedOrder") or {}
    if not matching.is_new_order(frozen):
        return ignored("order_missing")
    try:
        return _process(record, document, Order(frozen["message"]))
    except UnreadableOrder:
        reason = "order_unreadable"
        raise PermanentFailure(reason) from None
    except (ServiceUnavailable, Unavailable):
        reason = "neighbour_unavailable"
        raise RetryLater(reason) from None


def _process(record: Document, document: Document, order: Order) -> Outcome:
    patient = patients.find_patient(document["clinicId"], document["userId"])
    if patient is None:
        return ignored("patient_gone")
    clinic = access.find_clinic(document["clinicId"])
    if clinic is None:
        return ignored("clinic_gone")
    settings = clinic.get("ehrSettings") or {}
    if not settings.get("enabled"):
        return ignored("ehr_disabled")
    if not patient_matching.is_subscribed(patient):
        return ignored("not_subscribed")
    if not delivery.last_upload(patient) > _cutoff(record, order):
        return ignored("no_newer_upload")
    sent = delivery.send_summary_and_report(record, Connection(clinic, settings), order, patient)
    return done("sent") if sent else ignored("no_data")


def _cutoff(record: Document, order: Order) -> datetime:
    """What was uploaded up to here has been sent: the last delivered send of this order, else the order itself."""
    last = store.find_last_delivered(record["orderId"], record["documentTime"])
    if last is not None:
        found: datetime = last["documentTime"]
        return found
    return order.event_time or clock.ZERO
