"""Reads for staff: the records of a person in all clinics, and the names of patients, including removed ones."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId
from django.conf import settings

from clinic_records.services import people
from clinic_records.services.people import Person
from kernel import addresses, db, safe_reading, texts
from kernel.db import Document
from patients.documents import PatientDocument
from patients.store import patients
from patients.store import staff_reads as store
from patients.store.patient_matching import REPORTS

_BATCH = 1_000
MOST_OF_ONE_MRN = 10  # patients with the same MRN who are shown


def list_records(person: Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    """A page of the person's records as a patient, newest first, and the number of all of them."""
    return store.list_records(person, skip=skip, limit=limit)


def list_former_records(person: Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    tombstones, total = store.list_former_records(person, skip=skip, limit=limit)
    return people.as_they_were(tombstones, "patient"), total


def list_newest_data(*, until: datetime) -> dict[ObjectId, datetime]:
    """The time of the newest data of any kind and any patient, by clinic, without data of later times."""
    return store.list_newest_data(until=until)


def names_of_patients(keys: Sequence[tuple[ObjectId, str]]) -> dict[tuple[ObjectId, str], str]:
    return people.names_by_key(store.list_patients(keys), "userId", "fullName")


def was_removed(clinic_id: ObjectId, user_id: str) -> bool:
    """Whether the person was a patient of the clinic, and is none any more."""
    keys = [(clinic_id, user_id)]
    return not store.list_present(keys) and bool(store.list_patients(keys))


def names_in_clinic(clinic_id: ObjectId, user_ids: Sequence[str]) -> dict[str, str]:
    """Names of present patients, by user id; "" for one without a name."""
    keys = [(clinic_id, user_id) for user_id in user_ids]
    return {user_id: name for (_, user_id), name in names_of_present(keys).items()}


def names_of_present(keys: Sequence[tuple[ObjectId, str]]) -> dict[tuple[ObjectId, str], str]:
    """By clinic and user id, without removed patients; "" for one without a name."""
    return {
        (patient["clinicId"], patient["userId"]): safe_reading.text(patient.get("fullName")) or ""
        for patient in store.list_present(keys)
        if isinstance(patient["userId"], str)  # a list that holds the sought id is found, too
    }


def names_in_all_clinics(user_ids: Sequence[str]) -> dict[str, str]:
    """By user id; "" for one without a name. Those who are patients of no clinic are left out."""
    names = ((user_id, store.find_name(user_id)) for user_id in user_ids)
    return {user_id: name for user_id, name in names if name is not None}


def list_equal_mrns(clinic_id: ObjectId, *, limit: int) -> list[list[PatientDocument]]:
    """Patients who share an MRN, case, accents and blanks around it aside, in groups; `limit` groups at most."""
    groups = patients.list_equal_mrns(clinic_id, limit=limit)
    spellings = {mrn for group in groups for mrn in group[:MOST_OF_ONE_MRN]}
    by_mrn: dict[str, list[PatientDocument]] = {}
    for patient in store.list_with_mrns(clinic_id, sorted(spellings), limit * MOST_OF_ONE_MRN):
        by_mrn.setdefault(patient["mrn"], []).append(patient)
    shared = [
        [patient for mrn in dict.fromkeys(group) for patient in by_mrn.get(mrn, [])]
        for group in groups
    ]
    return [group[:MOST_OF_ONE_MRN] for group in shared]


@dataclass(frozen=True, slots=True)
class Pasted:
    """Whom pasted values name, once each, and the values that name no one, or several patients."""

    patients: list[PatientDocument]
    unknown: list[str]
    ambiguous: list[str]


def parts_of(line: str) -> list[str]:
    """What stands between the commas and semicolons of a pasted line."""
    return [part for text in re.split("[,;]", line) if (part := texts.name(text))]


def find_pasted(clinic_id: ObjectId, lines: Sequence[str]) -> Pasted:
    """Each line is one value, as `find_named` reads it, or several between commas and semicolons: an MRN may have a
    comma, so a line that names someone is not split."""
    whole = find_named(clinic_id, [line for line in lines if len(line) <= texts.LONGEST])
    parts = {line: [line] if whole.get(line) else parts_of(line) for line in lines}
    values = dict.fromkeys(part for several in parts.values() for part in several)
    others = find_named(clinic_id, [value for value in values if value not in whole])
    named = {value: whole.get(value) or others.get(value, []) for value in values}
    certain = [people[0] for people in named.values() if len(people) == 1]
    return Pasted(
        list({patient["userId"]: patient for patient in certain}.values()),
        [value for value, people in named.items() if not people],
        [value for value, people in named.items() if len(people) > 1],
    )


def find_named(clinic_id: ObjectId, values: Sequence[str]) -> dict[str, list[PatientDocument]]:
    """The patients of the clinic with this user id, else those with this MRN, e-mail address or full name, in this
    order and in any letter case. Among several with an MRN the one counts who has it as it is written."""
    found: dict[str, list[PatientDocument]] = {value: [] for value in values}
    for way in (_with_ids, _with_mrns, _with_addresses, _with_names):
        rest = [value for value, people in found.items() if not people]
        found |= way(clinic_id, rest) if rest else {}
    return found


Found = dict[str, list[PatientDocument]]


def _with_ids(clinic_id: ObjectId, values: Sequence[str]) -> Found:
    wanted = {*values, *(value.lower() for value in values)}
    by_id = {patient["userId"]: [patient] for patient in _with_text_ids(clinic_id, wanted)}
    return {value: by_id.get(value) or by_id.get(value.lower(), []) for value in values}


def _with_text_ids(clinic_id: ObjectId, user_ids: Collection[str]) -> list[PatientDocument]:
    """A list that holds the sought id is found, too."""
    found = store.list_with_ids(clinic_id, list(user_ids))
    return [patient for patient in found if isinstance(patient["userId"], str)]


def _with_mrns(clinic_id: ObjectId, values: Sequence[str]) -> Found:
    found = _grouped(clinic_id, "mrn", {value: texts.mrn(value) for value in values})
    return {
        value: [one for one in people if one.get("mrn") == texts.mrn(value)] or people
        for value, people in found.items()
    }


def _with_addresses(clinic_id: ObjectId, values: Sequence[str]) -> Found:
    asked = {value: addresses.account_address(value) or value for value in values if "@" in value}
    return _grouped(clinic_id, "email", asked)


def _with_names(clinic_id: ObjectId, values: Sequence[str]) -> Found:
    return _grouped(clinic_id, "fullName", {value: texts.name(value) for value in values})


def _grouped(clinic_id: ObjectId, field: str, asked: Mapping[str, str]) -> Found:
    """By what was typed. `asked`: the form in which each is looked for."""
    by_value: dict[str, list[PatientDocument]] = {}
    sought = list({*asked, *asked.values()})
    for value, same in store.group_by_value(clinic_id, field, sought, most=MOST_OF_ONE_MRN):
        by_value.setdefault(texts.fold(texts.name(value)), []).extend(same)
    return {typed: by_value.get(texts.fold(value), []) for typed, value in asked.items()}


def user_ids_of(record_ids: Sequence[ObjectId]) -> Iterator[str]:
    """In this order; without those who are gone, and without ids that are none."""
    for batch in db.batches(record_ids, _BATCH):
        found = store.list_found(batch)
        ids = (found[record_id]["userId"] for record_id in batch if record_id in found)
        yield from (user_id for user_id in ids if isinstance(user_id, str))


def list_without_mrn(clinic_id: ObjectId, *, limit: int) -> list[PatientDocument]:
    """Besides the demo patient, who needs none."""
    return store.list_without_mrn(clinic_id, but=settings.DEMO_PATIENT_USER_ID, limit=limit)


def count_subscribed(clinic_id: ObjectId, subscription: str = REPORTS) -> int:
    return store.count_subscribed(clinic_id, subscription)


def count_what_is_lost(record_ids: Sequence[ObjectId]) -> dict[str, int]:
    """How many of these patients have an account that the clinic looks after (`custodial`), and how many a subscription
    of reports (`subscribed`)."""
    return store.count_what_is_lost(record_ids) if record_ids else {"custodial": 0, "subscribed": 0}
