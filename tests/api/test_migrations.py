"""Migration of legacy clinician accounts (rules CLINIC-82 to CLINIC-92, MAIL-70 to MAIL-75)."""

import time
from datetime import timedelta

import pytest
from bson import ObjectId

from clinics.services import migrations
from kernel import db, outbox
from tests.cast import CLINIC, add_member, make_person
from tests.events import deliver_all, emitted
from users.services.neighbours import permission_service, user_service

UNKNOWN = "0" * 24


@pytest.fixture(autouse=True)
def fast(settings):
    settings.MIGRATIONS_PER_SECOND = 1000


@pytest.fixture
def lee():
    """A legacy account, one login for a whole practice."""
    return make_person("Lee Legacy", roles=("clinic",))


@pytest.fixture
def legacy_clinic(lee, backend):
    return backend.post(f"/v1/clinicians/{lee.user_id}/migrate").json()


@pytest.fixture
def ready_clinic(lee, legacy_clinic):
    """Its owner has filled in the profile."""
    return lee.api.put(f"/v1/clinics/{legacy_clinic['id']}", CLINIC).json()


def path(clinic, *more):
    return "/".join(["/v1/clinics", clinic["id"], *more])


def stored(clinic):
    return db.collection("clinics").find_one({"_id": ObjectId(clinic["id"])})


def share(owner, legacy, *names):
    permission_service().set_permissions(owner.user_id, legacy.user_id, {n: {} for n in names})


def record(clinic, person):
    return db.collection("patients").find_one(
        {"clinicId": ObjectId(clinic["id"]), "userId": person.user_id}
    )


# --- opening an empty clinic ----------------------------------------------------------------------
def test_a_legacy_account_gets_an_empty_clinic(lee, legacy_clinic, settings, dot):
    assert (legacy_clinic["name"], legacy_clinic["canMigrate"]) == ("", False)
    document = stored(legacy_clinic)
    assert document["admins"] == [lee.user_id]
    assert "isMigrated" not in document
    assert "name" not in document
    assert document["patientCountSettings"] == {"hardLimit": {"plan": 250}}
    settings.DEMO_PATIENT_USER_ID = dot.user_id
    deliver_all()
    assert db.collection("patients").count_documents({}) == 0


def test_only_legacy_accounts_get_one(ada, lee, backend):
    refused = backend.post(f"/v1/clinicians/{ada.user_id}/migrate")
    message = f"constraint violation: user {ada.user_id} is not clinician"
    assert (refused.status_code, refused.json()) == (422, {"message": message})
    unknown = backend.post("/v1/clinicians/0000000000/migrate")
    assert (unknown.status_code, unknown.json()) == (404, {"message": "not found"})
    assert lee.api.post(f"/v1/clinicians/{lee.user_id}/migrate").status_code == 403
    assert backend.post("/v1/clinicians/nobody/migrate").status_code == 400


def test_every_call_opens_another_clinic(lee, legacy_clinic, backend):
    again = backend.post(f"/v1/clinicians/{lee.user_id}/migrate").json()
    assert again["id"] != legacy_clinic["id"]


# --- triggering -----------------------------------------------------------------------------------
@pytest.mark.parametrize("sent", [None, {}, {"attestationSubmitted": True}])
def test_the_owner_starts_the_migration(lee, ready_clinic, sent):
    assert ready_clinic["canMigrate"] is True
    response = lee.api.post(path(ready_clinic, "migrate"), sent)
    assert response.status_code == 200
    migration = response.json()
    assert migration.keys() == {"userId", "status", "createdTime", "updatedTime"}
    assert (migration["userId"], migration["status"]) == (lee.user_id, "PENDING")
    assert stored(ready_clinic)["isMigrated"] is True
    assert lee.api.get(path(ready_clinic)).json()["canMigrate"] is False
    assert emitted("migration.created") == [{"clinicId": ready_clinic["id"], "userId": lee.user_id}]
    again = lee.api.post(path(ready_clinic, "migrate"))
    assert again.json() == {"message": "constraint violation: clinic is already migrated"}
    assert again.status_code == 422


def test_an_incomplete_profile_cannot_migrate(lee, legacy_clinic, backend):
    profile = {name: value for name, value in CLINIC.items() if name != "clinicType"}
    lee.api.put(path(legacy_clinic), profile)
    refused = lee.api.post(path(legacy_clinic, "migrate"))
    assert refused.json() == {"message": "constraint violation: incomplete clinic profile"}
    assert refused.status_code == 422
    assert "isMigrated" not in stored(legacy_clinic)
    assert backend.post(path(legacy_clinic, "migrate")).status_code == 403


def test_an_account_migrates_once_ever(lee, ready_clinic, backend):
    lee.api.post(path(ready_clinic, "migrate"))
    second = backend.post(f"/v1/clinicians/{lee.user_id}/migrate").json()
    lee.api.put(path(second), CLINIC)
    refused = lee.api.post(path(second, "migrate"))
    assert (refused.status_code, refused.json()) == (409, {"message": "migration duplicate"})
    assert "isMigrated" not in stored(second)


def test_a_further_account_migrates_into_a_clinic_it_belongs_to(clinic, lee, ada, backend):
    url = path(clinic, "migrations")
    missing = backend.post(url, {"userId": lee.user_id})
    assert (missing.status_code, missing.json()) == (404, {"message": "clinician not found"})
    add_member(clinic, lee)
    assert ada.api.post(url, {"userId": lee.user_id}).status_code == 403
    response = backend.post(url, {"userId": lee.user_id, "status": "COMPLETED"})
    assert (response.status_code, response.json()["status"]) == (200, "PENDING")
    again = backend.post(url, {"userId": lee.user_id})
    assert (again.status_code, again.json()) == (409, {"message": "migration duplicate"})
    assert backend.post(url, {"userId": ""}).status_code == 400
    assert backend.post(url).status_code == 400


def test_a_clinic_that_has_not_migrated_takes_no_further_account(lee, legacy_clinic, backend):
    response = backend.post(path(legacy_clinic, "migrations"), {"userId": lee.user_id})
    assert response.status_code == 422
    assert response.json() == {"message": "constraint violation: clinic is already migrated"}


# --- reading and setting --------------------------------------------------------------------------
def test_migrations_are_read_and_set(lee, ready_clinic, backend, eve):
    assert lee.api.get(path(ready_clinic, "migrations")).json() == []
    migration = lee.api.post(path(ready_clinic, "migrate")).json()
    one = path(ready_clinic, "migrations", lee.user_id)
    assert lee.api.get(path(ready_clinic, "migrations")).json() == [migration]
    assert lee.api.get(one).json() == migration
    assert eve.api.get(one).status_code == 403
    assert lee.api.patch(one, {"status": "RUNNING"}).status_code == 403
    for status in ("RUNNING", "COMPLETED", "PENDING"):
        answer = backend.patch(one, {"status": status})
        assert (answer.status_code, answer.json()["status"]) == (200, status)
    assert backend.patch(one, {"status": "DONE"}).status_code == 400
    assert backend.patch(one).status_code == 400


def test_unknown_clinic_or_migration_is_404(clinic, backend):
    one = path(clinic, "migrations", "0000000000")
    for response in (backend.get(one), backend.patch(one, {"status": "RUNNING"})):
        assert response.status_code == 404
        assert response.json() == {"message": "migration not found"}
    assert backend.get(path({"id": UNKNOWN}, "migrations")).json() == []
    for place in ("migrations", "migrate"):
        assert backend.get(path({"id": "XYZ"}, place)).status_code in (400, 404)
    assert backend.get(path({"id": "XYZ"}, "migrations")).status_code == 400


# --- the move -------------------------------------------------------------------------------------
def test_the_patients_who_share_with_the_account_become_patients(lee, ready_clinic, dot, eve):
    share(dot, lee, "view", "upload")
    share(eve, lee, "view", "note", "custodian")
    lee.api.post(path(ready_clinic, "migrate"))
    deliver_all()
    moved = record(ready_clinic, dot)
    assert moved["permissions"] == {"view": {}, "upload": {}}
    assert (moved["isMigrated"], moved["legacyClinicianIds"]) == (True, [lee.user_id])
    assert record(ready_clinic, eve)["permissions"].keys() == {"view", "note", "custodian"}
    migration = db.collection("migrations").find_one({"userId": lee.user_id})
    assert migration["status"] == "COMPLETED"
    assert permission_service().list_owners(lee.user_id).keys() <= {lee.user_id}
    account = user_service().get_user(lee.user_id)
    assert account.roles == ("clinician",)
    assert user_service().check_token(lee.token) is None


def test_everyone_is_told_once(lee, ready_clinic, dot):
    share(dot, lee, "view")
    lee.api.post(path(ready_clinic, "migrate"))
    for _ in range(3):
        migrations.migrate_patients(clinic_id=ObjectId(ready_clinic["id"]), user_id=lee.user_id)
    expected = {
        "clinicId": ready_clinic["id"],
        "userId": dot.user_id,
        "legacyClinicianId": lee.user_id,
    }
    assert emitted("migration.patient_moved") == [expected]
    done = {"clinicId": ready_clinic["id"], "userId": lee.user_id}
    assert emitted("migration.completed") == [done]


def test_a_patient_of_the_clinic_keeps_what_the_clinic_knows(lee, ready_clinic, dot, backend):
    backend.post(
        path(ready_clinic, "patients", dot.user_id),
        {"fullName": "Dorothea", "birthDate": "1999-09-09", "permissions": {"view": {}}},
    )
    share(dot, lee, "view", "upload")
    lee.api.post(path(ready_clinic, "migrate"))
    deliver_all()
    migrated = record(ready_clinic, dot)
    assert migrated["fullName"] == "Dorothea"
    assert migrated["legacyClinicianIds"] == [lee.user_id]


def test_a_patient_whose_account_is_gone_is_passed_over(lee, ready_clinic, dot):
    permission_service().set_permissions("00000000ee", lee.user_id, {"view": {}})
    share(dot, lee, "view")
    lee.api.post(path(ready_clinic, "migrate"))
    deliver_all()
    assert record(ready_clinic, dot)
    assert db.collection("migrations").find_one({"userId": lee.user_id})["status"] == "COMPLETED"


def test_a_stopped_migration_goes_on_where_it_was(lee, ready_clinic, dot, eve, monkeypatch):
    share(dot, lee, "view")
    share(eve, lee, "view")
    lee.api.post(path(ready_clinic, "migrate"))
    clinic_id = ObjectId(ready_clinic["id"])
    create = migrations.patients.create_patient_from_user
    calls = []

    def break_at_the_second(**arguments):
        calls.append(arguments["user_id"])
        if len(calls) == 2:
            raise ConnectionError
        return create(**arguments)

    with monkeypatch.context() as patch:
        patch.setattr(migrations.patients, "create_patient_from_user", break_at_the_second)
        with pytest.raises(ConnectionError):
            migrations.migrate_patients(clinic_id=clinic_id, user_id=lee.user_id)
    assert db.collection("migrations").find_one({"userId": lee.user_id})["status"] == "RUNNING"
    assert db.collection("patients").count_documents({}) == 1
    migrations.migrate_patients(clinic_id=clinic_id, user_id=lee.user_id)
    assert record(ready_clinic, dot)
    assert record(ready_clinic, eve)
    assert db.collection("patients").count_documents({}) == 2
    assert len(emitted("migration.patient_moved")) == 2


def test_a_patient_who_was_told_is_not_told_again(lee, ready_clinic, dot, monkeypatch):
    share(dot, lee, "view")
    lee.api.post(path(ready_clinic, "migrate"))
    clinic_id = ObjectId(ready_clinic["id"])

    def fail(*_):
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(permission_service(), "set_permissions", fail, raising=False)
        with pytest.raises(ConnectionError):
            migrations.migrate_patients(clinic_id=clinic_id, user_id=lee.user_id)
    assert len(emitted("migration.patient_moved")) == 1
    migrations.migrate_patients(clinic_id=clinic_id, user_id=lee.user_id)
    assert len(emitted("migration.patient_moved")) == 1
    assert permission_service().list_owners(lee.user_id).keys() == {lee.user_id}


def test_a_full_plan_keeps_some_waiting_and_the_rest_moves(lee, ready_clinic, dot, eve, backend):
    share(dot, lee, "view", "custodian")
    share(eve, lee, "view")
    backend.put(path(ready_clinic, "settings", "patient_count"), {"hardLimit": {"plan": 0}})
    lee.api.post(path(ready_clinic, "migrate"))
    clinic_id = ObjectId(ready_clinic["id"])
    with pytest.raises(migrations.Unfinished):
        migrations.migrate_patients(clinic_id=clinic_id, user_id=lee.user_id)
    assert record(ready_clinic, eve)
    assert record(ready_clinic, dot) is None
    assert permission_service().get_permissions(dot.user_id, lee.user_id)
    backend.put(path(ready_clinic, "settings", "patient_count"), {})
    migrations.migrate_patients(clinic_id=clinic_id, user_id=lee.user_id)
    assert record(ready_clinic, dot)
    assert db.collection("migrations").find_one({"userId": lee.user_id})["status"] == "COMPLETED"


def test_a_large_account_moves_slice_by_slice(lee, ready_clinic, settings, monkeypatch):
    monkeypatch.setattr(migrations, "SLICE", timedelta(0))
    people = [make_person(f"Pat {n}") for n in range(5)]
    for person in people:
        share(person, lee, "view")
    lee.api.post(path(ready_clinic, "migrate"))
    migrations.migrate_patients(clinic_id=ObjectId(ready_clinic["id"]), user_id=lee.user_id)
    assert db.collection("patients").count_documents({}) == 1
    deliver_all()
    assert db.collection("patients").count_documents({}) == 5
    assert db.collection("migrations").find_one({"userId": lee.user_id})["status"] == "COMPLETED"


def test_migration_moves_a_limited_number_at_a_time(lee, ready_clinic, settings):
    settings.MIGRATIONS_PER_SECOND = 10
    for number in range(4):
        share(make_person(f"Pat {number}"), lee, "view")
    lee.api.post(path(ready_clinic, "migrate"))
    started = time.monotonic()
    migrations.migrate_patients(clinic_id=ObjectId(ready_clinic["id"]), user_id=lee.user_id)
    assert time.monotonic() - started >= 0.4


def test_a_migration_whose_clinic_is_gone_does_nothing(lee, ready_clinic):
    lee.api.post(path(ready_clinic, "migrate"))
    db.collection("clinics").delete_many({})
    deliver_all()
    assert db.collection(outbox.COLLECTION).count_documents({"state": outbox.DEAD}) == 0
