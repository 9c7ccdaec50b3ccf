"""Reads for staff: the records of a person in all clinics, and the names of patients, including removed ones."""

from collections.abc import Sequence

from bson import ObjectId

from clinic_records.services import people
from clinic_records.services.people import Person
from kernel.db import Document
from patients.store import staff_reads as store
from patients.store.patient_matching import REPORTS


def list_records(person: Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    """A page of the person's records as a patient, newest first, and the number of all of them."""
    return store.list_records(person, skip=skip, limit=limit)


def list_former_records(person: Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    tombstones, total = store.list_former_records(person, skip=skip, limit=limit)
    return people.as_they_were(tombstones, "patient"), total


def names_of_patients(keys: Sequence[tuple[ObjectId, str]]) -> dict[tuple[ObjectId, str], str]:
    return people.names_by_key(store.list_patients(keys), "userId", "fullName")


def count_subscribed(clinic_id: ObjectId, subscription: str = REPORTS) -> int:
    return store.count_subscribed(clinic_id, subscription)
