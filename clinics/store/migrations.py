"""The `migrations` of legacy clinician accounts, and which of their patients have been moved."""

from datetime import datetime

from bson import ObjectId
from pymongo import ReturnDocument

from clinics.choices import MigrationStatus
from kernel import db
from kernel.db import Document

COLLECTION = "migrations"
MOVED = "migratedPatients"


def find_migration(clinic_id: ObjectId, user_id: str) -> Document | None:
    return db.collection(COLLECTION).find_one({"clinicId": clinic_id, "userId": user_id})


def list_migrations(clinic_id: ObjectId) -> list[Document]:
    return list(db.collection(COLLECTION).find({"clinicId": clinic_id}, sort=[("_id", 1)]))


def insert_migration(document: Document) -> None:
    """Raises DuplicateKeyError: an account is migrated once, over all clinics."""
    db.collection(COLLECTION).insert_one(document)


def set_status(clinic_id: ObjectId, user_id: str, status: str, moment: datetime) -> Document | None:
    return db.collection(COLLECTION).find_one_and_update(
        {"clinicId": clinic_id, "userId": user_id},
        {"$set": {"status": status, "updatedTime": moment}},
        return_document=ReturnDocument.AFTER,
    )


def set_completed(clinic_id: ObjectId, user_id: str, moment: datetime) -> bool:
    """False when it is already completed."""
    result = db.collection(COLLECTION).update_one(
        {"clinicId": clinic_id, "userId": user_id, "status": {"$ne": MigrationStatus.COMPLETED}},
        {"$set": {"status": MigrationStatus.COMPLETED, "updatedTime": moment}},
    )
    return result.modified_count > 0


def claim_move(clinic_id: ObjectId, user_id: str, patient_id: str, moment: datetime) -> bool:
    """True for the first call only, so that a patient gets one mail."""
    key = {"clinicId": clinic_id, "userId": user_id, "patientId": patient_id}
    result = db.collection(MOVED).update_one(
        {"_id": key}, {"$setOnInsert": {"createdTime": moment}}, upsert=True
    )
    return result.upserted_id is not None
