"""What a caller says about a patient, as it crosses into the services, and how it is stored.

An update writes the identity fields even when they are missing (then they become null); the others stay
as they are when they are None here (rules PATIENT-12 to PATIENT-25, PATIENT-45 to PATIENT-47).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from clinic_records.services import access
from kernel import texts
from kernel.db import Document
from kernel.errors import ConstraintViolation

ALL_PERMISSIONS = ("custodian", "view", "upload", "note")
UNKNOWN_SITE = "the clinic has no site with that name"


@dataclass(frozen=True, slots=True)
class PatientDetails:
    """`birth_date` is YYYY-MM-DD or "", `email` canonical. `sites`: ids; `data_sources=()` clears, None leaves."""

    full_name: str
    birth_date: str
    email: str | None = None
    mrn: str | None = None
    target_devices: Sequence[str] | None = None
    tags: Sequence[ObjectId] | None = None
    sites: Sequence[ObjectId] | None = None
    data_sources: Sequence[Document] | None = None
    glycemic_ranges: Document | None = None
    diagnosis_type: str | None = None


@dataclass(frozen=True, slots=True)
class SharedPatient:
    """An existing user who becomes a patient; what is None or empty comes from the user's profile."""

    permissions: Sequence[str] | None = None
    is_migrated: bool = False
    legacy_clinician_id: str | None = None
    full_name: str | None = None
    birth_date: str | None = None
    mrn: str | None = None
    tags: Sequence[ObjectId] | None = None
    sites: Sequence[ObjectId] | None = None
    glycemic_ranges: Document | None = None
    diagnosis_type: str | None = None


def identity_fields(details: PatientDetails) -> dict[str, Any]:
    """The fields that every update writes."""
    return {
        "fullName": texts.name(details.full_name),
        "birthDate": details.birth_date,
        "email": details.email,
        "mrn": texts.mrn(details.mrn or "") or None,
        "targetDevices": None if details.target_devices is None else list(details.target_devices),
    }


def optional_fields(details: PatientDetails | SharedPatient) -> dict[str, Any]:
    """The fields that are written only when they are given; tags and sites are `known_places`."""
    found: dict[str, Any] = {}
    if isinstance(details, PatientDetails) and details.data_sources is not None:
        found["dataSources"] = list(details.data_sources) or None
    if details.glycemic_ranges is not None:
        found["glycemicRanges"] = details.glycemic_ranges
    if details.diagnosis_type is not None:
        found["diagnosisType"] = details.diagnosis_type
    return found


def permissions_of(granted: Sequence[str]) -> Document:
    return {name: {} for name in ALL_PERMISSIONS if name in granted}


def is_custodial(document: Document) -> bool:
    return "custodian" in (document.get("permissions") or {})


def known_places(clinic: Document, details: PatientDetails | SharedPatient) -> dict[str, Any]:
    """Tags and sites as the clinic has them, each once; what is not given is not in the answer.

    The one way by which their ids get into a record, to be asked in the transaction that writes it. An id that the
    clinic does not have (no more, or another clinic does) is dropped; only a site that a clinic's member names for
    a patient is refused. Raises ConstraintViolation.
    """
    found: dict[str, Any] = {}
    if details.tags is not None:
        present = access.tag_ids(clinic)
        found["tags"] = [tag for tag in dict.fromkeys(details.tags) if tag in present]
    if details.sites is not None:
        found["sites"] = _known_sites(clinic, details.sites)
        is_refused = isinstance(details, PatientDetails)
        if is_refused and len(found["sites"]) < len(set(details.sites)):
            raise ConstraintViolation(UNKNOWN_SITE)
    return found


def names_places(details: PatientDetails | SharedPatient) -> bool:
    return bool(details.tags or details.sites)


def _known_sites(clinic: Document, wanted: Sequence[ObjectId]) -> list[Document]:
    names = {site["id"]: site["name"] for site in access.sites_of(clinic)}
    return [{"id": i, "name": names[i]} for i in dict.fromkeys(wanted) if i in names]
