"""A clinic's patients as its health record knows them, for operators (rules EHR-119, EHR-120 and EHR-124)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bson import ObjectId

from kernel.db import Document
from patients.store import ehr_patients as store

EMPTY = "(empty)"


@dataclass(frozen=True, slots=True)
class PatientFilter:
    """All conditions must hold; None sets no condition."""

    user_id: str | None = None
    has_mrn: bool | None = None
    has_subscription: bool | None = None
    awaits_email: bool = False  # custodial, with active reports and without an address


@dataclass(frozen=True, slots=True)
class Stretch:
    """Patients of a part of a clinic. The next part begins after the user id `end`; None: this was the last."""

    patients: list[Document]
    end: str | None


MOST_EXAMINED = 500  # patients who are read for a stretch, however few of them match


def list_patients(
    clinic_id: ObjectId, criteria: PatientFilter, *, skip: int, limit: int
) -> tuple[list[Document], int]:
    """One page in order of MRN, and the number of all matches."""
    query = _query(clinic_id, criteria)
    return store.list_by_mrn(query, skip=skip, limit=limit), store.count(query)


def list_stretch(
    clinic_id: ObjectId, criteria: PatientFilter, *, after: str, limit: int
) -> Stretch:
    """In order of user id, after this one. What it reads is bounded, so fewer than `limit` may be found before the
    end."""
    end = store.find_end(clinic_id, after=after, examined=MOST_EXAMINED)
    query = _query(clinic_id, criteria)
    found = store.list_between(query, after=after, end=end, limit=limit)
    return Stretch(found, found[-1]["userId"] if len(found) == limit else end)


def find_matching(clinic_id: ObjectId, criteria: PatientFilter) -> Document | None:
    """The patient with the filter's user id, if the rest of it holds, too."""
    query = _query(clinic_id, criteria)
    return next(iter(store.list_between(query, after="", end=None, limit=1)), None)


def _query(clinic_id: ObjectId, criteria: PatientFilter) -> Document:
    return store.query(
        clinic_id,
        user_id=criteria.user_id,
        has_mrn=criteria.has_mrn,
        has_subscription=criteria.has_subscription,
        awaits_email=criteria.awaits_email,
    )


def label(patient: Document) -> str:
    """The patient as operators see it in their terminal."""
    mrn, name = patient.get("mrn") or EMPTY, patient.get("fullName") or EMPTY
    return f"MRN {mrn} - {name} [{patient['userId']}]"


def iter_without_email(clinic_id: ObjectId, *, batch: int) -> Iterator[Document]:
    """Custodial patients with active reports and no address. The next page starts after the last id, not after a
    number of patients, so a patient who gets an address meanwhile does not shift the others."""
    after: ObjectId | None = None
    while page := store.list_without_email(clinic_id, after=after, limit=batch):
        yield from page
        after = page[-1]["_id"]


def list_messages_of_subscriptions(message_ids: Sequence[ObjectId]) -> set[ObjectId]:
    """The ids among these that a patient's subscription refers to, whether it is active or not. May also contain
    other messages of the same subscriptions."""
    return store.list_matched_messages(message_ids)
