"""Second factors and linked identities of staff accounts.

Every use is one atomic operator: Django's transactions and locks do nothing on MongoDB (facts F1, F5).
django-otp's own models read and then save, so they could accept one code twice.
"""

from collections.abc import Sequence

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReturnDocument

from kernel import clock, db, indexes
from kernel.db import Document

FACTORS = "staffFactors"
IDENTITIES = "staffIdentities"
_FACTOR_FIELDS = ("key", "lastStep", "recoveryCodes", "confirmedTime")

indexes.declare(
    IDENTITIES, IndexModel([("userId", ASCENDING)], name="StaffIdentityOfUser", unique=True)
)


# --- factors: one document for each account that ever had one --------------------------------------------------
def find_factor(user_id: ObjectId) -> Document | None:
    """`generation` counts changes that end sessions; without a `key` there is no factor."""
    return db.collection(FACTORS).find_one({"_id": user_id})


def put_factor(
    user_id: ObjectId, *, generation: int, key: str, step: int, recovery_codes: Sequence[str]
) -> bool:
    """Set up a factor, or replace it. False if something changed since `generation`; DuplicateKeyError if two
    first factors are set up at the same instant."""
    factor = {
        "key": key,
        "lastStep": step,
        "recoveryCodes": list(recovery_codes),
        "confirmedTime": clock.now(),
    }
    result = db.collection(FACTORS).update_one(
        {"_id": user_id, "generation": generation},
        {"$set": factor, "$inc": {"generation": 1}},
        upsert=generation == 0,
    )
    return bool(result.matched_count or result.upserted_id)


def take_step(user_id: ObjectId, *, generation: int, step: int) -> bool:
    """Use up the code of this time step, and with it all earlier ones; true for one caller only."""
    factor = db.collection(FACTORS).find_one_and_update(
        {"_id": user_id, "generation": generation, "lastStep": {"$lt": step}},
        {"$set": {"lastStep": step}},
    )
    return factor is not None


def take_recovery_code(user_id: ObjectId, *, generation: int, digest: str) -> bool:
    """Use up this recovery code; true for one caller only."""
    factor = db.collection(FACTORS).find_one_and_update(
        {"_id": user_id, "generation": generation, "recoveryCodes": digest},
        {"$pull": {"recoveryCodes": digest}},
    )
    return factor is not None


def replace_recovery_codes(
    user_id: ObjectId, *, generation: int, recovery_codes: Sequence[str]
) -> bool:
    result = db.collection(FACTORS).update_one(
        {"_id": user_id, "generation": generation, "key": {"$exists": True}},
        {"$set": {"recoveryCodes": list(recovery_codes)}},
    )
    return bool(result.matched_count)


def remove_factor(user_id: ObjectId) -> Document | None:
    """The account's document without a factor and in its next generation; None if it had none."""
    return db.collection(FACTORS).find_one_and_update(
        {"_id": user_id, "key": {"$exists": True}},
        {"$unset": dict.fromkeys(_FACTOR_FIELDS, ""), "$inc": {"generation": 1}},
        return_document=ReturnDocument.AFTER,
    )


def begin_generation(user_id: ObjectId) -> None:
    """End the account's sessions."""
    db.collection(FACTORS).update_one({"_id": user_id}, {"$inc": {"generation": 1}}, upsert=True)


# --- identities: who an account is at the identity provider ----------------------------------------------------
def find_identity(*, issuer: str, subject: str) -> Document | None:
    return db.collection(IDENTITIES).find_one({"_id": {"issuer": issuer, "subject": subject}})


def find_identity_of(user_id: ObjectId) -> Document | None:
    return db.collection(IDENTITIES).find_one({"userId": user_id})


def insert_identity(user_id: ObjectId, *, issuer: str, subject: str) -> None:
    """DuplicateKeyError if the identity or the account is linked already."""
    identity = {"issuer": issuer, "subject": subject}
    db.collection(IDENTITIES).insert_one(
        {"_id": identity, "userId": user_id, "linkedTime": clock.now()}
    )


def remove_identity_of(user_id: ObjectId) -> bool:
    return bool(db.collection(IDENTITIES).delete_one({"userId": user_id}).deleted_count)


def forget(user_id: ObjectId) -> None:
    """Remove everything stored for a deleted account."""
    db.collection(FACTORS).delete_one({"_id": user_id})
    remove_identity_of(user_id)
