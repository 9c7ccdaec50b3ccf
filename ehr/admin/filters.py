"""The filter that all EHR lists share: clinic, patient, state, days."""

from datetime import UTC, datetime, timedelta

from bson import ObjectId
from django.http import HttpRequest

from clinics.services.staff_reads import ClinicFilter, find_id_of_code, list_clinics
from ehr.services.records import STATES, Filter
from kernel import ids, texts
from kernel.staff import pages, roles, searches
from patients.search_keys import patterns_of
from patients.services import patient_lists
from patients.services.patient_lists import PatientFilter

HIDDEN = ("user",)  # a patient by name or MRN
MOST_CLINICS = 50
MOST_PATIENTS = 100
FIRST_YEAR, LAST_YEAR = 1970, 2105
NO_DAY = "A day is written as 2026-11-24."
NO_CLINIC = "No clinic has this in its name."
MANY_CLINICS = f"More than {MOST_CLINICS} clinics have this in their names: type more of it."


class _Unusable(Exception):
    """The sentence for staff."""


def read_filter(request: HttpRequest, *, kind: str | None = None) -> tuple[Filter, str]:
    """The filter of the query, and a sentence for staff when a part of it cannot be read."""
    try:
        return _read(request, kind), ""
    except _Unusable as problem:
        return Filter(kind=kind), str(problem)


def _read(request: HttpRequest, kind: str | None) -> Filter:
    asked = searches.asked(request)
    values = {
        name: texts.name(asked.get(name, ""))[: texts.LONGEST]
        for name in ("clinic", "user", "state", "from", "to")
    }
    clinic_ids = _clinics(values["clinic"])
    end = _day(values["to"])
    return Filter(
        state=values["state"] if values["state"] in STATES else None,
        clinic_ids=clinic_ids,
        user_ids=_patients(request, values["user"], clinic_ids),
        start=_day(values["from"]),
        end=end + timedelta(days=1) if end else None,
        kind=kind,
    )


def _clinics(text: str) -> tuple[ObjectId, ...]:
    """Those with this id or share code, or with these words in their names."""
    if not text:
        return ()
    clinic_id = ids.parse_id(text) or find_id_of_code(text)
    if clinic_id is not None:
        return (clinic_id,)
    clinics, total = list_clinics(
        ClinicFilter(name=text), newest_first=False, skip=0, limit=MOST_CLINICS
    )
    if not clinics:
        raise _Unusable(NO_CLINIC)
    if total > MOST_CLINICS:
        raise _Unusable(MANY_CLINICS)
    return tuple(clinic["_id"] for clinic in clinics)


def _patients(request: HttpRequest, text: str, clinic_ids: tuple[ObjectId, ...]) -> tuple[str, ...]:
    """The one with this id; and in one clinic, for staff who may see patients, those who are found by it."""
    if not text:
        return ()
    if len(clinic_ids) != 1 or ids.is_user_id(text) or not pages.has(request, roles.PATIENTS):
        return (text,)
    page = patient_lists.list_patients(
        clinic_id=str(clinic_ids[0]),
        patient_filter=PatientFilter(patterns=patterns_of(text)),
        ordering=patient_lists.BY_NAME,
        skip=0,
        limit=MOST_PATIENTS,
    )
    return (text, *(str(patient["userId"]) for patient in page.documents))


def _day(text: str) -> datetime | None:
    """Ids hold no other years."""
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _Unusable(NO_DAY)
    return day
