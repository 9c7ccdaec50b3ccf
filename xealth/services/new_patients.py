"""The patient whom an order makes, with what the clinician has entered before (rules EHR-173 to EHR-175)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from clinic_records.choices import EhrProvider
from clinic_records.services import access
from ehr.choices import Failure as EhrFailure
from ehr.reading import Part
from ehr.services import processing
from kernel import addresses, ids
from kernel.addresses import InvalidAddress
from kernel.db import Document
from kernel.errors import DomainError, PermanentFailure, RetryLater
from patients.choices import MatchCriterion, SourceState
from patients.documents import PatientDocument
from patients.services import custodial_accounts, data_sources, patient_matching, patients
from patients.services.patient_details import PatientDetails
from patients.services.patient_matching import Identity
from xealth.choices import Failure, Flow
from xealth.services.subjects import LONGEST_ADDRESS

PLACE = "xealth_preorder"
INVALID_EMAIL = "email address is invalid"
# In the order in which the patient is asked.
PROVIDERS = (("abbott", "connectAbbott"), ("dexcom", "connectDexcom"))


@dataclass(frozen=True, slots=True)
class NewPatient:
    """What a pre-order says. Without an address no one can be asked to connect anything."""

    email: str | None
    providers: Sequence[str]
    tag_ids: Sequence[ObjectId]


class Overtaken(DomainError):
    """Another order for the same person was carried out meanwhile, or this one was cancelled."""


def read_preorder(document: Document) -> NewPatient:
    """Raises Unreadable, and PermanentFailure for an address that cannot be used."""
    preorder = Part("order", document, PLACE)
    persons = [preorder.part(flow) for flow in (Flow.GUARDIAN, Flow.PATIENT)]
    person = next((part for part in persons if part.values), persons[0])
    flags = {provider: person.flag(name) for provider, name in PROVIDERS}
    email = _address(person.text("email", longest=LONGEST_ADDRESS))
    tag_ids = [ids.parse_id(tag) for tag in preorder.part("tags").texts("ids")]
    return NewPatient(
        email=email,
        providers=[provider for provider, is_chosen in flags.items() if is_chosen and email],
        tag_ids=[tag_id for tag_id in tag_ids if tag_id is not None],
    )


def _address(text: str) -> str | None:
    if not text:
        return None
    try:
        return addresses.canonical(addresses.without_name(text))
    except InvalidAddress:
        raise _refused(INVALID_EMAIL) from None


def create(
    clinic: Document,
    identity: Identity,
    preorder: NewPatient,
    *,
    check: Callable[[], None],
    then: Callable[[Document], None],
) -> None:
    """`check` and `then` are called in the transaction that stores the patient, before and after it.

    Raises RetryLater where another order was faster, and PermanentFailure where a rule of the clinic refuses it.
    """

    def check_first() -> None:
        check()
        if _is_known(clinic, identity):
            raise Overtaken

    def finish(patient: PatientDocument) -> None:
        for provider in preorder.providers:
            data_sources.add_request(patient["clinicId"], patient["userId"], provider)
        then(patient)

    try:
        patients.create_custodial_patient(
            clinic_id=clinic["_id"],
            details=PatientDetails(_said(clinic, identity, preorder)),
            integration=EhrProvider.XEALTH.value,
            check=check_first,
            then=finish,
        )
    except Overtaken:
        raise RetryLater(EhrFailure.OVERTAKEN) from None
    except DomainError as error:
        if not processing.is_lasting(error):
            raise
        _raise_reason(clinic, identity, preorder, error)


def _said(clinic: Document, identity: Identity, preorder: NewPatient) -> dict[str, Any]:
    known_tags = access.tag_ids(clinic)
    sources = [
        {"providerName": provider, "state": SourceState.PENDING.value}
        for provider in preorder.providers
    ]
    return {
        "fullName": identity.full_name,
        "birthDate": identity.birth_date,
        "mrn": identity.mrn,
        "email": preorder.email,
        "tags": [tag_id for tag_id in preorder.tag_ids if tag_id in known_tags] or None,
        "dataSources": sources or None,
    }


def _raise_reason(
    clinic: Document, identity: Identity, preorder: NewPatient, error: DomainError
) -> None:
    """A creation that was interrupted, or is going on, must not look like a refusal."""
    if _is_known(clinic, identity):
        raise RetryLater(EhrFailure.OVERTAKEN) from None
    if preorder.email and custodial_accounts.is_being_made(preorder.email):
        wait = custodial_accounts.CHECKED_AFTER
        raise RetryLater(EhrFailure.ACCOUNT_UNFINISHED, wait=wait) from None
    raise _refused(error.words) from None


def _refused(words: str) -> PermanentFailure:
    return PermanentFailure(f"{Failure.ACCOUNT_REFUSED.value}: {words}")


def _is_known(clinic: Document, identity: Identity) -> bool:
    return bool(
        patient_matching.find_matches(clinic["_id"], identity, (MatchCriterion.MRN_AND_BIRTH_DATE,))
    )
