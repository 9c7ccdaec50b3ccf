"""Seeded clinics, kept between runs: `bench_clinic` is dropped with `--fresh`."""

import secrets
import sys
import time
from dataclasses import replace
from typing import Any

import django

from tests.bench import login, staff
from tests.bench.scenarios import NEW, VIEWS, World

PATIENTS_SAMPLED = 200
SEEDED_AT_ONCE = (
    100  # in one transaction: on a busy machine one of 500 took more than its 20 seconds
)
SEEDED_IN_A_ROW, TRIES = 5_000, 10


def prepare(
    sizes: list[int], *, fresh: bool, has_staff: bool = False, has_login: bool = False
) -> list[World]:
    """One clinic per size with an admin, tags, sites, settings and patients with full summaries."""
    django.setup()
    from django.core.management import call_command

    from kernel import db

    if fresh:
        db.client().drop_database(db.database_name())
    call_command("migrate", verbosity=0)
    call_command("ensure_indexes", verbosity=0)
    worlds = [_world(size) for size in sizes]
    for one in worlds if has_login else ():
        one.admin_clinics.extend(login.grow(one))
    if has_staff:
        staff.grow()
    _note_as_followed()
    if has_staff:
        worlds = [replace(one, run_id=staff.grow_run(one)) for one in worlds]
        for one in worlds:
            one.tokens["staff"] = staff.sign_in(one.search_text, one.one_text)
    return worlds


def _note_as_followed() -> None:
    """All rows and counts are there. A follower that starts on a new database would compare each record and count each
    of 10,000 clinics first, for half an hour or longer."""
    from kernel import clock, db
    from kernel.following import registered, stream

    for name, follower in registered.BY_NAME.items():
        noted = {
            "watched": list(follower.collections),
            "version": follower.version,
            "startAt": stream.present_position(),
            "followedTime": clock.now(),
            "leaseTime": clock.now(),
        }
        db.collection("followers").update_one(
            {"_id": name}, {"$set": noted, "$unset": {"rescanTime": "", "token": ""}}, upsert=True
        )


def _world(size: int) -> World:
    from kernel import db
    from patients.services import seeding

    seeding.BATCH = SEEDED_AT_ONCE
    record = db.collection("benchClinics").find_one({"_id": size})
    if record is None:
        record = _build(size)
        db.collection("benchClinics").insert_one(record)
    return _of(record)


def seeded(size: int, *, seed: int) -> World:
    """In an empty database; the same seed gives the same patients."""
    return _of(_build(size), seed)


def _of(record: dict[str, Any], seed: int | None = None) -> World:
    from kernel import db
    from users.services import accounts

    clinic = db.collection("clinics").find_one({"_id": record["clinicId"]}) or {}
    _forget_new_patients(record["clinicId"])
    _fill(record["clinicId"], record["_id"], seed)
    sample = list(
        db.collection("patients").find(
            {"clinicId": record["clinicId"]},
            {"_id": 0, "userId": 1, "fullName": 1, "birthDate": 1, "email": 1, "mrn": 1},
            limit=PATIENTS_SAMPLED,
        )
    )
    return World(
        size=record["_id"],
        clinic_id=str(record["clinicId"]),
        admin_id=record["adminId"],
        patient_ids=[patient["userId"] for patient in sample],
        tag_ids=[str(tag["_id"]) for tag in clinic.get("patientTags") or []],
        site_ids=[str(site["id"]) for site in clinic.get("sites") or []],
        tokens={
            "backend": accounts.issue_server_token(),
            "admin": accounts.issue_user_token(record["adminId"]),
        },
        deployment=_prepare_xealth(clinic, sample),
        search_text=sample[0]["fullName"].split()[-1][:4] if sample else "",
        one_text=next((patient["mrn"] for patient in sample if patient.get("mrn")), ""),
        bodies={"patients": sample, "summaries": _summaries(record["clinicId"], sample)},
        with_issues=_with_issues(record["clinicId"]),
        view_id=_saved_view(record["clinicId"], record["adminId"]),
    )


def _with_issues(clinic_id: Any) -> list[str]:
    from kernel import db

    query = {"clinicId": clinic_id, "connectionIssue.cause": {"$exists": True}}
    found = db.collection("patients").find(query, {"userId": 1}, limit=PATIENTS_SAMPLED)
    return [patient["userId"] for patient in found]


def _saved_view(clinic_id: Any, user_id: str) -> str:
    """The id of the one that the first run has saved, or of a new one."""
    from patients.services.list_views import ViewDetails, Viewer, create_view, list_views

    viewer = Viewer(clinic_id, user_id, is_admin=True)
    saved = list_views(viewer)
    details = ViewDetails(VIEWS[0]["name"], is_shared=False, conditions={}, columns=())
    view = saved[0] if saved else create_view(viewer, details)
    return str(view.stored["id"])


def _prepare_xealth(clinic: Any, sample: list[Any]) -> str:
    """Subscribes the sampled patients by one order, and lets a clinician view each report. Returns the deployment."""
    from kernel import clock, db
    from xealth.choices import REPORTS
    from xealth.services.report_views import Clinician, record

    deployment = f"bench-{clinic['_id']}"
    settings = {"ehrSettings.provider": "xealth", "ehrSettings.sourceId": deployment}
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": settings})
    notification = {"eventTimeStamp": clock.now(), "programId": "bench-program"}
    orders = db.collection("xealth_order")
    orders.update_one(
        {"_id": clinic["_id"]}, {"$set": {"eventNotification": notification}}, upsert=True
    )
    matched = [{"id": clinic["_id"], "dataModel": "order", "eventType": "new"}]
    subscription = {"active": True, "provider": "xealth", "matchedMessages": matched}
    db.collection("patients").update_many(
        {"clinicId": clinic["_id"], "userId": {"$in": [patient["userId"] for patient in sample]}},
        {"$set": {f"ehrSubscriptions.{REPORTS}": subscription}},
    )
    clinician = Clinician("EHR-USER-1", "")
    of_xealth = {**clinic, "ehrSettings": {"sourceId": deployment}}
    for patient in sample:
        record(clinician, of_xealth, patient, "bench-program")
    return deployment


def _forget_new_patients(clinic_id: Any) -> None:
    """Those that an earlier run has created."""
    from kernel import db
    from patients.services import patient_counts

    new = {"clinicId": clinic_id, "fullName": {"$regex": f"^{NEW}"}}
    if db.collection("patients").delete_many(new).deleted_count:
        patient_counts.refresh_patient_count(clinic_id)


def _summaries(clinic_id: Any, sample: list[Any]) -> list[Any]:
    from patients.services import patients

    documents = [patients.access_patient(clinic_id, patient["userId"]) for patient in sample]
    return [_as_sent(document.get("summary") or {}) for document in documents]


def _as_sent(summary: Any) -> Any:
    import orjson

    from kernel.api.rendering import encode
    from patients.summary_answers import shown

    return {name: orjson.loads(encode(shown(name, part))) for name, part in summary.items()}


def _fill(clinic_id: Any, size: int, seed: int | None) -> None:
    """Invented patients, as many as there are not yet: an interrupted run is continued by the next one. What the machine
    was too busy for is tried again."""
    from kernel import transient_errors
    from patients.services import seeding

    seeding.BATCH = SEEDED_AT_ONCE
    before, started = _count(clinic_id), time.monotonic()
    for _ in range(2 * size // SEEDED_IN_A_ROW + TRIES):
        stored = _count(clinic_id)
        if stored >= size:
            return
        _tell(stored, size, time.monotonic() - started, stored - before)
        count = min(SEEDED_IN_A_ROW, size - stored)
        part_seed = secrets.randbits(48) if seed is None else seed + stored
        try:
            seeding.seed_patients(clinic_id=clinic_id, count=count, seed=part_seed, first=stored)
        except Exception as error:
            if not transient_errors.is_transient(error):
                raise
            print(f"  again after {type(error).__name__}", file=sys.stderr, flush=True)
    sys.exit(f"the clinic of {size} patients could not be filled; the next run continues")


def _count(clinic_id: Any) -> int:
    from kernel import db

    return db.collection("patients").count_documents({"clinicId": clinic_id})


def _tell(stored: int, size: int, seconds: float, done: int) -> None:
    left = f", {seconds * (size - stored) / done:.0f} s left" if done else ""
    print(f"filling: {stored} of {size} patients{left}", file=sys.stderr, flush=True)


def _build(size: int) -> dict[str, Any]:
    """The clinic through the API, as a client would make it, without patients."""
    from bson import ObjectId
    from django.test import Client

    from users.services import accounts

    admin = accounts.create_user(email=f"bench{size}@example.org", full_name="Bench Admin")
    token = accounts.issue_user_token(admin.user_id)
    backend = accounts.issue_server_token()

    def call(method: str, path: str, body: Any, bearer: str = token) -> Any:
        client = Client(headers={"x-tidepool-session-token": bearer})
        response = client.generic(method, path, _json(body), "application/json")
        assert response.status_code == 200, (method, path, response.status_code, response.content)
        return response.json() if response.content else None

    clinic = call(
        "POST",
        "/v1/clinics",
        {"name": f"Bench {size}", "preferredBgUnits": "mg/dL", "country": "US"},
    )
    base = f"/v1/clinics/{clinic['id']}"
    call("PUT", f"{base}/settings/mrn", {"required": False, "unique": False}, backend)
    call("PUT", f"{base}/settings/patient_count", {}, backend)
    call("PUT", f"{base}/settings/ehr", EHR_SETTINGS, backend)
    for number in range(10):
        call("POST", f"{base}/patient_tags", {"name": f"Tag {number}"})
    for number in range(5):
        call("POST", f"{base}/sites", {"name": f"Site {number}"})
    return {"_id": size, "clinicId": ObjectId(clinic["id"]), "adminId": admin.user_id}


def _json(body: Any) -> bytes:
    import orjson

    return orjson.dumps(body)


EHR_SETTINGS = {
    "enabled": True,
    "provider": "redox",
    "sourceId": "bench",
    "mrnIdType": "MRN",
    "destinationIds": {"flowsheet": "f", "notes": "n", "results": "r"},
    "procedureCodes": {"enableSummaryReports": "ENABLE"},
    "scheduledReports": {"cadence": "14d", "onUploadEnabled": True},
    "tags": {"codes": ["TAGS"], "separator": ","},
    "flowsheets": {"icode": False},
}
