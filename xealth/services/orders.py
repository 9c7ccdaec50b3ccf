"""Carries out the orders of which Xealth has notified (rules EHR-168 to EHR-176)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId

from clinic_records.choices import EhrProvider
from clinic_records.services import closures
from ehr.choices import Failure as EhrFailure
from ehr.reading import Json, Part, Unreadable
from ehr.services import processing
from ehr.services.processing import Outcome, done, ignored
from ehr.storable import NotStorable, storable
from kernel import safe_reading
from kernel.db import Document
from kernel.errors import BadRequest, ConstraintViolation, Duplicate, PermanentFailure, RetryLater
from kernel.safe_reading import mapping
from patients.services import patient_matching
from patients.services.patient_matching import Identity, MatchedMessage
from xealth import configuration
from xealth.choices import REPORTS, Failure
from xealth.services import matching, new_patients, subscriptions
from xealth.services.matching import Match, Purpose
from xealth.services.neighbours import xealth
from xealth.services.notifications import (
    EVENT_TYPE,
    WHAT,
    Notification,
    as_time,
    is_for_program,
    read_notification,
)
from xealth.services.subjects import Subject, read_subject
from xealth.store import orders as store
from xealth.store import preorders, programs

PLACE = "orderData"
_TIMES = ("orderCreationDateTime", "orderUpdateDateTime")


@dataclass(frozen=True, slots=True)
class Order:
    """An order that was read back. `tracking_id` None: it names no pre-order."""

    order_id: str  # may be empty
    subject: Subject
    program_id: str
    tracking_id: str | None


@dataclass(frozen=True, slots=True)
class Work:
    """One notification being processed."""

    record: Document
    document_id: ObjectId
    notification: Notification
    clinic: Document
    match: Match

    @property
    def message(self) -> MatchedMessage:
        return MatchedMessage(self.document_id, EVENT_TYPE, self.notification.context)


def process_order(record: Document) -> Outcome:
    """Carry out one stored notification. Everything that is read of it is checked first."""
    document = store.find_order(record["documentId"])
    if document is None:
        return ignored("order_missing")
    notification = read_notification(document)
    if find_clinic(notification.deployment) is None:
        return ignored("no_clinic")
    order = read_order(_read_back(document["_id"], notification))
    if order.order_id not in ("", notification.order_id):
        raise PermanentFailure(Failure.OTHER_ORDER)
    preorder = find_preorder(order) if notification.is_new else None
    clinic = find_clinic(order.subject.deployment)
    if clinic is None:
        return ignored("no_clinic")
    processing.note(record, clinicId=clinic["_id"])
    closures.require_open(clinic["_id"])
    work = Work(record, document["_id"], notification, clinic, _match(clinic, order))
    if not is_for_program(clinic, order.program_id):
        raise PermanentFailure(Failure.OTHER_PROGRAM)
    return _carry_out(work, preorder)


def _carry_out(work: Work, preorder: Document | None) -> Outcome:
    if _is_cancelled(work.notification):
        return ignored("order_cancelled")
    if work.match.patient is not None:
        return _subscribe(work, work.match.patient)
    if not work.notification.is_new:
        return ignored("no_patient")
    if preorder is None:
        raise PermanentFailure(Failure.PREORDER_REQUIRED)
    return _create(work, preorder)


def find_clinic(deployment: str) -> Document | None:
    """The clinic that carries out orders of the deployment. Raises PermanentFailure for several."""
    try:
        return matching.find_clinic(deployment, Purpose.ORDER)
    except Duplicate:
        raise PermanentFailure(EhrFailure.SEVERAL_CLINICS) from None


def _match(clinic: Document, order: Order) -> Match:
    try:
        return matching.match(clinic, order.subject, Purpose.ORDER)
    except BadRequest as error:
        raise incomplete(error) from None
    except ConstraintViolation:
        raise PermanentFailure(Failure.SEVERAL_PATIENTS) from None


def incomplete(error: BadRequest) -> PermanentFailure:
    """With what is wrong, without the words of the operation."""
    return PermanentFailure(
        f"{Failure.ORDER_INCOMPLETE.value}: {error.message.rpartition(': ')[2]}"
    )


# --- the order, read back -----------------------------------------------------------------------------
def _read_back(document_id: ObjectId, notification: Notification) -> Json:
    """With every try: the order may have been corrected since. Kept beside its notification."""
    if not configuration.is_complete():
        raise RetryLater(Failure.NOT_CONFIGURED)
    client = xealth()
    order = _stored(client.read_order(notification.deployment, notification.order_id))
    fields = {"orderData": order, **({"embedded": True} if client.is_embedded else {})}
    store.set_order_data(document_id, fields)
    return order


def _stored(order: Json) -> dict[str, Any]:
    """Times become dates; days, such as birth dates, stay texts."""
    try:
        kept: dict[str, Any] = storable(order)
    except NotStorable as error:
        raise Unreadable(WHAT, PLACE, f"is {error.words}") from None
    info = kept.get("orderInfo")
    if isinstance(info, dict):
        times = {name: as_time(info.get(name)) for name in _TIMES}
        kept["orderInfo"] = {**info, **{name: time for name, time in times.items() if time}}
    return kept


def read_order(data: Any) -> Order:
    """Raises Unreadable."""
    order = Part(WHAT, {PLACE: data}).part(PLACE)
    order = Part(WHAT, _with_text_birth_date(order.values), PLACE)
    info, preorder = order.part("orderInfo"), order.part("preorder")
    tracking_id = preorder.text("dataTrackingId")
    is_named = preorder.values.get("dataTrackingId") is not None
    return Order(
        order_id=info.text("orderId"),
        subject=read_subject(order, deployment=info.text("deployment")),
        program_id=info.text("programId"),
        tracking_id=tracking_id if is_named else None,
    )


def _with_text_birth_date(data: Json) -> Json:
    """The earlier service stored days as `{time: <midnight>}`."""
    datasets = mapping(data.get("datasets"))
    demographics = mapping(datasets.get("demographicsV1"))
    moment = mapping(demographics.get("birthDate")).get("time")
    if not isinstance(moment, datetime):
        return data
    readable = {**demographics, "birthDate": moment.date().isoformat()}
    return {**data, "datasets": {**datasets, "demographicsV1": readable}}


def find_preorder(order: Order) -> Document | None:
    """What the clinician has entered. An order that names it cannot do without; a cancellation needs nothing of it."""
    if order.tracking_id is None:
        return None
    preorder = preorders.find_preorder(order.tracking_id)
    if preorder is None:
        raise PermanentFailure(Failure.PREORDER_MISSING)
    return preorder


# --- what it asks for ---------------------------------------------------------------------------------
def _is_cancelled(notification: Notification) -> bool:
    """The cancellation may have come, or be carried out, before the order itself."""
    return notification.is_new and store.is_cancelled(
        notification.deployment, notification.order_id, since=notification.event_time
    )


def _subscribe(work: Work, patient: Document) -> Outcome:
    """Nothing else of an existing patient changes. The later of two events counts, whichever notification came
    first."""
    processing.note(work.record, userId=patient["userId"])
    _check_subscription(patient)
    if _is_superseded(work, patient):
        return ignored("superseded")
    is_new = work.notification.is_new
    _update_subscription(patient, work.message, active=is_new)
    if work.record.get("accountCreated"):
        return done("account_created")
    return done("enrolled" if is_new else "unenrolled")


def _check_subscription(patient: Document) -> None:
    """Raises Unreadable where a change of it would fail."""
    subscription = Part("patient", patient).part("ehrSubscriptions").part(REPORTS)
    subscription.check_entries("matchedMessages", dict, "must be a list of objects")


def _is_superseded(work: Work, patient: Document) -> bool:
    """Whether the subscription goes by an event that happened after this one."""
    current = subscriptions.current_order(patient)
    if current in (None, work.document_id):
        return False
    notification = mapping(programs.find_notification(current))
    moment = safe_reading.moment(notification.get("eventTimeStamp"))
    return moment is not None and moment > work.notification.event_time


def _update_subscription(patient: Document, message: MatchedMessage, *, active: bool) -> None:
    patient_matching.update_subscription(
        patient,
        name=REPORTS,
        provider=EhrProvider.XEALTH,
        active=active,
        message=message,
    )


def is_of(preorder: Document, clinic: Document, identity: Identity) -> bool:
    """Whether it was entered in this clinic, for this patient. The earlier service stored neither."""
    person = matching.key_of(clinic, identity)
    return preorder.get("clinicId") in (None, clinic["_id"]) and (
        preorder.get("personKey") in (None, person)
    )


def _create(work: Work, preorder: Document) -> Outcome:
    """The patient, the subscription and the note of them are one transaction: no crash comes between them."""
    if not is_of(preorder, work.clinic, work.match.identity):
        raise PermanentFailure(Failure.PREORDER_MISSING)

    def check() -> None:
        if _is_cancelled(work.notification):
            raise new_patients.Overtaken

    def enrol(patient: Document) -> None:
        _update_subscription(patient, work.message, active=True)
        processing.note(work.record, accountCreated=True, userId=patient["userId"])

    entered = new_patients.read_preorder(preorder)
    new_patients.create(work.clinic, work.match.identity, entered, check=check, then=enrol)
    return done("account_created")
