"""Reads what an order asks for, and carries it out (rules EHR-32 to EHR-50)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from bson import ObjectId

from clinic_records.choices import EhrProvider
from clinic_records.services import access, closures
from clinics.choices import Procedure
from clinics.services import tags
from ehr import choices
from ehr.reading import Unreadable
from ehr.services.processing import Outcome, done, ignored, is_lasting, note
from kernel import addresses, clock, texts
from kernel.addresses import InvalidAddress
from kernel.db import Document
from kernel.errors import (
    BadRequest,
    ConstraintViolation,
    DomainError,
    Duplicate,
    NotFound,
    PermanentFailure,
    RetryLater,
)
from patients import ages, fields
from patients.choices import MatchCriterion
from patients.custody import is_custodial
from patients.services import custodial_accounts, patients
from patients.services.patient_details import PatientDetails
from redox.choices import Failure
from redox.messages.orders import WHAT, Order, read_order
from redox.messages.results import Kind
from redox.services import delivery, matching
from redox.services.connections import FLOWSHEET, NOTES, RESULTS, Connection, read_connection
from redox.store import messages as store
from users.services.neighbours import user_service

NO_MATCH = "No matching patients were found"
SEVERAL = "Multiple matching patients were found"
MATCHED = "Patient was successfully matched"
CREATED = "Account was successfully created"
EXISTS = "patient already exists"
EMAIL_IN_USE = "the email address is already in use"
REFUSED = "the account could not be created"
MATCHED_BY = (MatchCriterion.MRN_AND_BIRTH_DATE,)
MOST_TAG_NAMES = 100  # twice what a clinic can have
A_DAY = timedelta(days=1)


class Refused(Exception):
    """The order cannot be carried out; `text` is what the clinician reads."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Work:
    """One order being processed. `tag_names`: the tags that it names; None leaves the patient's tags alone."""

    record: Document
    document: Document
    connection: Connection
    order: Order
    tag_names: Sequence[str] | None

    @property
    def clinic(self) -> Document:
        return self.connection.clinic

    def answer(self, kind: Kind, *, success: bool, text: str) -> None:
        delivery.answer(
            self.record, self.connection, self.order, kind=kind, success=success, text=text
        )


def process_message(record: Document) -> Outcome:
    """Carry out one stored message. Everything that is read from it is checked first."""
    document = store.find_message(record["documentId"])
    if document is None:
        return ignored("message_missing")
    if "raw" in document:
        raise PermanentFailure(document.get("reason") or Failure.MESSAGE_UNREADABLE)
    if not matching.is_new_order(document):
        return ignored("not_a_new_order")
    order = read_order(document.get("message"))
    clinic = _clinic_of(order)
    note(record, clinicId=clinic["_id"])
    closures.require_open(clinic["_id"])
    connection = read_connection(clinic)
    procedure = connection.procedure(order.procedure_code)
    if procedure is None:
        return ignored("procedure_unknown")
    carry_out, kinds = BRANCHES[procedure]
    connection.require_destinations(kinds)
    work = Work(record, document, connection, order, _tag_names(connection, order))
    return carry_out(work)


def _clinic_of(order: Order) -> Document:
    reasons = {
        NotFound: Failure.NO_CLINIC,
        Duplicate: choices.Failure.SEVERAL_CLINICS,
        BadRequest: Failure.NO_SOURCE,
    }
    try:
        return matching.find_clinic(order)
    except (NotFound, Duplicate, BadRequest) as error:
        raise PermanentFailure(reasons[type(error)]) from None


# --- A and B: switch reports on or off ----------------------------------------------------------------
def enable(work: Work, *, send_answer: bool = True) -> Outcome:
    """The answer is sent only when everything that it announces is ready to be sent."""
    patient = _only_patient(work)
    if isinstance(patient, Outcome):
        return patient
    note(work.record, userId=patient["userId"])
    findings = delivery.read_findings(work.record, work.connection, patient)
    matching.subscribe(patient, work.document, active=True)
    patient = _update_patient(work, patient)
    ready = (
        delivery.make_ready(work.record, work.connection, work.order, patient, findings)
        if findings is not None
        else None
    )
    if send_answer:
        work.answer(Kind.MATCHING, success=True, text=MATCHED)
    if ready is None:
        return done("enabled_without_data")
    delivery.send(work.record, ready)
    return done("enabled_and_sent")


def disable(work: Work) -> Outcome:
    patient = _only_patient(work)
    if isinstance(patient, Outcome):
        return patient
    note(work.record, userId=patient["userId"])
    matching.subscribe(patient, work.document, active=False)
    work.answer(Kind.MATCHING, success=True, text=MATCHED)
    return done("disabled")


def _only_patient(work: Work) -> Document | Outcome:
    """The one patient who matches; otherwise the health record is told why there is none."""
    try:
        matches = matching.find_patients(work.order, work.connection, MATCHED_BY)
    except BadRequest as error:
        work.answer(Kind.MATCHING, success=False, text=error.words)
        return done("order_incomplete")
    if len(matches) == 1:
        matching.check_patient(matches[0])
        return matches[0]
    work.answer(Kind.MATCHING, success=False, text=SEVERAL if matches else NO_MATCH)
    return done("several_patients" if matches else "no_patient")


def _update_patient(work: Work, patient: Document) -> Document:
    """Takes the tags, and a missing address, from the order; nothing else of the patient changes."""
    tag_ids = _tags(work)
    email = _free_address(work, patient)
    if tag_ids is None and email is None:
        return patient
    details = details_of(patient, email=email or patient.get("email"))
    return patients.update_patient(
        clinic_id=work.clinic["_id"],
        user_id=patient["userId"],
        details=PatientDetails({**details.said, "tags": tag_ids}),
    )


def details_of(patient: Document, *, email: str | None) -> PatientDetails:
    """An update that changes nothing but the address."""
    return PatientDetails(
        {
            **fields.identity(patient),
            "birthDate": patient.get("birthDate") or "",
            "email": email,
        }
    )


def _free_address(work: Work, patient: Document) -> str | None:
    """The order's address for a custodial patient who has none. Never an invalid one, never someone else's, and
    None when the patient's account is gone."""
    if not is_custodial(patient) or patient.get("email"):
        return None
    try:
        address = address_of(work.order, work.clinic)
    except Refused:
        return None
    if not address or user_service().get_user(address) is not None:
        return None
    return address if user_service().get_user(patient["userId"]) is not None else None


# --- tags ---------------------------------------------------------------------------------------------
def _tags(work: Work) -> list[ObjectId] | None:
    """The tags that the order names; [] clears them, None leaves them alone."""
    if work.tag_names is None:
        return None
    tag_ids = (_tag(work.clinic["_id"], work.clinic, name) for name in work.tag_names)
    return list(dict.fromkeys(tag_id for tag_id in tag_ids if tag_id is not None))


def _tag_names(connection: Connection, order: Order) -> list[str] | None:
    """Raises Unreadable, so that no patient loses tags because the new ones cannot be read."""
    values = order.named_values(connection.tag_codes) if connection.tag_codes else None
    if values is None:
        return None
    names: list[str] = []
    for value in values:
        names += value.split(connection.tag_separator) if connection.tag_separator else [value]
    unique = list(dict.fromkeys(map(texts.name, names)))
    if len(unique) > MOST_TAG_NAMES:
        raise Unreadable(
            WHAT, "Order.ClinicalInfo", f"must not name more than {MOST_TAG_NAMES} tags"
        )
    return unique


def _tag(clinic_id: ObjectId, clinic: Document, name: str) -> ObjectId | None:
    """The clinic's tag of that name, created if necessary. A name that is comparable to an existing tag's means
    that tag; an invalid name, or one beyond the limit of tags, is skipped."""
    existing = _find_tag(clinic, name)
    if existing is not None:
        return existing
    try:
        return ObjectId(tags.create_tag(clinic_id=clinic_id, name=name)["_id"])
    except (BadRequest, ConstraintViolation):
        return None
    except Duplicate:
        return _find_tag(access.access_clinic(clinic_id), name)


def _find_tag(clinic: Document, name: str) -> ObjectId | None:
    clinic_tags = access.tags_of(clinic)
    for same in (lambda tag: tag["name"] == name, partial(_is_like, name)):
        for tag in clinic_tags:
            if same(tag):
                return ObjectId(tag["_id"])
    return None


def _is_like(name: str, tag: Document) -> bool:
    return texts.key_without_blanks(tag["name"]) == texts.key_without_blanks(name)


# --- C and D: accounts --------------------------------------------------------------------------------
def create_account(work: Work) -> Outcome:
    created = _create(work)
    return done("account_created" if created else "account_refused")


def create_and_enable(work: Work) -> Outcome:
    try:
        matches = matching.find_patients(work.order, work.connection, MATCHED_BY)
    except BadRequest as error:
        work.answer(Kind.ACCOUNT, success=False, text=error.words)
        return done("order_incomplete")
    created = bool(work.record.get("accountCreated"))
    if not matches or created:
        created = _create(work)
        if not created:
            return done("account_refused")
    return enable(work, send_answer=not created)


def _create(work: Work) -> bool:
    """Whether this order has created an account, now or in an earlier try; the health record is told either way."""
    try:
        if not work.record.get("accountCreated"):
            _create_patient(work)
    except Refused as refusal:
        work.answer(Kind.ACCOUNT, success=False, text=refusal.text)
        return False
    work.answer(Kind.ACCOUNT, success=True, text=CREATED)
    return True


class _Overtaken(DomainError):
    """Another order for the same person has just created the account."""


def _create_patient(work: Work) -> None:
    try:
        if _is_known(work):
            raise Refused(EXISTS)
    except BadRequest as error:
        raise Refused(error.words) from None
    email = address_of(work.order, work.clinic)
    said = {
        "fullName": _full_name(work.order),
        "birthDate": _birth_date(work.order).isoformat(),
        "mrn": _mrn(work),
        "email": email,
    }
    if email and user_service().get_user(email) is not None:
        _check_address_is_foreign(email)
        raise Refused(EMAIL_IN_USE)
    try:
        patient = patients.create_custodial_patient(
            clinic_id=work.clinic["_id"],
            details=PatientDetails({**said, "tags": _tags(work)}),
            integration=EhrProvider.REDOX.value,
            check=lambda: _stop_if_known(work),
        )
    except _Overtaken:
        raise RetryLater(choices.Failure.OVERTAKEN) from None
    except DomainError as error:
        if not is_lasting(error):
            raise
        if _is_known(work):
            raise RetryLater(choices.Failure.OVERTAKEN) from None
        raise Refused(error.words or REFUSED) from None
    note(work.record, accountCreated=True, userId=patient["userId"])


def _check_address_is_foreign(email: str) -> None:
    """An earlier try may have died between the account and its record: its account is ended first."""
    if custodial_accounts.is_being_made(email):
        wait = custodial_accounts.CHECKED_AFTER
        raise RetryLater(choices.Failure.ACCOUNT_UNFINISHED, wait=wait)


KNOWN_BY = (MatchCriterion.MRN, MatchCriterion.BIRTH_DATE_AND_NAME)


def _is_known(work: Work) -> bool:
    return bool(matching.find_patients(work.order, work.connection, KNOWN_BY))


def _stop_if_known(work: Work) -> None:
    if _is_known(work):
        raise _Overtaken


def address_of(order: Order, clinic: Document) -> str | None:
    """The patient's address, or the guarantor's for a child under 13 on the clinic's day; None without any.

    Raises Refused for a birth date or an address that cannot be read.
    """
    child = ages.is_under_13(_birth_date(order), ages.today_of(clinic))
    owner = "guarantor" if child else "patient"
    candidates = order.guarantor_addresses if child else order.addresses
    if not candidates:
        return None
    if not isinstance(candidates[0], str):
        msg = f"{owner} email address is not a string"
        raise Refused(msg)
    try:
        return addresses.canonical(addresses.without_name(candidates[0]))
    except InvalidAddress:
        msg = "email address is invalid"
        raise Refused(msg) from None


def _birth_date(order: Order) -> date:
    if not order.birth_date:
        msg = "date of birth is missing"
        raise Refused(msg)
    try:
        birth_date = date.fromisoformat(order.birth_date)
    except ValueError:
        birth_date = None
    if birth_date is None or birth_date.isoformat() != order.birth_date:
        msg = "date of birth is not a date"
        raise Refused(msg)
    if birth_date > clock.now().date() + A_DAY:  # in another time zone it may already be tomorrow
        msg = "date of birth is in the future"
        raise Refused(msg)
    return birth_date


def _full_name(order: Order) -> str:
    for name, value in (("first", order.first_name), ("last", order.last_name)):
        if not value:
            msg = f"{name} name is missing"
            raise Refused(msg)
    return f"{order.first_name} {order.last_name}"


def _mrn(work: Work) -> str:
    mrn = work.order.mrn(work.connection.mrn_type)
    if not mrn:
        msg = "mrn is missing"
        raise Refused(msg)
    return mrn


# For each procedure: the function that carries it out, and the messages that it may send.
BRANCHES: dict[str, tuple[Callable[[Work], Outcome], tuple[str, ...]]] = {
    Procedure.ENABLE_REPORTS: (enable, (RESULTS, FLOWSHEET, NOTES)),
    Procedure.DISABLE_REPORTS: (disable, (RESULTS,)),
    Procedure.CREATE_ACCOUNT: (create_account, (RESULTS,)),
    Procedure.CREATE_AND_ENABLE: (create_and_enable, (RESULTS, FLOWSHEET, NOTES)),
}
