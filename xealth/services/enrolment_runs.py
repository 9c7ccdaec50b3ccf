"""Enrolment of a clinic's patients at Xealth, asked for by staff on a page (rules EHR-238 to EHR-246)."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from clinic_records.choices import EhrProvider
from ehr.services import bulk
from ehr.services.bulk import Found, Outcome, Plan, Task, Work
from kernel.db import Document
from kernel.http import ServiceError, ServiceUnavailable
from patients.services import ehr_patients
from patients.services.ehr_patients import PatientFilter
from xealth.choices import EnrolmentState
from xealth.services import enrolment
from xealth.services.enrolment import Enrolment, Repeat

KIND = "enrol"
IS_ORDERED = "An enrolment order is sent to Xealth"
WAS_ORDERED = "Ordered before, and no subscription came yet: left out"
NOT_ANY_MORE = "Has a subscription, no MRN or no record by now: left out"
UNREACHABLE = "Xealth cannot be reached"
_STRETCH = 100


def _check(task: Task) -> None:
    _prepare(task)
    enrolment.check_configured()


def _prepare(task: Task) -> Enrolment:
    options = task.options
    return enrolment.prepare(
        task.clinic,
        mrn_origin=options["mrnOrigin"],
        repeat=Repeat(options["repeat"]),
        asked_by=task.asked_by,
    )


def _find(task: Task, after: str) -> Found:
    run, clinic_id, user_id = _prepare(task), task.clinic["_id"], task.options["userId"]
    if user_id:
        patient = _find_patient(clinic_id, user_id)
        return Found(_plans(run, [patient] if patient else []), None)
    stretch = ehr_patients.list_stretch(clinic_id, _conditions(), after=after, limit=_STRETCH)
    return Found(_plans(run, stretch.patients), stretch.end)


def _conditions(user_id: str | None = None) -> PatientFilter:
    return PatientFilter(user_id=user_id, has_mrn=True, has_subscription=False)


def _find_patient(clinic_id: ObjectId, user_id: str) -> Document | None:
    return ehr_patients.find_matching(clinic_id, _conditions(user_id))


def _plans(run: Enrolment, patients: list[Document]) -> list[Plan]:
    states = enrolment.states_of(run, patients)
    return [_plan(run, patient, states) for patient in patients]


def _plan(run: Enrolment, patient: Document, states: Mapping[ObjectId, str]) -> Plan:
    user_id, state = patient["userId"], states.get(patient["_id"])
    if run.repeat.allows(state):
        return Plan(user_id, IS_ORDERED)
    if state == EnrolmentState.SENDING:
        return Plan(user_id, enrolment.MAY_HAVE_ARRIVED, is_planned=False)
    return Plan(user_id, WAS_ORDERED, is_planned=False, is_shown=False)


def _carry_out(task: Task, user_id: str) -> Outcome:
    run, patient = _prepare(task), _find_patient(task.clinic["_id"], user_id)
    if patient is None:
        return Outcome(NOT_ANY_MORE, is_done=False)
    state = enrolment.states_of(run, [patient]).get(patient["_id"])
    if task.is_again and state is not None:
        is_sent = state == EnrolmentState.SENT
        return Outcome(enrolment.ENROLLED if is_sent else enrolment.NO_ANSWER, is_done=is_sent)
    return _ordered(run, patient)


def _ordered(run: Enrolment, patient: Document) -> Outcome:
    """When Xealth cannot be reached, the rest is not tried."""
    words = ""
    try:
        for _, answer in enrolment.enroll_each(run, [patient]):
            words = answer
    except (ServiceError, ServiceUnavailable):
        return Outcome(words or enrolment.NOT_SENT, is_done=False, stops=UNREACHABLE)
    return Outcome(words, is_done=words in (enrolment.ENROLLED, enrolment.KEPT))


def options_of(*, user_id: str, mrn_origin: str, repeat: str) -> dict[str, Any]:
    return {"userId": user_id, "mrnOrigin": mrn_origin, "repeat": repeat}


bulk.add(
    Work(
        kind=KIND,
        provider=EhrProvider.XEALTH.value,
        title="Enrol patients at Xealth",
        check=_check,
        find=_find,
        carry_out=_carry_out,
    )
)
