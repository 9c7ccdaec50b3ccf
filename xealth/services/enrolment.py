"""Enrolment of a clinic's patients at Xealth, by operators (rules EHR-124 to EHR-130, EHR-183 to EHR-186)."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bson import ObjectId

from clinic_records.choices import EhrProvider
from clinics.choices import Procedure
from kernel import audit
from kernel.choices import ActorKind
from kernel.db import Document
from kernel.errors import BadRequest
from kernel.http import ServiceError, ServiceUnavailable
from patients.services import ehr_patients
from patients.services.ehr_patients import PatientFilter
from xealth import configuration
from xealth.choices import EnrolmentState
from xealth.clients.xealth import TOKEN_SERVICE, Json
from xealth.services.neighbours import xealth
from xealth.store import enrolments as store
from xealth.store.enrolments import Key

TOOL = "manage.py ehr"
NOT_SENT = "Not sent"
ENROLLED, NO_ANSWER, ORDERED = "Enrolled", "No answer", "Ordered by someone else just now"
MAY_HAVE_ARRIVED = "An earlier order got no answer and may have arrived: left out"
KEPT = "Kept by the embedded Xealth, not sent"
NOTHING_SENT = "No Xealth is configured: a stand-in keeps the orders, and nothing is sent"
PAGE = 100  # patients who are read at once
# Where an MRN can come from, as Xealth names it.
ORIGINS = ("cerner", "epic", "initiate", "xealth")
NOT_CONFIGURED = (
    "Xealth is not configured: TIDEPOOL_XEALTH_ENABLED, TIDEPOOL_XEALTH_CLIENT_ID "
    "and TIDEPOOL_XEALTH_CLIENT_SECRET are needed"
)


class Repeat(StrEnum):
    """Which earlier orders are placed again."""

    NONE = "none"
    UNANSWERED = "unanswered"
    ALL = "all"

    def allows(self, state: str | None) -> bool:
        """Whether a patient with an order in this state is ordered; None: there was none."""
        is_unanswered = state == EnrolmentState.SENDING
        return state is None or self is Repeat.ALL or (self is Repeat.UNANSWERED and is_unanswered)


def _operator() -> dict[str, str]:
    return {
        "actor_id": f"uid:{os.getuid()}",
        "actor_kind": ActorKind.SYSTEM.value,
        "actor_name": TOOL,
    }


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the orders of one run have in common. `asked_by`: who, as `audit.record` takes it."""

    clinic: Document
    program_id: str
    mrn_origin: str
    repeat: Repeat = Repeat.NONE
    asked_by: Mapping[str, str] = field(default_factory=_operator)

    @property
    def deployment(self) -> str:
        return str(self.clinic["ehrSettings"]["sourceId"])

    def order(self, mrn: str) -> Json:
        id_type = self.clinic["ehrSettings"].get("mrnIdType") or "MRN"
        return {
            "orderType": "enrollment",
            "partnerId": "tidepool",
            "programId": self.program_id,
            "programTitle": "Tidepool",
            "patientId": {"id": mrn, "type": id_type, "origin": self.mrn_origin},
        }


@dataclass(slots=True)
class Chosen:
    """Whom to order, and who was left out: with an earlier order that has no answer, and with one that was taken."""

    patients: list[Document] = field(default_factory=list)
    unanswered: list[Document] = field(default_factory=list)
    sent: int = 0


def prepare(
    clinic: Document,
    *,
    mrn_origin: str,
    repeat: Repeat = Repeat.NONE,
    asked_by: Mapping[str, str] | None = None,
) -> Enrolment:
    """Raises BadRequest for a provider other than Xealth, and for settings without a program."""
    settings = clinic["ehrSettings"]
    provider = settings.get("provider")
    if provider != EhrProvider.XEALTH:
        msg = f"provider {provider} is not supported"
        raise BadRequest(message=msg)
    program_id = (settings.get("procedureCodes") or {}).get(Procedure.CREATE_AND_ENABLE)
    if not program_id:
        msg = "the clinic's settings name no Xealth program"
        raise BadRequest(message=msg)
    return Enrolment(clinic, program_id, mrn_origin, repeat, asked_by or _operator())


def choose(enrolment: Enrolment, *, user_id: str | None, limit: int) -> Chosen:
    """Patients who can be enrolled: with an MRN and without any subscription, in the order of their MRNs."""
    conditions = PatientFilter(user_id=user_id, has_mrn=True, has_subscription=False)
    chosen, seen, total = Chosen(), 0, 1
    while seen < total and len(chosen.patients) < limit:
        page, total = ehr_patients.list_patients(
            enrolment.clinic["_id"], conditions, skip=seen, limit=PAGE
        )
        seen += PAGE
        _sort_out(enrolment, page, chosen, limit)
    return chosen


def states_of(enrolment: Enrolment, patients: Sequence[Document]) -> Mapping[ObjectId, str]:
    """The states of the earlier orders of these patients, by id of the record."""
    patient_ids = [patient["_id"] for patient in patients]
    return store.list_states(enrolment.clinic["_id"], enrolment.program_id, patient_ids)


def _sort_out(enrolment: Enrolment, page: list[Document], chosen: Chosen, limit: int) -> None:
    states = states_of(enrolment, page)
    for patient in page:
        state = states.get(patient["_id"])
        if len(chosen.patients) == limit:
            return
        if enrolment.repeat.allows(state):
            chosen.patients.append(patient)
        elif state == EnrolmentState.SENDING:
            chosen.unanswered.append(patient)
        else:
            chosen.sent += 1


def check_configured() -> None:
    """Raises BadRequest where Xealth cannot be called."""
    if not configuration.is_complete():
        raise BadRequest(message=NOT_CONFIGURED)


def enroll_each(
    enrolment: Enrolment, patients: Sequence[Document]
) -> Iterator[tuple[Document, str]]:
    """Each patient with the outcome of the order. A refusal by Xealth does not end the loop. When Xealth cannot be
    reached, the rest is not tried: raises ServiceUnavailable after the patient whose order may have arrived."""
    for patient in patients:
        try:
            yield patient, _enroll(enrolment, patient)
        except ServiceUnavailable as error:
            if not _is_unsent(error):
                yield patient, NO_ANSWER
            raise


def _enroll(enrolment: Enrolment, patient: Document) -> str:
    """The outcome in words. What the stand-in keeps was not ordered from anyone, and is not noted as an order."""
    if configuration.is_embedded():
        status = _order(enrolment, patient)
        return KEPT if status == 200 else _refused(status)
    key = Key(enrolment.clinic["_id"], enrolment.program_id, patient["_id"])
    is_new = store.begin(key, patient["userId"])
    if not is_new and not (enrolment.repeat is not Repeat.NONE and store.begin_again(key)):
        return ORDERED
    return _ordered(enrolment, patient, key, is_new=is_new)


def _ordered(enrolment: Enrolment, patient: Document, key: Key, *, is_new: bool) -> str:
    """The order is noted before it is sent, so that one whose answer is lost is not sent again unasked. A refusal says
    nothing about an earlier order, which may have arrived."""
    try:
        status = _order(enrolment, patient, is_repeated=not is_new)
    except (ServiceError, ServiceUnavailable) as error:
        if is_new and _is_unsent(error):
            store.remove(key)
        raise
    if status == 200:
        store.set_sent(key)
        return ENROLLED
    if is_new:
        store.remove(key)
    return _refused(status)


def _is_unsent(error: ServiceError | ServiceUnavailable) -> bool:
    """Without a token nothing was sent."""
    return error.service.startswith(TOKEN_SERVICE)


def _refused(status: int) -> str:
    return f"Xealth answered {status}"


def _order(enrolment: Enrolment, patient: Document, *, is_repeated: bool = False) -> int:
    """The HTTP status of Xealth's answer; 200 means taken. Raises ServiceUnavailable and ServiceError.

    The order names the patient to another party, so the audit event is recorded first.
    """
    facts = {"embedded": configuration.is_embedded(), "repeated": is_repeated}
    audit.record(
        action="ehr.enrolment_ordered",
        actor_id=enrolment.asked_by["actor_id"],
        actor_kind=enrolment.asked_by["actor_kind"],
        actor_name=enrolment.asked_by["actor_name"],
        object_type="patient",
        object_id=patient["userId"],
        clinic_id=enrolment.clinic["_id"],
        scope={name: True for name, is_so in facts.items() if is_so} or None,
    )
    return xealth().write_order(enrolment.deployment, enrolment.order(patient["mrn"]))
