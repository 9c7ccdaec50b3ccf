"""Which clinics treat one person and employ another: the two questions behind clinic-derived permissions."""

from typing import Any

from bson import ObjectId

from clinics_site.core import db


def list_patient_permissions(user_id: str) -> dict[ObjectId, dict[str, Any]]:
    """Clinic id -> what the person's record there permits."""
    rows = db.collection("patients").find({"userId": user_id}, {"clinicId": 1, "permissions": 1})
    return {row["clinicId"]: row.get("permissions") or {} for row in rows}


def list_clinics_of_clinician(user_id: str, clinic_ids: list[ObjectId]) -> list[ObjectId]:
    query = {"userId": user_id, "clinicId": {"$in": clinic_ids}}
    return [row["clinicId"] for row in db.collection("clinicians").find(query, {"clinicId": 1})]
