"""Finds the patient that an order is about, and updates the patient's EHR subscription (rules EHR-24, EHR-25 and
EHR-28 to EHR-31)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bson import ObjectId

from kernel import accesses, clock, db, safe_reading, texts
from kernel.db import Document
from kernel.errors import Busy, NotFound
from patients.choices import MatchCriterion
from patients.services import patients
from patients.store import patient_matching as store
from patients.store.patient_matching import REPORTS

# The fields that each criterion compares. With several criteria, a patient has to meet one of them.
CRITERIA: dict[str, tuple[str, ...]] = {
    MatchCriterion.MRN: ("mrn",),
    MatchCriterion.MRN_AND_BIRTH_DATE: ("mrn", "birth_date"),
    MatchCriterion.BIRTH_DATE_AND_NAME: ("birth_date", "full_name"),
}
MOST_MATCHES = 100
_IDENTITY = ("mrn", "birthDate", "fullName")  # what any criterion compares
CHANGED = "the patient is being changed"


@dataclass(frozen=True, slots=True)
class Identity:
    """The person an order is about. `birth_date` is text, YYYY-MM-DD."""

    mrn: str
    birth_date: str
    full_name: str


@dataclass(frozen=True, slots=True)
class MatchedMessage:
    """The message that requests a change of a subscription."""

    document_id: ObjectId
    data_model: str
    event_type: str


def find_matches(
    clinic_id: ObjectId,
    identity: Identity,
    criteria: Sequence[str],
    projection: Mapping[str, Any] | None = None,
) -> list[Document]:
    """Patients who meet any of the criteria, each once; no one if the order has no MRN. A projection has to contain
    the user id."""
    if not texts.mrn(identity.mrn):
        return []
    by_user: dict[str, Document] = {}
    for criterion in criteria:
        conditions: dict[str, Any] = {
            field: getattr(identity, field) for field in CRITERIA[criterion]
        }
        for patient in patients.match_patients(
            clinic_ids=[clinic_id], limit=MOST_MATCHES, projection=projection, **conditions
        ):
            by_user.setdefault(patient["userId"], patient)
    accesses.note_clinic(clinic_id)
    for user_id in by_user:
        accesses.note_patient(user_id)
    return list(by_user.values())


def update_subscription(
    matched: Document,
    *,
    name: str,
    provider: str,
    active: bool,
    message: MatchedMessage,
) -> bool:
    """False if the message has already been applied: then nothing changes, even if it requests the opposite now.

    `matched`: the patient as found for the message. Raises NotFound for a patient who is gone, and Busy for one whose
    identity has changed since: the order may be about another person, so who is meant is to be found again.
    """
    clinic_id, user_id = matched["clinicId"], matched["userId"]

    def change() -> bool:
        patient = store.find_subscriptions(clinic_id, user_id)
        if patient is None:
            raise NotFound(message=patients.NOT_FOUND)
        if any(patient.get(field) != matched.get(field) for field in _IDENTITY):
            raise Busy(message=CHANGED)
        moment = clock.now()
        fields = {"active": active, "provider": provider, "updatedAt": moment}
        subscriptions = patient.get("ehrSubscriptions") or {}
        if not subscriptions.get(name):
            fields["createdAt"] = moment
        reference = {
            "id": message.document_id,
            "dataModel": message.data_model,
            "eventType": message.event_type,
        }
        return store.set_subscription(
            clinic_id, user_id, name=name, fields=fields, message=reference, moment=moment
        )

    return db.run_in_transaction(change)


class Subscribed(NamedTuple):
    """An active subscription to reports, with its current order."""

    patient_id: ObjectId
    clinic_id: ObjectId
    user_id: str
    order_id: ObjectId


def iter_subscribed(
    clinic_ids: Sequence[ObjectId], *, user_id: str | None = None, after: ObjectId | None = None
) -> Iterator[Subscribed]:
    """Subscriptions that have an order, sorted by patient id and starting after `after`. A record whose order cannot
    be read is skipped."""
    for document in store.iter_subscribed(clinic_ids, user_id=user_id, after=after):
        order_id, user = current_order(document), safe_reading.text(document.get("userId"))
        if order_id is not None and user is not None:
            yield Subscribed(document["_id"], document["clinicId"], user, order_id)


def current_order(patient: Document) -> ObjectId | None:
    """The message that is the current order of the subscription to reports."""
    messages = safe_reading.objects(_subscription(patient).get("matchedMessages"))
    message_id = messages[-1].get("id") if messages else None
    return message_id if isinstance(message_id, ObjectId) else None


def is_subscribed(patient: Document) -> bool:
    return _subscription(patient).get("active") is True


def _subscription(patient: Document) -> Document:
    return safe_reading.mapping(safe_reading.mapping(patient.get("ehrSubscriptions")).get(REPORTS))
