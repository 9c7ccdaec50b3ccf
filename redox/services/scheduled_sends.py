"""A scheduled send: answers the last order again if there is new data (rules EHR-66 to EHR-70)."""

from datetime import datetime

from clinic_records.services import access, closures
from ehr.services.processing import Outcome, done, ignored
from kernel import accesses, clock, safe_reading
from kernel.db import Document
from patients.services import patient_matching, patients
from redox.messages.orders import Order, read_order
from redox.services import delivery, matching
from redox.services.connections import read_connection
from redox.store import deliveries as store
from redox.store import scheduled


def process_scheduled(record: Document) -> Outcome:
    """Decides by the present state of patient, clinic and settings; only the order is a stored copy."""
    document = scheduled.find_scheduled(record["documentId"])
    if document is None:
        return ignored("document_missing")
    order_copy = safe_reading.mapping(document.get("lastMatchedOrder"))
    if not matching.is_new_order(order_copy):
        return ignored("order_missing")
    return _process(record, document, read_order(order_copy.get("message")))


def _process(record: Document, document: Document, order: Order) -> Outcome:
    closures.require_open(document["clinicId"])
    accesses.note_clinic(document["clinicId"])
    accesses.note_patient(document["userId"])
    patient = patients.find_patient(document["clinicId"], document["userId"])
    if patient is None:
        return ignored("patient_gone")
    clinic = access.find_clinic(document["clinicId"])
    if clinic is None:
        return ignored("clinic_gone")
    connection = read_connection(clinic)
    if not connection.is_enabled:
        return ignored("ehr_disabled")
    if not patient_matching.is_subscribed(patient):
        return ignored("not_subscribed")
    if not delivery.last_upload(patient) > _cutoff(record, order):
        return ignored("no_newer_upload")
    matching.check_patient(patient)
    findings = delivery.read_findings(record, connection, patient)
    if findings is None:
        return ignored("no_data")
    delivery.send(record, delivery.make_ready(record, connection, order, patient, findings))
    return done("sent")


def _cutoff(record: Document, order: Order) -> datetime:
    """Uploads up to this time have been sent: the last delivered send of this order, or else the order itself."""
    last = store.find_last_delivered(record["orderId"], record["documentTime"])
    if last is not None:
        last_time: datetime = last["documentTime"]
        return last_time
    return order.event_time or clock.ZERO
