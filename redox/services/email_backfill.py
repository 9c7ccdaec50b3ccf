"""Addresses for patients who have none, from the order that subscribed them (rules EHR-120 and EHR-238 to EHR-246)."""

from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from clinic_records.choices import EhrProvider
from ehr.reading import Unreadable
from kernel.db import Document
from kernel.errors import BadRequest, DomainError, Unavailable
from patients.services import ehr_patients, patient_matching, patients
from redox.messages.orders import read_order
from redox.services import matching, orders
from redox.store import messages
from users.services.neighbours import user_service

NO_ADDRESS = "The order has no address that can be used, or is gone: left out"
IS_TAKEN = "An account has the address of the order: left out"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Candidate:
    patient: Document
    email: str


def find_addresses(clinic: Document, *, batch: int) -> Iterator[Candidate]:
    """Which patient can get which address: a valid one that no account has. Raises BadRequest for a provider other than
    Redox, whose orders are not stored here."""
    check_provider(clinic)
    return _find_addresses(clinic, batch)


def check_provider(clinic: Document) -> None:
    """Raises BadRequest."""
    provider = clinic["ehrSettings"].get("provider")
    if provider != EhrProvider.REDOX:
        msg = f"provider {provider} is not supported"
        raise BadRequest(message=msg)


def fill_in(clinic: Document, candidate: Candidate) -> bool:
    """False when the change is refused: the patient then stays as before. Raises Unavailable."""
    try:
        patients.update_patient(
            clinic_id=clinic["_id"],
            user_id=candidate.patient["userId"],
            details=orders.details_of(candidate.patient, email=candidate.email),
        )
    except Unavailable:
        raise
    except DomainError as error:
        log.warning("ehr.email_refused", clinic=str(clinic["_id"]), status=error.status)
        return False
    return True


def _find_addresses(clinic: Document, batch: int) -> Iterator[Candidate]:
    for patient in ehr_patients.iter_without_email(clinic["_id"], batch=batch):
        candidate = find_address(patient, clinic)
        if isinstance(candidate, Candidate):
            yield candidate


def find_address(patient: Document, clinic: Document) -> Candidate | str:
    """The address that the patient can get, or in words why there is none."""
    email = _address_of(patient, clinic)
    if not email:
        return NO_ADDRESS
    return Candidate(patient, email) if user_service().get_user(email) is None else IS_TAKEN


def _address_of(patient: Document, clinic: Document) -> str | None:
    """The address in the last matched order; None when the order is gone or the address is not usable."""
    order_id = patient_matching.current_order(patient)
    document = messages.find_message(order_id) if order_id is not None else None
    if document is None:
        return None
    try:
        matching.check_patient(patient)
        return orders.address_of(read_order(document.get("message")), clinic)
    except (orders.Refused, Unreadable):
        return None
