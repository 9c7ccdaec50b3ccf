"""Addresses for patients who have none, asked for by staff on a page (rules EHR-238 to EHR-246)."""

from clinic_records.choices import EhrProvider
from ehr.services import bulk
from ehr.services.bulk import Found, Outcome, Plan, Task, Work
from kernel.db import Document
from patients.services import ehr_patients
from patients.services.ehr_patients import PatientFilter
from redox.services import email_backfill
from redox.services.email_backfill import Candidate

KIND = "addresses"
GETS = "Gets the address of the order"
GOT = "Has the address now"
REFUSED = "The change was refused: left as it was"
NOT_ANY_MORE = "Has an address, no active subscription or no record by now: left out"
_STRETCH = 50  # for each of them another service is asked


def _check(task: Task) -> None:
    email_backfill.check_provider(task.clinic)


def _find(task: Task, after: str) -> Found:
    stretch = ehr_patients.list_stretch(
        task.clinic["_id"], PatientFilter(awaits_email=True), after=after, limit=_STRETCH
    )
    return Found([_plan(patient, task) for patient in stretch.patients], stretch.end)


def _plan(patient: Document, task: Task) -> Plan:
    found = email_backfill.find_address(patient, task.clinic)
    if isinstance(found, Candidate):
        return Plan(patient["userId"], GETS)
    return Plan(patient["userId"], found, is_planned=False)


def _carry_out(task: Task, user_id: str) -> Outcome:
    """Doing it again changes nothing: a patient who has the address by now is left as is."""
    conditions = PatientFilter(user_id=user_id, awaits_email=True)
    patient = ehr_patients.find_matching(task.clinic["_id"], conditions)
    if patient is None:
        return Outcome(GOT, is_done=True) if task.is_again else Outcome(NOT_ANY_MORE, is_done=False)
    found = email_backfill.find_address(patient, task.clinic)
    if not isinstance(found, Candidate):
        return Outcome(found, is_done=False)
    is_done = email_backfill.fill_in(task.clinic, found)
    return Outcome(GOT if is_done else REFUSED, is_done)


bulk.add(
    Work(
        kind=KIND,
        provider=EhrProvider.REDOX.value,
        title="Give patients the e-mail address of their order",
        check=_check,
        find=_find,
        carry_out=_carry_out,
    )
)
