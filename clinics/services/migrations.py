"""Legacy clinician accounts become clinics (rules CLINIC-82 to CLINIC-92, MAIL-70 to MAIL-75).

Before there were clinics, one account stood for a whole practice, and patients shared their data with it. The move is a
durable event: it can stop at any point and continue, since a patient who was moved no longer shares with the account.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog
from bson import ObjectId
from django.conf import settings
from pymongo.errors import DuplicateKeyError

from clinic_records.documents import ClinicDocument
from clinic_records.services import access, closures
from clinics.choices import MigrationStatus
from clinics.events import MigrationCompleted, MigrationCreated, PatientMoved
from clinics.services import clinicians
from clinics.services.migration_readiness import can_migrate
from clinics.store import clinics as clinic_store
from clinics.store import migrations as store
from kernel import clock, db, ids, outbox
from kernel.db import Document
from kernel.errors import (
    BadRequest,
    ConstraintViolation,
    Duplicate,
    NotFound,
    PaymentRequired,
)
from kernel.http import ServiceError, ServiceUnavailable
from patients.choices import PERMISSIONS
from patients.services import patients
from patients.services.patient_details import SharedPatient
from users.choices import AccountRole
from users.clients.protocol import AccountGone, Permissions, UserUpdate
from users.services import people
from users.services.neighbours import permission_service, user_service
from users.services.people import Account

log = structlog.get_logger(__name__)
MOVED, WAITING = "moved", "waiting"
NOT_FOUND = "migration not found"
TWICE = "migration duplicate"
ALREADY_MIGRATED = "clinic is already migrated"
ROLES_AFTER = (AccountRole.CLINICIAN.value,)
# One delivery of the event works this long, then leaves the rest to the next: tasks have a time limit.
SLICE = timedelta(seconds=60)


class Unfinished(Exception):
    """Some patients could not be moved yet (a full plan, a missing MRN): the event is tried again later."""


# --- operations -----------------------------------------------------------------------------------
def trigger_initial_migration(
    clinic_id: str | ObjectId, then: Callable[[], None] | None = None
) -> Document:
    """Called after the owner has filled in the profile of the clinic that was opened for the account. `then` runs in
    the transaction of the change."""
    clinic, owner = plan_initial(clinic_id)
    migration = _new_migration(clinic["_id"], owner.user_id)

    def trigger() -> None:
        if not clinic_store.set_migrated(clinic["_id"], migration["createdTime"]):
            raise ConstraintViolation(ALREADY_MIGRATED)
        _insert(migration)
        if then is not None:
            then()

    return _stored_once(trigger, migration)


def plan_initial(clinic_id: str | ObjectId) -> tuple[ClinicDocument, Account]:
    """The clinic, and the account whose patients would move into it. Raises ConstraintViolation."""
    clinic = access.access_open_clinic(clinic_id)
    if clinic.get("isMigrated"):
        raise ConstraintViolation(ALREADY_MIGRATED)
    if not can_migrate(clinic):
        reason = "incomplete clinic profile"
        raise ConstraintViolation(reason)
    if len(clinic["admins"]) != 1:
        reason = "the clinic must have exactly one admin"
        raise ConstraintViolation(reason)
    return clinic, people.access_legacy_account(clinic["admins"][0])


def plan_another(clinic_id: str | ObjectId, user_id: str) -> Account:
    """The account whose patients would move into the clinic, besides those of its first. The operation takes any
    member, this only a legacy account. Raises ConstraintViolation, Duplicate, or NotFound where it is no member."""
    account = people.access_legacy_account(user_id)
    clinicians.access_clinician(clinic_id, user_id)
    if store.find_migration(access.access_open_clinic(clinic_id)["_id"], user_id) is not None:
        raise Duplicate(message=TWICE)
    return account


def count_who_share(user_id: str) -> int | None:
    """How many people share their data with the account; None while the permission service does not say."""
    try:
        owners = permission_service().list_owners(user_id)
    except (ServiceError, ServiceUnavailable):
        return None
    return len(owners.keys() - {user_id})


def create_migration(*, clinic_id: str | ObjectId, user_id: str) -> Document:
    """The migration of another legacy account, whose owner is already a member of the clinic."""
    clinicians.access_clinician(clinic_id, user_id)
    clinic = access.access_open_clinic(clinic_id)
    if not clinic.get("isMigrated"):
        # The message says the opposite of what is wrong, but callers know it like this.
        raise ConstraintViolation(ALREADY_MIGRATED)
    migration = _new_migration(clinic["_id"], user_id)
    return _stored_once(lambda: _insert(migration), migration)


def _new_migration(clinic_id: ObjectId, user_id: str) -> Document:
    moment = clock.now()
    return {
        "_id": ids.new_id(),
        "clinicId": clinic_id,
        "userId": user_id,
        "status": MigrationStatus.PENDING.value,
        "createdTime": moment,
        "updatedTime": moment,
    }


def _insert(migration: Document) -> None:
    store.insert_migration(migration)
    clinic_id, user_id = str(migration["clinicId"]), migration["userId"]
    outbox.emit(MigrationCreated(clinic_id=clinic_id, user_id=user_id))


def _stored_once(insert: Callable[[], None], migration: Document) -> Document:
    try:
        db.run_in_transaction(insert)
    except DuplicateKeyError:
        raise Duplicate(message=TWICE) from None
    return migration


def list_migrations(clinic_id: str | ObjectId) -> list[Document]:
    parsed_id = ids.parse_id(clinic_id)
    return store.list_migrations(parsed_id) if parsed_id else []


def access_migration(clinic_id: str | ObjectId, user_id: str) -> Document:
    """Raises NotFound."""
    parsed_id = ids.parse_id(clinic_id)
    return _existing(store.find_migration(parsed_id, user_id) if parsed_id else None)


def update_status(clinic_id: str | ObjectId, user_id: str, status: str) -> Document:
    parsed_id = ids.parse_id(clinic_id)
    return _existing(
        store.set_status(parsed_id, user_id, status, clock.now()) if parsed_id else None
    )


def _existing(document: Document | None) -> Document:
    if document is None:
        raise NotFound(message=NOT_FOUND)
    return document


# --- the move -------------------------------------------------------------------------------------
def migrate_patients(*, clinic_id: ObjectId, user_id: str) -> None:
    """Move the patients who share with the account into the clinic, as many as one delivery can.

    Raises Unfinished when only patients who cannot be moved yet are left.
    """
    migration = store.find_migration(clinic_id, user_id)
    if migration is None or migration["status"] == MigrationStatus.COMPLETED:
        return
    if access.find_clinic(clinic_id) is None:
        return
    closures.require_open(clinic_id)
    store.set_status(clinic_id, user_id, MigrationStatus.RUNNING, clock.now())
    _retire_account(user_id)
    owners = permission_service().list_owners(user_id)
    owners.pop(user_id, None)
    outcome = _move_all(clinic_id, user_id, owners)
    if outcome.total() < len(owners):
        rest = MigrationCreated(clinic_id=str(clinic_id), user_id=user_id)
        outbox.emit(rest, begun_here=True)
    elif outcome[WAITING]:
        raise Unfinished
    else:
        db.run_in_transaction(lambda: _complete(clinic_id, user_id))


def _retire_account(user_id: str) -> None:
    """Give the account a role with which the old tools do not work, so that it gets no new patients meanwhile."""
    user = user_service().get_user(user_id)
    if user is None or user.roles == ROLES_AFTER:
        return
    try:
        user_service().update_user(user_id, UserUpdate(roles=ROLES_AFTER))
    except AccountGone:
        return
    user_service().delete_sessions(user_id)


def _move_all(clinic_id: ObjectId, user_id: str, owners: Mapping[str, Permissions]) -> Counter[str]:
    """Move patients until the time slice is used up. Returns how many were moved, and how many have to wait."""
    order = list(owners)
    random.shuffle(order)  # so that those who have to wait are not always first
    outcome: Counter[str] = Counter()
    started = time.monotonic()
    for number, patient_id in enumerate(order, start=1):
        outcome[_try_to_move(clinic_id, user_id, patient_id, owners[patient_id])] += 1
        elapsed = time.monotonic() - started
        if elapsed >= SLICE.total_seconds():
            break
        time.sleep(max(0.0, number / settings.MIGRATIONS_PER_SECOND - elapsed))
    return outcome


def _try_to_move(
    clinic_id: ObjectId, user_id: str, patient_id: str, permissions: Permissions
) -> str:
    try:
        _move_patient(clinic_id, user_id, patient_id, permissions)
    except (PaymentRequired, BadRequest) as error:
        log.warning("migration.patient_waits", clinic=str(clinic_id), status=error.status)
        return WAITING
    return MOVED


def _move_patient(
    clinic_id: ObjectId, user_id: str, patient_id: str, permissions: Permissions
) -> None:
    shared = SharedPatient(
        permissions=[name for name in PERMISSIONS if name in permissions],
        is_migrated=True,
        legacy_clinician_id=user_id,
    )
    try:
        patients.create_patient_from_user(clinic_id=clinic_id, user_id=patient_id, shared=shared)
    except NotFound:  # the account is gone; its grant goes too
        permission_service().set_permissions(patient_id, user_id, {})
        return
    db.run_in_transaction(lambda: _announce(clinic_id, user_id, patient_id))
    permission_service().set_permissions(patient_id, user_id, {})


def _announce(clinic_id: ObjectId, user_id: str, patient_id: str) -> None:
    if store.claim_move(clinic_id, user_id, patient_id, clock.now()):
        outbox.emit(
            PatientMoved(clinic_id=str(clinic_id), user_id=patient_id, legacy_clinician_id=user_id)
        )


def _complete(clinic_id: ObjectId, user_id: str) -> None:
    if store.set_completed(clinic_id, user_id, clock.now()):
        outbox.emit(MigrationCompleted(clinic_id=str(clinic_id), user_id=user_id))
