"""What an order asks for, and doing it (behaviour note ehr, 9.4-9.6)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from bson import ObjectId

from clinics.services import access, patients, tags
from clinics.services.patient_details import PatientDetails, is_custodial
from clinics_site.core import addresses, clock
from clinics_site.core.addresses import InvalidAddress
from clinics_site.core.api import validation
from clinics_site.core.api.schema import Schema, ref
from clinics_site.core.db import Document
from clinics_site.core.errors import (
    BadRequest,
    Conflict,
    ConstraintViolation,
    DomainError,
    Duplicate,
    NotFound,
    PermanentFailure,
    RetryLater,
    Unavailable,
)
from clinics_site.core.http import ServiceError, ServiceUnavailable
from redox.messages.orders import Order, UnreadableOrder, is_under_13
from redox.messages.results import Kind
from redox.services import delivery, matching
from redox.services.delivery import Connection
from redox.services.processing import Outcome, done, ignored, note
from redox.store import messages as store
from users.services.neighbours import user_service

_NAMED = re.compile(r"[^<>]*<([^<>]*)>")
NO_MATCH = "No matching patients were found"
SEVERAL = "Multiple matching patients were found"
MATCHED = "Patient was successfully matched"
CREATED = "Account was successfully created"
EXISTS = "patient already exists"
EMAIL_IN_USE = "the email address is already in use"
TAG_NAME: Schema = ref("patientTag.v1")


class Refused(Exception):
    """The order can not be carried out; `text` is what the clinician reads."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Work:
    """One order under way."""

    record: Document
    document: Document
    connection: Connection
    order: Order

    @property
    def clinic(self) -> Document:
        return self.connection.clinic

    @property
    def settings(self) -> Document:
        return self.connection.settings

    def answer(self, kind: Kind, *, success: bool, text: str) -> None:
        delivery.answer(
            self.record, self.connection, self.order, kind=kind, success=success, text=text
        )


def process_message(record: Document) -> Outcome:
    """Carry out one stored message. Raises RetryLater and PermanentFailure."""
    document = store.find_message(record["documentId"])
    if document is None:
        return ignored("message_missing")
    if not matching.is_new_order(document):
        return ignored("not_a_new_order")
    try:
        return _process(record, document)
    except UnreadableOrder:
        reason = "order_unreadable"
        raise PermanentFailure(reason) from None
    except (ServiceUnavailable, Unavailable):
        reason = "neighbour_unavailable"
        raise RetryLater(reason) from None
    except ServiceError as error:
        reason = f"user_service_{error.status}"
        raise (PermanentFailure(reason) if error.status < 500 else RetryLater(reason)) from None
    except DomainError as error:
        raise _failure(error) from None


def _failure(error: DomainError) -> Exception:
    """A rule of ours that refuses the order's change will refuse it again; a conflict will not."""
    reason = f"change_refused_{error.status}"
    is_lasting = error.status < 500 and (
        error.status != Conflict.status or isinstance(error, Duplicate)
    )
    return PermanentFailure(reason) if is_lasting else RetryLater(reason)


def _process(record: Document, document: Document) -> Outcome:
    order = Order(document["message"])
    clinic = _clinic_of(order)
    note(record, clinicId=clinic["_id"])
    connection = Connection(clinic, clinic["ehrSettings"])
    branch = _branch(connection.settings, order.procedure_code)
    if branch is None:
        return ignored("procedure_unknown")
    connection.destination("results")  # a configuration without destinations fails before any work
    return branch(Work(record, document, connection, order))


def _clinic_of(order: Order) -> Document:
    reasons = {NotFound: "no_clinic", Duplicate: "several_clinics", BadRequest: "no_source"}
    try:
        return matching.find_clinic(order)
    except (NotFound, Duplicate, BadRequest) as error:
        raise PermanentFailure(reasons[type(error)]) from None


def _branch(settings: Document, code: str) -> Callable[[Work], Outcome] | None:
    """The first configured procedure code that equals the order's; an empty one equals nothing."""
    codes = settings.get("procedureCodes") or {}
    for name, branch in BRANCHES.items():
        if code and codes.get(name) == code:
            return branch
    return None


# --- A and B: switch reports on or off ----------------------------------------------------------------
def enable(work: Work, *, tell: bool = True) -> Outcome:
    patient = _only_patient(work, "ENABLE_REPORTS")
    if isinstance(patient, Outcome):
        return patient
    patient = _update_patient(work, patient)
    note(work.record, userId=patient["userId"])
    if tell:
        work.answer(Kind.MATCHING, success=True, text=MATCHED)
    sent = delivery.send_summary_and_report(work.record, work.connection, work.order, patient)
    return done("enabled_and_sent" if sent else "enabled_without_data")


def disable(work: Work) -> Outcome:
    patient = _only_patient(work, "DISABLE_REPORTS")
    if isinstance(patient, Outcome):
        return patient
    note(work.record, userId=patient["userId"])
    work.answer(Kind.MATCHING, success=True, text=MATCHED)
    return done("disabled")


def _only_patient(work: Work, action: str) -> Document | Outcome:
    """The one patient who matches, subscription changed; otherwise the health record is told why not."""
    try:
        found = matching.match(work.document, work.clinic, ["MRN_DOB"], action).patients
    except BadRequest as error:
        work.answer(Kind.MATCHING, success=False, text=_reason(error))
        return done("order_incomplete")
    if len(found) == 1:
        return found[0]
    work.answer(Kind.MATCHING, success=False, text=SEVERAL if found else NO_MATCH)
    return done("several_patients" if found else "no_patient")


def _reason(error: DomainError) -> str:
    return error.message.removeprefix(f"{error.prefix}: ")


def _update_patient(work: Work, patient: Document) -> Document:
    """Tags and a missing address from the order; nothing else of the patient changes."""
    wanted = _tags(work)
    email = _free_address(work, patient)
    if wanted is None and email is None:
        return patient
    details = details_of(patient, email=email or patient.get("email"))
    return patients.update_patient(
        clinic_id=work.clinic["_id"],
        user_id=patient["userId"],
        details=replace(details, tags=wanted),
    )


def details_of(patient: Document, *, email: str | None) -> PatientDetails:
    """An update that changes nothing but the address."""
    return PatientDetails(
        full_name=patient.get("fullName") or "",
        birth_date=patient.get("birthDate") or "",
        email=email,
        mrn=patient.get("mrn"),
        target_devices=patient.get("targetDevices"),
    )


def _free_address(work: Work, patient: Document) -> str | None:
    """An address for a custodial patient who has none: never an invalid one, never somebody else's."""
    if not is_custodial(patient) or patient.get("email"):
        return None
    try:
        address = address_of(work.order)
    except Refused:
        return None
    return address if address and user_service().get_user(address) is None else None


# --- tags ---------------------------------------------------------------------------------------------
def _tags(work: Work) -> list[ObjectId] | None:
    """The tags that the order names; [] clears them, None leaves them alone."""
    names = _tag_names(work.settings, work.order)
    if names is None:
        return None
    found = (_tag(work.clinic["_id"], work.clinic, name) for name in dict.fromkeys(names))
    return list(dict.fromkeys(tag for tag in found if tag is not None))


def _tag_names(settings: Document, order: Order) -> list[str] | None:
    configured = settings.get("tags") or {}
    codes, entries = configured.get("codes"), order.clinical_info()
    if not codes or entries is None:
        return None
    separator = configured.get("separator")
    names: list[str] = []
    for code, value in entries:
        if code in codes:
            names += value.split(separator) if separator else [value]
    return [name.strip() for name in names]


def _tag(clinic_id: ObjectId, clinic: Document, name: str) -> ObjectId | None:
    """The clinic's tag of that name, made if need be. A name like an existing one means that one; an
    impossible name, or one too many, is skipped."""
    known = _known_tag(clinic, name)
    if known is not None:
        return known
    if not validation.is_valid(TAG_NAME, {"name": name}):
        return None
    try:
        return ObjectId(tags.create_tag(clinic_id=clinic_id, name=name)["_id"])
    except ConstraintViolation:
        return None
    except Duplicate:
        return _known_tag(access.access_clinic(clinic_id), name)


def _known_tag(clinic: Document, name: str) -> ObjectId | None:
    present = clinic.get("patientTags") or []
    for same in (lambda tag: tag["name"] == name, partial(_is_like, name)):
        for tag in present:
            if same(tag):
                return ObjectId(tag["_id"])
    return None


def _is_like(name: str, tag: Document) -> bool:
    return tags.comparable(tag["name"]) == tags.comparable(name)


# --- C and D: accounts --------------------------------------------------------------------------------
def create_account(work: Work) -> Outcome:
    created = _create(work)
    return done("account_created" if created else "account_refused")


def create_and_enable(work: Work) -> Outcome:
    try:
        found = matching.match(work.document, work.clinic, ["MRN_DOB"], None).patients
    except BadRequest as error:
        work.answer(Kind.ACCOUNT, success=False, text=_reason(error))
        return done("order_incomplete")
    created = bool(work.record.get("accountCreated"))
    if not found or created:
        created = _create(work)
        if not created:
            return done("account_refused")
    return enable(work, tell=not created)


def _create(work: Work) -> bool:
    """Whether this order has made an account, now or in an earlier try; the health record is told either way."""
    try:
        if not work.record.get("accountCreated"):
            _make_patient(work)
    except Refused as refusal:
        work.answer(Kind.ACCOUNT, success=False, text=refusal.text)
        return False
    work.answer(Kind.ACCOUNT, success=True, text=CREATED)
    return True


def _make_patient(work: Work) -> None:
    try:
        found = matching.match(work.document, work.clinic, ["MRN", "DOB_FULLNAME"], None).patients
    except BadRequest as error:
        raise Refused(_reason(error)) from None
    if found:
        raise Refused(EXISTS)
    email = address_of(work.order)
    details = PatientDetails(
        full_name=_full_name(work.order),
        birth_date=_birth_date(work.order).isoformat(),
        mrn=_mrn(work),
        email=email,
    )
    if email and user_service().get_user(email) is not None:
        raise Refused(EMAIL_IN_USE)
    try:
        patient = patients.create_custodial_patient(
            clinic_id=work.clinic["_id"], details=replace(details, tags=_tags(work))
        )
    except Unavailable:
        raise
    except DomainError as error:
        raise Refused(error.message) from None
    note(work.record, accountCreated=True, userId=patient["userId"])


def address_of(order: Order) -> str | None:
    """The patient's address, or the guarantor's for a child under 13; None without any.

    Raises Refused for a birth date or an address that can not be read.
    """
    child = is_under_13(_birth_date(order), clock.now().date())
    owner, path = (
        ("guarantor", ("Visit", "Guarantor")) if child else ("patient", ("Patient", "Demographics"))
    )
    found = order.addresses(*path)
    if not found:
        return None
    if not isinstance(found[0], str):
        msg = f"{owner} email address is not a string"
        raise Refused(msg)
    try:
        return addresses.canonical(_without_name(found[0]))
    except InvalidAddress:
        msg = "email address is invalid"
        raise Refused(msg) from None


def _without_name(text: str) -> str:
    """Of "Name <address>" the address, with whatever is in it: the standard library's parser would mend it silently."""
    named = _NAMED.fullmatch(text.strip())
    return named[1] if named else text


def _birth_date(order: Order) -> date:
    if not order.birth_date:
        msg = "date of birth is missing"
        raise Refused(msg)
    try:
        found = date.fromisoformat(order.birth_date)
    except ValueError:
        found = None
    if found is None or found.isoformat() != order.birth_date:
        msg = "date of birth is not a date"
        raise Refused(msg)
    return found


def _full_name(order: Order) -> str:
    for name, value in (("first", order.first_name), ("last", order.last_name)):
        if not value:
            msg = f"{name} name is missing"
            raise Refused(msg)
    return f"{order.first_name} {order.last_name}"


def _mrn(work: Work) -> str:
    mrn = work.order.mrn(matching.mrn_id_type(work.settings))
    if not mrn:
        msg = "mrn is missing"
        raise Refused(msg)
    return mrn


BRANCHES: dict[str, Callable[[Work], Outcome]] = {
    "enableSummaryReports": enable,
    "disableSummaryReports": disable,
    "createAccount": create_account,
    "createAccountAndEnableReports": create_and_enable,
}
