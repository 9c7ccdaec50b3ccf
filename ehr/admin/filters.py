"""The filter that all EHR lists share: clinic, patient, state, days."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bson import ObjectId
from django.forms import ValidationError
from django.http import HttpRequest

from clinics.services.staff_reads import ClinicFilter, find_id_of_code, list_clinics
from ehr.services.records import STATES, Filter
from kernel import copied_texts, ids, texts
from kernel.db import Document
from kernel.staff import pages, paging, roles, searches
from patients.search_keys import patterns_of
from patients.services import patient_lists, staff_reads
from patients.services.patient_lists import PatientFilter

HIDDEN = ("user",)  # a patient by name or MRN
MOST_CLINICS = 50
MOST_PATIENTS = 100
FIRST_YEAR, LAST_YEAR = 1970, 2105
NO_DAY = "A day is written as 2026-11-24."
NO_CLINIC = "No clinic has this in its name."
MANY_CLINICS = f"More than {MOST_CLINICS} clinics have this in their names: type more of it."

ID_ALONE = "Type a user id: your role finds no patients by name or MRN."
NO_PATIENT = "No patient of the clinic has this name, MRN or user id."
SEVERAL_PATIENTS = "Several patients of the clinic are found: type the MRN or user id of one."

Row = TypeVar("Row")


class _Unusable(Exception):
    """The sentence for staff."""


def listed(
    request: HttpRequest,
    read: Callable[[Filter, int, int], tuple[list[Row], int]],
    *,
    kind: str | None = None,
) -> tuple[list[Row], int, str]:
    """The page that the query asks for, how many there are in all, and a sentence for staff when a part of the filter
    cannot be read: then nothing is listed. `read` takes what is asked for, how many to skip, and how many to list."""
    number, size = paging.requested(request)
    try:
        asked = _read(request, kind)
    except _Unusable as problem:
        return [], 0, str(problem)
    return *read(asked, (number - 1) * size, size), ""


def _read(request: HttpRequest, kind: str | None) -> Filter:
    asked = searches.asked(request)
    values = {
        name: copied_texts.meant_by(texts.name(asked.get(name, ""))[: texts.LONGEST])
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
    return (text, *(str(patient["userId"]) for patient in _searched(clinic_ids[0], text)))


def one_patient(request: HttpRequest, clinic_id: ObjectId, text: str) -> str:
    """The user id that a form means by a user id, and for staff who may see patients, by an MRN or words of the name of
    one patient of the clinic. Raises ValidationError, with a sentence that names no one."""
    if ids.is_user_id(text.lower()):
        return text.lower()
    if not pages.has(request, roles.PATIENTS):
        raise ValidationError(ID_ALONE, code="id")
    found = staff_reads.find_named(clinic_id, [text])[text] or _searched(clinic_id, text)
    if len(found) != 1:
        raise ValidationError(SEVERAL_PATIENTS if found else NO_PATIENT, code="unknown")
    return str(found[0]["userId"])


def _searched(clinic_id: ObjectId, text: str) -> Sequence[Document]:
    page = patient_lists.list_patients(
        clinic_id=str(clinic_id),
        patient_filter=PatientFilter(patterns=patterns_of(text)),
        ordering=patient_lists.BY_NAME,
        skip=0,
        limit=MOST_PATIENTS,
    )
    return page.documents


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
