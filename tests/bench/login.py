"""What `make bench ARGS="--group login"` needs: each admin of a bench is a member of forty clinics, as the people who
support several practices are. The web application asks for two settings of each of them when such a person logs in."""

from typing import Any

from tests.bench.scenarios import LOGIN_CLINICS, World

_NAME = "Bench practice"


def grow(world: World) -> list[str]:
    """The ids of all clinics of the admin, of which those that are missing are made."""
    from bson import ObjectId

    from kernel import clock, db

    members, now = db.collection("clinicians"), clock.now()
    found = [row["clinicId"] for row in members.find({"userId": world.admin_id}, {"clinicId": 1})]
    missing = [ObjectId() for _ in range(LOGIN_CLINICS - len(found))]
    if missing:
        db.collection("clinics").insert_many([_clinic(one, world.admin_id, now) for one in missing])
        members.insert_many([_member(one, world.admin_id, now) for one in missing])
    return [str(one) for one in [*found, *missing]]


def _clinic(clinic_id: Any, admin_id: str, now: Any) -> dict[str, Any]:
    code = f"BNCH-{str(clinic_id)[-8:].upper()}"
    return {
        "_id": clinic_id, "name": f"{_NAME} {clinic_id}", "country": "US", "tier": "tier0300", "canonicalShareCode": code,
        "shareCodes": [code], "admins": [admin_id], "createdTime": now, "updatedTime": now, "preferredBgUnits": "mg/dL",
        "patientTags": [], "sites": [], "mrnSettings": {"required": False, "unique": False},
    }  # fmt: skip


def _member(clinic_id: Any, user_id: str, now: Any) -> dict[str, Any]:
    return {
        "clinicId": clinic_id, "userId": user_id, "name": "Bench Admin", "email": "bench@example.org",
        "roles": ["CLINIC_ADMIN"], "createdTime": now, "updatedTime": now,
    }  # fmt: skip
