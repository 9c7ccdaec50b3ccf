"""The demo data: its people can do what README.md and the description say of them, and exist nowhere else."""

import json
from datetime import timedelta
from io import StringIO
from unittest import mock

import pytest
from django.core.management import CommandError, call_command

from clinics.services import clinics, migrations
from clinics_site.management.commands import seed_demo
from kernel import clock, db
from kernel.api import examples
from merges.plan.model import Severity
from merges.services import planning
from patients.services import patient_lists
from patients.services.patient_lists import PatientFilter
from scripts import local
from tests.cast import Api, description
from tests.events import deliver_all, emitted
from tests.hashing import QuickArgon2
from users.services import sessions

CLIENT = "192.0.2.7"


@pytest.fixture
def password_file(tmp_path):
    file = tmp_path / "password"
    file.write_text("a-password-of-a-test")
    return file


@pytest.fixture
def demo(password_file):
    return seed(password_file)


def seed(password_file):
    output = StringIO()
    call_command("seed_demo", password_file=password_file, stdout=output)
    return json.loads(output.getvalue())


def log_in(email, password):
    user, token = sessions.log_in(email=email, password=password, client_address=CLIENT)
    return user.user_id, Api(token)


def test_its_people_log_in_with_what_is_printed_and_have_what_is_said_of_them(demo, password_file):
    clinics = {}
    for person in demo["people"]:
        user_id, api = log_in(person["email"], demo["peoplePassword"])
        memberships = api.get(f"/v1/clinicians/{user_id}/clinics").json()
        clinics[person["who"]] = [m["clinician"]["roles"] for m in memberships]
    assert clinics == {
        "admin of the clinic": [["CLINIC_ADMIN"]],
        "member of the clinic": [["CLINIC_MEMBER"]],
        "patient with an account of her own": [],
        "invited, with no clinic yet": [],
        "admin of Hilltop Endocrine Practice": [["CLINIC_ADMIN"]],
        "legacy account of a practice, with no clinic yet": [],
    }
    addresses = [account.get("username") for account in db.collection("accounts").find({})]
    addresses = [address for address in addresses if address]
    assert len(set(addresses)) == len(addresses)

    it_can_be_filled_again(demo, password_file)
    an_olsen_is_found_as_the_description_says(demo)
    patients_whose_data_are_old_are_found(demo)
    the_invitation_is_accepted_as_the_description_says(demo)
    what_is_printed_is_what_is_true_now(password_file)
    the_second_clinic_can_be_merged_into_the_first(demo)
    a_clinic_is_opened_for_the_legacy_account_and_its_patient_moves(password_file)


def it_can_be_filled_again(demo, password_file):
    counted = {name: db.collection(name).count_documents({}) for name in ("patients", "accounts")}
    with mock.patch.object(QuickArgon2, "encode") as hashed:
        again = seed(password_file)
    assert hashed.call_count == 0  # each takes a third of a second of a core
    assert (again["clinicId"], again["people"]) == (demo["clinicId"], demo["people"])
    assert counted == {name: db.collection(name).count_documents({}) for name in counted}
    assert [m["template"] for m in emitted("mail.requested")].count("clinician_invitation") == 1


def an_olsen_is_found_as_the_description_says(demo):
    _, ada = log_in("ada.admin@example.org", demo["peoplePassword"])
    query = "search=olsen&period=14d&cgm.timeInTargetPercent=%3C0.7"
    found = ada.get(f"/v1/clinics/{demo['clinicId']}/patients?{query}").json()["data"]
    assert "maria.olsen@example.org" in {patient["email"] for patient in found}


def the_invitation_is_accepted_as_the_description_says(demo):
    """With the key and the address of the examples, without listing anything first."""
    example = description()["components"]["examples"]["clinicianInvitation.v1"]["value"]
    user_id, mia = log_in(example["email"], demo["peoplePassword"])
    accepted = mia.put(f"/v1/clinicians/{user_id}/invites/{example['key']}")
    assert (accepted.status_code, accepted.json()["roles"]) == (200, ["CLINIC_MEMBER"])


def patients_whose_data_are_old_are_found(demo):
    found = patient_lists.list_patients(
        clinic_id=demo["clinicId"],
        patient_filter=PatientFilter(no_data_since=clock.now() - timedelta(days=90)),
        ordering=patient_lists.read_ordering({"sort": "+fullName", "sortType": "cgm"}),
        skip=0,
        limit=100,
    )
    with_data = [one for one in found.documents if one.get("summary")]
    assert 0 < len(with_data) < found.count + 1


def what_is_printed_is_what_is_true_now(password_file):
    """Mia has joined."""
    people = {person["email"]: person["who"] for person in seed(password_file)["people"]}
    assert people["mia.member@example.org"] == "member of the clinic"


def the_second_clinic_can_be_merged_into_the_first(demo):
    other = db.collection("clinics").find_one({"name": seed_demo.OTHER_PROFILE.name})
    plan = planning.read_plan(source_id=str(other["_id"]), target_id=demo["clinicId"])
    assert [problem for problem in plan.problems if problem.severity is Severity.BLOCKS] == []


def a_clinic_is_opened_for_the_legacy_account_and_its_patient_moves(password_file):
    lee, maria = seed_demo.LEE, seed_demo.MARIA
    opened = clinics.open_legacy_clinic(user_id=lee.user_id)
    clinics.change_clinic(opened["_id"], {**seed_demo.PROFILE.stored(), "name": "Lee's"})
    migrations.trigger_initial_migration(opened["_id"])
    deliver_all()
    records = db.collection("patients").find({"userId": maria.user_id})
    assert opened["_id"] in {record["clinicId"] for record in records}
    people = {person["email"]: person["who"] for person in seed(password_file)["people"]}
    assert people[lee.email] == "admin of Lee's"


def test_examples_show_the_clinic_that_is_made(demo):
    _, ada = log_in("ada.admin@example.org", demo["peoplePassword"])
    made = ada.get(f"/v1/clinics/{demo['clinicId']}").json()
    shown = dict(description()["components"]["examples"]["clinic.v1"]["value"])
    named = {kind: {one["name"] for one in made[kind]} for kind in ("patientTags", "sites")}
    ids = {kind: {one["id"] for one in made[kind]} for kind in named}
    for kind, names in named.items():
        entries = shown.pop(kind)
        assert {one["name"] for one in entries} <= names
        assert {one["id"] for one in entries} <= ids[kind]
    assert demo["clinicId"] == shown["id"] == examples.CLINIC
    other = db.collection("clinics").find_one({"name": seed_demo.OTHER_PROFILE.name})
    assert str(other["_id"]) == examples.OTHER_CLINIC
    own = ("shareCode", "canMigrate", "createdTime", "updatedTime")
    both = {key: value for key, value in shown.items() if key in made and key not in own}
    assert {"name", "address", "city", "postalCode", "timezone"} <= both.keys()
    assert both == {key: made[key] for key in both}


def test_a_clinic_of_an_earlier_version_keeps_its_ids(password_file, monkeypatch):
    monkeypatch.setattr(seed_demo, "IDS", {})
    before = seed(password_file)["clinicId"]
    monkeypatch.undo()
    assert seed(password_file)["clinicId"] == before != examples.CLINIC
    assert db.collection("clinics").count_documents({}) == 2


def test_a_password_that_was_changed_stays(demo, password_file):
    before = db.collection("accounts").find_one({"username": "ben.member@example.org"})
    changed = {"password": "another hash"}
    db.collection("accounts").update_one({"_id": before["_id"]}, {"$set": changed})
    seed(password_file)
    assert db.collection("accounts").find_one({"_id": before["_id"]})["password"] == "another hash"


def test_people_of_an_earlier_version_get_their_password(demo, password_file):
    ben = {"username": "ben.member@example.org"}
    db.collection("accounts").update_one(ben, {"$unset": {"password": ""}})
    seed(password_file)
    assert log_in(ben["username"], demo["peoplePassword"])


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ENVIRONMENT", "production", "ENVIRONMENT has to be local or test"),
        ("ENVIRONMENT", "staging", "ENVIRONMENT has to be local or test"),
        ("ENVIRONMENT", "", "ENVIRONMENT has to be local or test"),
        ("SHORELINE_ADDRESS", "http://users", "the accounts live in the user service"),
    ],
)
def test_an_installation_is_left_alone(password_file, settings, name, value, reason):
    setattr(settings, name, value)
    with pytest.raises(CommandError, match=reason):
        seed(password_file)
    assert db.collection("accounts").count_documents({}) == 0


def test_a_database_with_other_clinics_is_left_alone(password_file, clinic):
    db.collection("accounts").delete_many({"username": seed_demo.ADA.email})
    with pytest.raises(CommandError, match="make serve"):
        seed(password_file)
    assert db.collection("accounts").count_documents({"username": seed_demo.ADA.email}) == 0


def test_the_readme_names_the_people_and_their_password():
    text = (local.BASE / "README.md").read_text()
    assert seed_demo.PASSWORD in text
    assert [actor.email for actor in seed_demo.CAST if actor.email not in text] == []
