"""Queries of patients for the EHR integration: by MRN, by subscription, and without an address."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId

from kernel import db, safe_reading
from kernel.db import Document
from patients.store.patient_matching import REPORTS
from patients.store.patients import COLLECTION

MATCHED_ID = f"ehrSubscriptions.{REPORTS}.matchedMessages.id"
_SHOWN = {"userId": 1, "fullName": 1, "mrn": 1, "ehrSubscriptions": 1}
_NO_TEXT = {"$in": [None, ""]}
_NO_SUBSCRIPTION: dict[str, Any] = {"$in": [None, {}]}
# Custodial, with an active subscription to reports, and without an address.
_AWAITS_EMAIL: dict[str, Any] = {
    f"ehrSubscriptions.{REPORTS}.active": True,
    "permissions.custodian": {"$exists": True},
    "email": _NO_TEXT,
}
_BY_USER = "UniquePatient"


def query(
    clinic_id: ObjectId,
    *,
    user_id: str | None,
    has_mrn: bool | None,
    has_subscription: bool | None,
    awaits_email: bool = False,
) -> dict[str, Any]:
    """None sets no condition."""
    conditions: dict[str, Any] = {"clinicId": clinic_id}
    if user_id is not None:
        conditions["userId"] = user_id
    if has_mrn is not None:
        conditions["mrn"] = {"$not": _NO_TEXT} if has_mrn else _NO_TEXT
    if has_subscription is not None:
        conditions["ehrSubscriptions"] = (
            {"$not": _NO_SUBSCRIPTION} if has_subscription else _NO_SUBSCRIPTION
        )
    return {**conditions, **_AWAITS_EMAIL} if awaits_email else conditions


def list_by_mrn(conditions: Mapping[str, Any], *, skip: int, limit: int) -> list[Document]:
    rows = db.collection(COLLECTION).find(
        conditions, _SHOWN, sort=[("mrn", 1)], skip=skip, limit=limit
    )
    return list(rows)


def count(conditions: Mapping[str, Any]) -> int:
    return db.collection(COLLECTION).count_documents(conditions)


def list_without_email(
    clinic_id: ObjectId, *, after: ObjectId | None, limit: int
) -> list[Document]:
    """Custodial patients with an active subscription to reports and no address, starting after the id `after`."""
    conditions: dict[str, Any] = {"clinicId": clinic_id, **_AWAITS_EMAIL}
    if after is not None:
        conditions["_id"] = {"$gt": after}
    return list(db.collection(COLLECTION).find(conditions, sort=[("_id", 1)], limit=limit))


def find_end(clinic_id: ObjectId, *, after: str, examined: int) -> str | None:
    """The user id of the last of so many patients after this user id; None if there are fewer."""
    query = {"clinicId": clinic_id, "userId": {"$gt": after}}
    rows = db.collection(COLLECTION).find(
        query, {"userId": 1, "_id": 0}, sort=[("userId", 1)], skip=examined - 1, limit=1
    )
    return next((row["userId"] for row in rows.hint(_BY_USER)), None)


def list_between(
    conditions: Mapping[str, Any], *, after: str, end: str | None, limit: int
) -> list[Document]:
    """In order of user id, without the summaries, which are most of a record."""
    bounds = {"$gt": after} | ({} if end is None else {"$lte": end})
    query = {"$and": [conditions, {"clinicId": conditions["clinicId"], "userId": bounds}]}
    rows = db.collection(COLLECTION).find(query, {"summary": 0}, sort=[("userId", 1)], limit=limit)
    return list(rows.hint(_BY_USER))


def list_matched_messages(message_ids: Sequence[ObjectId]) -> set[ObjectId]:
    patients = db.collection(COLLECTION).find(
        {MATCHED_ID: {"$in": list(message_ids)}}, {MATCHED_ID: 1, "_id": 0}
    )
    return {
        message["id"]
        for patient in patients
        for message in safe_reading.objects(patient["ehrSubscriptions"][REPORTS]["matchedMessages"])
        if "id" in message
    }
