"""What `make bench ARGS="--group staff"` needs beside the clinics of patients: an account of staff that is signed in,
10,000 clinics, and one person who is a member of 2,000 of them and a patient of as many."""

from typing import Any

from tests.bench.scenarios import SEARCHES, Scenario, World

CLINICS, OF_ONE_PERSON = 10_000, 2_000
PERSON = "5e6f7a8b9c"
AT_ONCE = 1_000
_NAME = "bench-staff"


def sign_in(search_text: str, one_text: str) -> str:
    """The cookie of a session in which everything of SEARCHES was searched."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    from kernel.staff import searches

    account = User.objects.filter(username=_NAME).first()
    client = Client()
    client.force_login(account or User.objects.create_superuser(_NAME, password=None))
    session: Any = client.session
    typed = {"*": search_text, "1": one_text}
    session[searches.KEPT] = {key: {"q": typed.get(text, text)} for key, text in SEARCHES.items()}
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def grow() -> None:
    """Once for a database."""
    from bson import ObjectId

    from clinics.services import clinic_names, member_names, troubles
    from kernel import clock, db
    from patients.services import derived
    from patients.store import patient_counts

    clinics, now = db.collection("clinics"), clock.now()
    if clinics.count_documents({"name": {"$regex": "^Grown "}}, limit=1):
        return
    rows = [_clinic(ObjectId(), number, now) for number in range(CLINICS)]
    own = rows[:OF_ONE_PERSON]
    members = [_member(row["_id"], now) for row in own]
    patients = [{"_id": ObjectId(), **_patient(row["_id"], now)} for row in own]
    counts = [_no_patients(row["_id"], now) for row in rows]
    parts = {
        "clinics": rows, patient_counts.COLLECTION: counts, "clinicians": members, "patients": patients,
        "ehrSyncs": [{"_id": ObjectId(), **_sync(row["_id"], now, 1)} for row in rows],
        "ehrProcessing": [_send(row["_id"], now) for row in rows],
    }  # fmt: skip
    for name, documents in parts.items():
        for batch in db.batches(documents, AT_ONCE):
            db.collection(name).insert_many(batch)
    derived.follow_all(row["_id"] for row in patients)
    clinic_names.keep()
    member_names.keep()
    troubles.keep()


def grow_run(world: World) -> str:
    """A sync of every patient of the clinic, once for a database, and its id for staff."""
    from bson import ObjectId

    from kernel import clock, db
    from redox.services.admin_reads import run_id

    clinic_id = ObjectId(world.clinic_id)
    sync = db.collection("ehrSyncs").find_one({"clinicId": clinic_id, "count": world.size})
    if sync is None:
        moment = clock.now()
        sync = {"_id": ObjectId(), **_sync(clinic_id, moment, world.size)}
        for numbers in db.batches(range(world.size), AT_ONCE):
            records = [_send(clinic_id, moment) for _ in numbers]
            db.collection("ehrProcessing").insert_many(records)
        db.collection("ehrSyncs").insert_one(sync)
    return run_id(clinic_id, sync["createdTime"])


def _sync(clinic_id: Any, moment: Any, count: int) -> dict[str, Any]:
    return {"clinicId": clinic_id, "createdTime": moment, "after": None, "count": count}


def _send(clinic_id: Any, moment: Any) -> dict[str, Any]:
    from bson import ObjectId

    return {
        "_id": ObjectId(), "kind": "scheduled", "documentId": ObjectId(), "documentTime": moment, "clinicId": clinic_id,
        "userId": PERSON, "state": "done", "attempts": 1, "createdTime": moment, "updatedTime": moment,
    }  # fmt: skip


def _clinic(clinic_id: Any, number: int, now: Any) -> dict[str, Any]:
    code = f"GROW-{number:04}-DATA"
    return {
        "_id": clinic_id, "name": f"Grown {number:05}", "country": "US", "tier": "tier0100", "canonicalShareCode": code,
        "shareCodes": [code], "admins": [PERSON], "createdTime": now, "updatedTime": now, "preferredBgUnits": "mg/dL",
        "patientTags": [], "sites": [],
    }  # fmt: skip


def _no_patients(clinic_id: Any, now: Any) -> dict[str, Any]:
    """The counts of a clinic; its patients add to them."""
    from patients.store import patient_counts

    empty = {name: {} for name in patient_counts.MAPS}
    return {
        "_id": clinic_id,
        **dict.fromkeys(patient_counts.NUMBERS, 0),
        **empty,
        "countedTime": now,
    }


def _member(clinic_id: Any, now: Any) -> dict[str, Any]:
    return {
        "clinicId": clinic_id, "userId": PERSON, "name": "Grown Member", "email": "grown@example.org",
        "roles": ["CLINIC_ADMIN"], "createdTime": now, "updatedTime": now,
    }  # fmt: skip


def _patient(clinic_id: Any, now: Any) -> dict[str, Any]:
    return {
        "clinicId": clinic_id, "userId": PERSON, "fullName": "Grown Patient", "birthDate": "1980-01-02",
        "email": "grown@example.org", "permissions": {"view": {}}, "createdTime": now, "updatedTime": now,
    }  # fmt: skip


def is_of_staff(scenario: Scenario) -> bool:
    return scenario.token == "staff"


def headers(scenario: Scenario, world: World) -> dict[str, str]:
    return (
        {**scenario.headers, "Cookie": world.tokens["staff"]}
        if is_of_staff(scenario)
        else scenario.headers
    )
