"""Fill a clinic with invented patients, and complete records that other systems wrote."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import orjson
from bson import ObjectId

from clinic_records.services import access
from kernel import clock, db
from kernel.api.rendering import encode
from kernel.db import Document
from kernel.errors import Conflict
from patients.custody import is_custodial
from patients.documents import PatientDocument
from patients.services import patient_counts
from patients.services.demo_patients import Surroundings, invent_patients
from patients.services.effects import profile_of
from patients.store import patients as store
from patients.summary_answers import PARTS, shown
from users.services import accounts
from users.services.accounts import Invented

BATCH = 500
WRITERS = 2


def seed_patients(
    *, clinic_id: str | ObjectId, count: int, seed: int, days_ago: int = 0, first: int = 0
) -> int:
    """Store `count` invented patients with their accounts, profiles and search keys, and count them. Their newest data
    are as old as `days_ago`. `first` as `invent_patients` takes it.

    Raises NotFound for an unknown clinic, BulkWriteError if the seed was used before, and Conflict if the accounts
    are in another service.
    """
    accounts.refuse_if_not_embedded(Conflict)
    clinic = access.access_open_clinic(clinic_id)
    surroundings = Surroundings(
        clinic_id=clinic["_id"],
        tags=sorted(access.tag_ids(clinic)),
        sites=[{"id": s["id"], "name": s["name"]} for s in access.sites_of(clinic)],
    )
    people = invent_patients(
        surroundings,
        count=count,
        seed=seed,
        now=clock.now() - timedelta(days=days_ago),
        first=first,
    )
    stored = _store(db.batches(people, BATCH))
    patient_counts.refresh_patient_count(clinic["_id"])
    return stored


def _store(batches: Iterator[list[Document]]) -> int:
    """Patients are invented while others are being stored; at most a few batches are waiting."""
    stored = 0
    waiting: deque[Future[int]] = deque()
    with ThreadPoolExecutor(WRITERS) as writers:
        for batch in batches:
            waiting.append(writers.submit(_store_batch, batch))
            if len(waiting) > 2 * WRITERS:
                stored += waiting.popleft().result()
        return stored + sum(future.result() for future in waiting)


def _store_batch(batch: list[Document]) -> int:
    people = [_account_of(document) for document in batch]

    def insert() -> int:
        accounts.create_invented_users(people)
        return store.insert_patients([PatientDocument(document) for document in batch])

    return db.run_in_transaction(insert)


def _account_of(document: Document) -> Invented:
    return Invented(
        user_id=document["userId"],
        email=document["email"],
        profile=profile_of(document),
        custodian_clinic_id=str(document["clinicId"]) if is_custodial(document) else None,
    )


def invent_summary(clinic_id: ObjectId, *, seed: int) -> Document:
    """The body with which a summary of an invented person arrives."""
    surroundings = Surroundings(clinic_id=clinic_id)
    people = invent_patients(surroundings, count=BATCH, seed=seed, now=clock.now())
    summary = next(person["summary"] for person in people if "summary" in person)
    parts = {name: shown(name, summary[name]) for name in PARTS if name in summary}
    body: Document = orjson.loads(encode(parts))
    return body
