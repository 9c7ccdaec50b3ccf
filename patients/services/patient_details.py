"""What a caller says about a patient, as it crosses into the services (rules PATIENT-12 to PATIENT-25, PATIENT-45 to
PATIENT-47). What an update does with it, field by field, is in `patients.fields`.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from bson import ObjectId

from clinic_records.documents import ClinicDocument
from clinic_records.services import access
from kernel.db import Document
from kernel.errors import ConstraintViolation
from patients import fields
from patients.choices import PERMISSIONS

UNKNOWN_SITE = "the clinic has no site with that name"


@dataclass(frozen=True, slots=True)
class PatientDetails:
    """`said`: stored name -> value; what is None or absent is not said. The name and the birth date (YYYY-MM-DD or "")
    always are; `email` is canonical, `tags` and `sites` are ids."""

    said: Mapping[str, Any]

    def __post_init__(self) -> None:
        _check_names(self.said, fields.ENTERED)
        missing = fields.NEEDED - self.said.keys()
        if missing:
            raise TypeError(missing)


@dataclass(frozen=True, slots=True)
class SharedPatient:
    """An existing user who becomes a patient; what is not said comes from the user's profile."""

    permissions: Sequence[str] | None = None
    is_migrated: bool = False
    legacy_clinician_id: str | None = None
    said: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_names(self.said, fields.ENTERED_FOR_USERS)


def _check_names(said: Mapping[str, Any], known: Set[str]) -> None:
    """A misspelt name would be ignored, and the value lost."""
    unknown = said.keys() - known
    if unknown:
        raise TypeError(unknown)


def permissions_of(granted: Sequence[str]) -> Document:
    return {name: {} for name in PERMISSIONS if name in granted}


def known_tags_and_sites(
    clinic: ClinicDocument, details: PatientDetails | SharedPatient
) -> dict[str, Any]:
    """Tags and sites as the clinic has them, each once; what is not said is not in the answer.

    The one way by which their ids get into a record, to be asked in the transaction that writes it. An id that the
    clinic does not have (no more, or another clinic does) is dropped; only a site that a clinic's member names for
    a patient is refused. Raises ConstraintViolation.
    """
    known: dict[str, Any] = {}
    tags, sites = details.said.get("tags"), details.said.get("sites")
    if tags is not None:
        present = access.tag_ids(clinic)
        known["tags"] = [tag for tag in dict.fromkeys(tags) if tag in present]
    if sites is not None:
        known["sites"] = _known_sites(clinic, sites)
        is_refused = isinstance(details, PatientDetails)
        if is_refused and len(known["sites"]) < len(set(sites)):
            raise ConstraintViolation(UNKNOWN_SITE)
    return known


def names_tags_or_sites(details: PatientDetails | SharedPatient) -> bool:
    return bool(details.said.get("tags") or details.said.get("sites"))


def _known_sites(clinic: ClinicDocument, named: Sequence[ObjectId]) -> list[Document]:
    names = {site["id"]: site["name"] for site in access.sites_of(clinic)}
    return [{"id": i, "name": names[i]} for i in dict.fromkeys(named) if i in names]
