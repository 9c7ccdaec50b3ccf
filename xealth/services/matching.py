"""Which clinic and which patient Xealth means (rules EHR-140 to EHR-145).

The parts of one match are asked for one after another, because each operation continues differently where there is no
clinic or no patient.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from clinic_records.choices import EhrProvider
from clinics.services import ehr_settings
from ehr.persons import person_key
from kernel import safe_reading
from kernel.db import Document
from kernel.errors import BadRequest, ConstraintViolation, DomainError, Duplicate, NotFound
from patients import ages
from patients.choices import MatchCriterion
from patients.services import patient_matching
from patients.services.patient_matching import Identity
from xealth.services.subjects import Demographics, Subject

DEFAULT_MRN_TYPE = "MRN"
NO_CLINIC = "couldn't find matching clinic"
SEVERAL_CLINICS = "found multiple matching clinics"
NO_PATIENT = "couldn't find matching patient"
SEVERAL_PATIENTS = "multiple matching patients found"


class Purpose(Enum):
    """What a match is for: the words before each refusal, and whether birth dates have to agree.

    A pre-order compares the MRN alone: a clinician has to see that the birth dates differ, or the order would make a
    second record of the patient.
    """

    INITIAL_PREORDER = ("matching initial preorder request: ", False)
    SUBSEQUENT_PREORDER = ("matching subsequent preorder request: ", False)
    NOTIFICATION = ("matching event notification request: ", False)  # the clinic alone
    ORDER = ("handling new order: ", True)
    PROGRAMS = ("matching get programs request: ", True)
    PROGRAM_URL = ("matching get program url request: ", True)

    def __init__(self, prefix: str, compares_birth_dates: bool) -> None:  # noqa: FBT001 (of the enum)
        self.prefix = prefix
        self.criterion = (
            MatchCriterion.MRN_AND_BIRTH_DATE if compares_birth_dates else MatchCriterion.MRN
        )


@dataclass(frozen=True, slots=True)
class Match:
    identity: Identity  # whom the health record means, complete
    email: str  # of the health record, valid or not; may be empty
    patient: Document | None


def find_clinic(deployment: str, purpose: Purpose) -> Document | None:
    """The enabled Xealth clinic of the deployment. Raises Duplicate."""
    clinics = ehr_settings.find_ehr_clinics(provider=EhrProvider.XEALTH, source_id=deployment)
    if len(clinics) > 1:
        with _named(purpose):
            raise Duplicate(SEVERAL_CLINICS)
    return clinics[0] if clinics else None


def access_clinic(deployment: str, purpose: Purpose) -> Document:
    """Raises NotFound and Duplicate."""
    clinic = find_clinic(deployment, purpose)
    if clinic is None:
        with _named(purpose):
            raise NotFound(NO_CLINIC)
    return clinic


def match(
    clinic: Document, subject: Subject, purpose: Purpose, fields: Mapping[str, Any] | None = None
) -> Match:
    """`fields`: what is read of the patient's record, by default all. Raises BadRequest where the subject is
    incomplete, and ConstraintViolation where several patients match."""
    identity = identify(clinic, subject, purpose)
    patients = find_patients(clinic, identity, purpose, fields)
    if len(patients) > 1:
        with _named(purpose):
            raise ConstraintViolation(SEVERAL_PATIENTS)
    email = subject.demographics.email if subject.demographics else ""
    return Match(identity, email, patients[0] if patients else None)


def identify(clinic: Document, subject: Subject, purpose: Purpose) -> Identity:
    """Whom the health record means. Raises BadRequest where the subject is incomplete."""
    with _named(purpose):
        return _identity(clinic, subject, _demographics(subject))


def find_patients(
    clinic: Document, identity: Identity, purpose: Purpose, fields: Mapping[str, Any] | None = None
) -> list[Document]:
    """Everyone who matches."""
    return patient_matching.find_matches(clinic["_id"], identity, (purpose.criterion,), fields)


def access_patient(
    clinic: Document, subject: Subject, purpose: Purpose, fields: Mapping[str, Any] | None = None
) -> Document:
    """As `match`. Raises NotFound, too."""
    patient = match(clinic, subject, purpose, fields).patient
    if patient is None:
        with _named(purpose):
            raise NotFound(NO_PATIENT)
    return patient


def mrn_type_of(clinic: Document) -> str:
    settings = safe_reading.mapping(clinic.get("ehrSettings"))
    return safe_reading.text(settings.get("mrnIdType")) or DEFAULT_MRN_TYPE


def key_of(clinic: Document, identity: Identity) -> str:
    """Whom a pre-order is about, without saying who that is."""
    return person_key("xealth", str(clinic["_id"]), [(DEFAULT_MRN_TYPE, identity.mrn)])


def is_under_13(clinic: Document, identity: Identity) -> bool:
    return ages.is_under_13(date.fromisoformat(identity.birth_date), ages.today_of(clinic))


def _demographics(subject: Subject) -> Demographics:
    if not subject.has_datasets:
        msg = "datasets is required"
        raise BadRequest(msg)
    if subject.demographics is None:
        msg = "demographics is required"
        raise BadRequest(msg)
    return subject.demographics


def _identity(clinic: Document, subject: Subject, demographics: Demographics) -> Identity:
    identity = Identity(
        mrn=subject.mrn(mrn_type_of(clinic)),
        birth_date=demographics.birth_date,
        full_name=demographics.full_name,
    )
    for value, name in (
        (identity.mrn, "mrn"),
        (identity.birth_date, "date of birth"),
        (identity.full_name, "full name"),
    ):
        if not value:
            msg = f"{name} is missing"
            raise BadRequest(msg)
    return identity


@contextmanager
def _named(purpose: Purpose) -> Iterator[None]:
    """Puts the words of the purpose before a refusal."""
    try:
        yield
    except DomainError as error:
        raise type(error)(message=purpose.prefix + error.message) from None
