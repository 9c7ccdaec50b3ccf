"""Looking clinics up by their EHR settings, and patients by what settings would forbid."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from clinics.store import clinics, patients
from kernel import db
from kernel.db import Document


def list_enabled(query: Mapping[str, Any], *, limit: int = 0) -> list[Document]:
    """Clinics with a working EHR connection that agree in `query`, in the order of their ids."""
    wanted = {"ehrSettings.enabled": True, **query}
    return list(db.collection(clinics.COLLECTION).find(wanted, sort=[("_id", 1)], limit=limit))


def list_enabled_ids(query: Mapping[str, Any]) -> list[ObjectId]:
    wanted = {"ehrSettings.enabled": True, **query}
    rows = db.collection(clinics.COLLECTION).find(wanted, {"_id": 1}, sort=[("_id", 1)])
    return [row["_id"] for row in rows]


def list_sources(provider: str) -> list[tuple[ObjectId, str]]:
    """Every enabled clinic of a provider with its source id: hundreds at the most, and of each two fields."""
    rows = db.collection(clinics.COLLECTION).find(
        {
            "ehrSettings.enabled": True,
            "ehrSettings.provider": provider,
            "ehrSettings.sourceId": {"$type": "string"},
        },
        {"ehrSettings.sourceId": 1},
        sort=[("_id", 1)],
    )
    return [(row["_id"], row["ehrSettings"]["sourceId"]) for row in rows]


def has_equal_mrns(clinic_id: ObjectId) -> bool:
    """Whether two patients share an MRN, case, accents and blanks around it aside. Reads index keys only."""
    pipeline: list[Document] = [
        {"$match": {"clinicId": clinic_id, "mrn": {"$type": "string"}}},
        {"$project": {"_id": 0, "mrn": 1}},
        {"$match": {"mrn": {"$ne": ""}}},
        {"$group": {"_id": {"$trim": {"input": "$mrn"}}, "n": {"$sum": 1}}},
        {"$match": {"n": {"$gt": 1}}},
        {"$limit": 1},
    ]
    found = db.collection(patients.COLLECTION).aggregate(
        pipeline, collation=patients.COLLATION, hint="PatientMRN"
    )
    return next(iter(found), None) is not None
