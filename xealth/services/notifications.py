"""What Xealth notifies of: orders are stored, and a worker carries them out (rules EHR-162 to EHR-167)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from clinics.choices import Procedure
from ehr.persons import person_key
from ehr.reading import Json, Part, Unreadable
from ehr.services import processing
from ehr.storable import NotStorable, storable
from kernel import clock, db, ids, outbox, safe_reading, texts
from kernel.db import Document
from kernel.errors import BadRequest
from xealth.events import OrderNotified
from xealth.kinds import ORDER
from xealth.services import matching
from xealth.services.matching import Purpose
from xealth.services.subjects import read_subject
from xealth.store import orders as store

WHAT, PLACE = "order", "eventNotification"
EVENT_TYPE = "order"
NEW, CANCEL = "new", "cancel"
LONGEST_KEY = 500  # of a delivery; a longer event id is not used

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Notification:
    deployment: str
    order_id: str
    context: str
    event_time: datetime

    @property
    def is_new(self) -> bool:
        return self.context == NEW


def receive(body: Json) -> None:
    """Store an order to be carried out; everything else is ignored. Raises BadRequest, and Duplicate for two clinics of
    the deployment."""
    try:
        clinic_id = _find_clinic(Part(WHAT, body, PLACE))
    except Unreadable:
        _store(body, known={})  # a worker will park it
        return
    if clinic_id is not None:
        _store(body, known={"clinicId": clinic_id})


def read_notification(document: Document) -> Notification:
    """Raises Unreadable."""
    stored = Part(WHAT, document).part(PLACE)
    event_time = stored.values.get("eventTimeStamp")
    if not isinstance(event_time, datetime):
        name = "eventTimeStamp"
        raise stored.unreadable(name, "must be a time")
    return Notification(
        deployment=stored.text("deployment"),
        order_id=_order_id(stored),
        context=stored.text("eventContext"),
        event_time=event_time,
    )


def is_for_program(clinic: Document, program_id: str) -> bool:
    """Whether the clinic's settings name the program."""
    connection = safe_reading.mapping(clinic.get("ehrSettings"))
    codes = safe_reading.mapping(connection.get("procedureCodes"))
    own = safe_reading.text(codes.get(Procedure.CREATE_AND_ENABLE))
    return bool(own) and texts.is_same(own or "", program_id)


def _order_id(stored: Part) -> str:
    """If it were dots alone, it would name another address at Xealth."""
    order_id = stored.text("orderId")
    if not order_id.strip("."):
        name = "orderId"
        raise stored.unreadable(name, "must be the id of an order")
    return order_id


def _find_clinic(notification: Part) -> ObjectId | None:
    """None where the notification does not matter here. Raises Unreadable and Duplicate."""
    if notification.text("eventType") != EVENT_TYPE:
        return None
    if notification.text("eventContext") not in (NEW, CANCEL):
        return None
    clinic = matching.find_clinic(notification.text("deployment"), Purpose.NOTIFICATION)
    if clinic is None or not is_for_program(clinic, notification.text("programId")):
        return None
    clinic_id: ObjectId = clinic["_id"]
    return clinic_id


def _store(body: Json, *, known: Document) -> None:
    document = _document(body)
    moment = clock.now()

    def insert() -> None:
        store.insert_order(document)
        record = processing.new_record(
            ORDER, document["_id"], moment, orderId=document["_id"], **known
        )
        processing.expect([record])
        event = OrderNotified(document_id=str(document["_id"]), about=_person(body))
        outbox.emit(event)

    try:
        db.run_in_transaction(insert)
    except DuplicateKeyError:
        _restart(store.find_delivered(document["deliveryKey"]))
    outbox.nudge()


def _restart(document_id: ObjectId | None) -> None:
    """What is done is not done twice, what has failed gets another try."""
    if document_id is not None and processing.requeue(ORDER, document_id):
        log.info("ehr.order_restarted", row=str(document_id))


def _document(body: Json) -> Document:
    try:
        notification: dict[str, Any] = storable(body)
    except NotStorable as error:
        raise BadRequest(error.words) from None
    moment = as_time(body.get("eventTimeStamp"))
    if moment is not None:
        notification["eventTimeStamp"] = moment
    document: Document = {"_id": ids.new_id(), PLACE: notification}
    key = _delivery_key(Part(WHAT, body))
    return {**document, "deliveryKey": key} if key else document


def as_time(value: Any) -> datetime | None:
    try:
        return clock.parse_time(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _delivery_key(body: Part) -> str:
    """Without an event id, repeated deliveries cannot be recognised."""
    try:
        return body.raw_text("eventId", longest=LONGEST_KEY)
    except Unreadable:
        return ""


def _person(body: Json) -> str:
    """The key that orders notifications about one person."""
    try:
        subject = read_subject(Part(WHAT, body), deployment="")
    except Unreadable:
        return ""
    return person_key("xealth", body.get("deployment"), subject.identifiers)
