"""All records of one patient, and all patients of one clinician (rules PATIENT-100 to PATIENT-103)."""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic_records.documents import ClinicDocument
from clinic_records.services import access
from kernel import page_limits
from kernel.errors import BadRequest
from patients.documents import PatientDocument
from patients.store import patients as store

MAX_MEMBERSHIPS = 1000
NO_WORKSPACE_TYPE = "workspace id type is required"


@dataclass(frozen=True, slots=True)
class Workspace:
    """One of the caller's clinics, by its id (`clinicId`) or by its id at the EHR (`ehrSourceId`)."""

    id: str
    type: str | None


@dataclass(frozen=True, slots=True)
class Relationship:
    patient: PatientDocument
    clinic: ClinicDocument


def list_clinics_of_patient(*, user_id: str, skip: int, limit: int) -> list[Relationship]:
    """Sorted by the name in each clinic. A record whose clinic is gone is left out."""
    records = page_limits.read(
        limit, lambda most: store.list_page_of_user(user_id, skip=skip, limit=most)
    )
    return _with_clinics(records)


def find_patients(
    *,
    clinician_id: str,
    mrn: str | None,
    birth_date: str | None,
    workspace: Workspace | None,
    skip: int,
    limit: int,
) -> list[Relationship]:
    """Patients of the caller's clinics with this MRN and birth date, case and accents aside, sorted by name."""
    if workspace is not None and workspace.type is None:
        raise BadRequest(NO_WORKSPACE_TYPE)
    seen = access.list_clinics_of_member(clinician_id, limit=MAX_MEMBERSHIPS)
    clinics = access.list_clinics_by_ids(seen)
    if workspace is not None:
        clinics = [clinic for clinic in clinics if _is_workspace(clinic, workspace)]
    if not clinics:
        return []
    searched = {"mrn": mrn, "birthDate": birth_date}
    clinic_ids = [clinic["_id"] for clinic in clinics]
    conditions = {name: value for name, value in searched.items() if value is not None}
    records = page_limits.read(
        limit, lambda most: store.list_matching(clinic_ids, conditions, skip=skip, limit=most)
    )
    return _pair(records, clinics)


def _is_workspace(clinic: ClinicDocument, workspace: Workspace) -> bool:
    if workspace.type == "clinicId":
        return str(clinic["_id"]) == workspace.id
    return bool((clinic.get("ehrSettings") or {}).get("sourceId") == workspace.id)


def _with_clinics(patients: Sequence[PatientDocument]) -> list[Relationship]:
    return _pair(patients, access.list_clinics_by_ids({p["clinicId"] for p in patients}))


def _pair(
    patients: Sequence[PatientDocument], clinics: Sequence[ClinicDocument]
) -> list[Relationship]:
    by_id = {clinic["_id"]: clinic for clinic in clinics}
    return [Relationship(p, by_id[p["clinicId"]]) for p in patients if p["clinicId"] in by_id]
