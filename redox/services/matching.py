"""Which clinic and which patients an order refers to (rules EHR-15 to EHR-27)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bson import ObjectId

from clinic_records.choices import EhrProvider
from clinics.services import ehr_settings
from ehr.reading import Part, Unreadable
from kernel import db, ids, texts
from kernel.db import Document
from kernel.errors import BadRequest, Duplicate, NotFound
from patients.services import patient_matching
from patients.services.patient_matching import REPORTS, Identity, MatchedMessage
from redox.messages.orders import Order, read_order
from redox.services.connections import Connection, read_connection
from redox.store import messages as store

DATA_MODEL, EVENT_TYPE = "Order", "New"
ACTIONS = {"ENABLE_REPORTS": True, "DISABLE_REPORTS": False}
NO_CLINIC = "couldn't find a matching clinic"
SEVERAL_CLINICS = "multiple matching clinics found"


@dataclass(frozen=True, slots=True)
class Match:
    clinic: Document
    patients: list[Document] = field(default_factory=list)


def match_document(
    *, document_id: str, criteria: Sequence[str] = (), action: str | None = None
) -> Match:
    """The API operation. Raises BadRequest, NotFound and Duplicate with the texts of rules EHR-15 to EHR-23."""
    message_id = ids.parse_id(document_id)
    if message_id is None:
        msg = "invalid documentId"
        raise BadRequest(msg)
    document = store.find_message(message_id)
    if document is None or not is_new_order(document):
        msg = "couldn't find the message"
        raise NotFound(msg)
    try:
        return _match(document, criteria, action)
    except Unreadable as error:
        raise BadRequest(error.reason) from None


def _match(document: Document, criteria: Sequence[str], action: str | None) -> Match:
    """An action changes the subscription only when exactly one patient matches."""
    order = read_order(document.get("message"))
    clinic = find_clinic(order)
    connection = read_connection(clinic)

    def match() -> Match:
        patients = find_patients(order, connection, criteria)
        if action is not None and len(patients) == 1:
            subscribe(patients[0], document, active=ACTIONS[action])
        return Match(clinic, patients)

    # Who is changed meanwhile may be another person than the order is about: then all of it is repeated.
    return match() if action is None else db.run_in_transaction(match)


def is_new_order(document: Document) -> bool:
    meta = document.get("meta")
    fields = meta if isinstance(meta, dict) else {}
    return _is(fields.get("DataModel"), DATA_MODEL) and _is(fields.get("EventType"), EVENT_TYPE)


def _is(value: object, expected: str) -> bool:
    return isinstance(value, str) and texts.is_same(value, expected)


def find_clinic(order: Order) -> Document:
    """By the message's source alone; facility and destinations do not matter."""
    if not order.source_id:
        msg = "source id is required"
        raise BadRequest(msg)
    clinics = ehr_settings.find_ehr_clinics(provider=EhrProvider.REDOX, source_id=order.source_id)
    if not clinics:
        raise NotFound(NO_CLINIC)
    if len(clinics) > 1:
        raise Duplicate(SEVERAL_CLINICS)
    return clinics[0]


def find_patients(order: Order, connection: Connection, criteria: Sequence[str]) -> list[Document]:
    """Raises BadRequest where an order with an MRN lacks birth date or name, whichever criteria are used."""
    identity = _identity(order, connection)
    return patient_matching.find_matches(connection.clinic["_id"], identity, criteria)


def _identity(order: Order, connection: Connection) -> Identity:
    mrn = order.mrn(connection.mrn_type)
    if mrn and not order.birth_date:
        msg = "date of birth is missing"
        raise BadRequest(msg)
    if mrn and not order.full_name:
        msg = "full name is missing"
        raise BadRequest(msg)
    return Identity(mrn=mrn, birth_date=order.birth_date, full_name=order.full_name)


def check_patient(patient: Document) -> None:
    """Checks all fields that sending a report or changing the record will read. Raises Unreadable."""
    record = Part("patient", patient)
    for name in ("fullName", "birthDate", "mrn", "email"):
        record.check_text(name)
    record.texts("targetDevices")
    record.check_entries("tags", ObjectId, "must be a list of ids")
    for name in ("sites", "dataSources"):
        record.check_entries(name, dict, "must be a list of objects")
    record.part("permissions")
    record.part("ehrSubscriptions").part(REPORTS).entries("matchedMessages")


def subscribe(patient: Document, document: Document, *, active: bool) -> None:
    """Switch the patient's reports on or off, as the message in the document asks."""
    check_patient(patient)
    patient_matching.update_subscription(
        patient,
        name=REPORTS,
        provider=EhrProvider.REDOX,
        active=active,
        message=MatchedMessage(document["_id"], DATA_MODEL, EVENT_TYPE),
    )
