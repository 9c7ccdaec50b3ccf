"""The order of everything in a plan, so that two plans of the same data are equal (rule MERGE-4)."""

from dataclasses import replace

from bson import ObjectId

from kernel import texts
from merges.plan.model import Clinic, Clinician, Patient, Site, Tag


def in_order(clinic: Clinic) -> Clinic:
    """Patients by name, as people look for them."""
    return replace(
        clinic,
        tags=tuple(sorted(clinic.tags, key=_named)),
        sites=tuple(sorted(clinic.sites, key=_named)),
        clinicians=tuple(sorted(clinic.clinicians, key=_clinician)),
        patients=tuple(sorted(clinic.patients, key=_patient)),
    )


def _named(entry: Tag | Site) -> tuple[str, ObjectId]:
    return entry.name, entry.id


def _clinician(person: Clinician) -> tuple[str, str, ObjectId]:
    return texts.fold(person.name), person.user_id, person.id


def _patient(patient: Patient) -> tuple[str, str, str, ObjectId]:
    return texts.fold(patient.full_name), patient.birth_date, patient.user_id, patient.id
