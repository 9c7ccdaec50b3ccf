"""Which clinic and which patients an order means (behaviour note ehr, 5.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from clinics.services import ehr_settings, patient_matching
from clinics.services.patient_matching import REPORTS, Identity, MatchedMessage
from clinics_site.core import ids
from clinics_site.core.db import Document
from clinics_site.core.errors import BadRequest, Duplicate, NotFound
from redox.messages.orders import Order, UnreadableOrder
from redox.store import messages as store

DATA_MODEL, EVENT_TYPE = "Order", "New"
ACTIONS = {"ENABLE_REPORTS": True, "DISABLE_REPORTS": False}
NO_CLINIC = "couldn't find a matching clinic"
SEVERAL_CLINICS = "multiple matching clinics found"


@dataclass(frozen=True, slots=True)
class Match:
    clinic: Document
    settings: Document
    order: Order
    patients: list[Document] = field(default_factory=list)


def match_document(
    *, document_id: str, criteria: Sequence[str] = (), action: str | None = None
) -> Match:
    """The API's view. Raises BadRequest, NotFound and Duplicate in the note's words."""
    message_id = ids.parse_id(document_id)
    if message_id is None:
        msg = "invalid documentId"
        raise BadRequest(msg)
    document = store.find_message(message_id)
    if document is None or not is_new_order(document):
        msg = "couldn't find the message"
        raise NotFound(msg)
    try:
        clinic = find_clinic(Order(document["message"]))
        return match(document, clinic, criteria, action)
    except UnreadableOrder:
        msg = "the message is not a readable order"
        raise BadRequest(msg) from None


def is_new_order(document: Document) -> bool:
    meta = document.get("meta") or {}
    return meta.get("DataModel") == DATA_MODEL and meta.get("EventType") == EVENT_TYPE


def find_clinic(order: Order) -> Document:
    """By the message's source alone: facility and destinations play no part."""
    if not order.source_id:
        msg = "source id is required"
        raise BadRequest(msg)
    found = ehr_settings.find_ehr_clinics(provider=ehr_settings.REDOX, source_id=order.source_id)
    if not found:
        raise NotFound(NO_CLINIC)
    if len(found) > 1:
        raise Duplicate(SEVERAL_CLINICS)
    return found[0]


def match(
    document: Document, clinic: Document, criteria: Sequence[str], action: str | None
) -> Match:
    """With exactly one patient and an action, the subscription follows; with several nothing happens."""
    order = Order(document["message"])
    settings: dict[str, Any] = clinic["ehrSettings"]
    identity = identity_of(order, settings)
    found = patient_matching.find_matches(clinic["_id"], identity, criteria)
    if action is not None and len(found) == 1:
        patient_matching.update_subscription(
            clinic_id=clinic["_id"],
            user_id=found[0]["userId"],
            name=REPORTS,
            provider=ehr_settings.REDOX,
            active=ACTIONS[action],
            message=MatchedMessage(document["_id"], DATA_MODEL, EVENT_TYPE),
        )
    return Match(clinic, settings, order, found)


def identity_of(order: Order, settings: Document) -> Identity:
    """Raises BadRequest where an order with an MRN lacks birth date or name, whatever is compared."""
    mrn = order.mrn(mrn_id_type(settings))
    if mrn and not order.birth_date:
        msg = "date of birth is missing"
        raise BadRequest(msg)
    if mrn and not order.full_name:
        msg = "full name is missing"
        raise BadRequest(msg)
    return Identity(mrn=mrn, birth_date=order.birth_date, full_name=order.full_name)


def mrn_id_type(settings: Document) -> str:
    return settings.get("mrnIdType") or "MRN"
