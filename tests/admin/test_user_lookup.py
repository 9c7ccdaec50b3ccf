"""In which clinics is a person? Members, invited people and patients, by address and by id, in any number of
clinics."""

import re
from datetime import timedelta
from unittest.mock import Mock

import pytest
from bson import ObjectId

from clinic_records.services.people import Person
from clinics.admin import members, people_meant, user_lookup
from clinics.services import staff_reads as clinic_reads
from kernel import clock, db
from kernel.errors import Unauthorized
from kernel.http import ServiceUnavailable
from kernel.page_limits import MOST_COUNTED
from patients.services import staff_reads as patient_reads
from patients.services import text_backfills
from tests.admin.conftest import events, patient_ids, text
from tests.admin.grown_data import costs
from tests.factories import make_clinic, make_clinician, make_patient
from users.clients.protocol import UserUpdate
from users.services import sessions
from users.services.neighbours import user_service


def rows_under(response, heading):
    """The first cell's text and the user id of each row of one of the two lists."""
    section = re.search(rf"<h2>{heading}.*?</section>", text(response), re.DOTALL)
    return re.findall(r"<tr><th scope=\"row\">.*?</tr>", section[0], re.DOTALL) if section else []


def test_a_lookup_by_address_finds_everyone_listed_with_it(clinic, ada, staff):
    """Members, invited people and patients, with an account or without, several if there are several."""
    other = make_clinic(name="Second Clinic")
    address = "kim.doe@example.org"
    db.collection("clinicians").insert_one(
        {"clinicId": other["_id"], "email": address, "inviteId": "k", "roles": []}
    )
    first_patient, second_patient = (
        make_patient(where, fullName=name, email=address)
        for where, name in ((clinic, "Kim Doe"), (other, "K. Doe"))
    )
    make_patient(clinic, fullName="Someone Else", email="kim.doe2@example.org")
    person = staff("support")
    for typed in (address, f" {address.upper()} "):
        page = person.get("users/", {"q": typed})
        assert "No one found" not in text(page)
        assert "Second Clinic" in "".join(rows_under(page, "As a clinician"))
        listed = "".join(rows_under(page, "As a patient"))
        assert (first_patient["userId"] in listed, second_patient["userId"] in listed) == (
            True,
            True,
        )
        assert "Someone Else" not in text(page)
    (event, _) = events(action="user.looked_up")
    assert event["scope"]["patients"] == sorted([first_patient["userId"], second_patient["userId"]])
    assert address not in str(event)


def test_the_address_of_an_account_also_finds_records_with_another_user_id(clinic, ben, staff):
    listed = make_patient(clinic, fullName="Ben as a patient", email=ben.email)
    for typed in (ben.email, ben.user_id, ben.user_id.upper()):
        page = staff("support").get("users/", {"q": typed})
        assert len(rows_under(page, "As a clinician")) == 1
        assert listed["userId"] in "".join(rows_under(page, "As a patient"))


def test_a_viewer_does_not_learn_that_no_clinic_lists_a_patient(clinic, staff):
    make_patient(clinic, fullName="Kim Doe", email="kim.doe@example.org")
    page = text(staff("viewer").get("users/", {"q": "kim.doe@example.org"}))
    assert "Kim Doe" not in page
    assert "no clinic has a member or an invite with it" in page
    assert "Your role does not show whether this user is a patient" in page


@pytest.mark.parametrize("role", ["viewer", "configuration", "support"])
def test_every_lookup_is_recorded_and_only_support_is_told_who_is_a_patient(
    clinic, ada, staff, role
):
    details = {"fullName": "Kim Doe", "birthDate": "1990-01-02", "email": "kim.doe@example.org"}
    patient = ada.api.post(f"/v1/clinics/{clinic['_id']}/patients", details).json()
    page = text(staff(role).get("users/", {"q": details["email"]}))
    assert ("custodial" in page) == (role == "support")
    (event,) = events(action="user.looked_up")
    assert event["object"]["id"] == patient["id"]
    assert ("patientRecords" in event["scope"]) == (role == "support")


@pytest.mark.parametrize("typed", ["Nora Nowhere", "nowhere", "0123", "0" * 24])
def test_a_name_that_no_one_has_is_said(clinic, staff, typed, monkeypatch):
    """The name is in no URL that is called, and in no audit event."""
    monkeypatch.setattr(user_lookup, "user_service", lambda: pytest.fail("called"))
    page = text(staff("support").get("users/", {"q": typed}))
    assert people_meant.NONE in page
    assert "No one found" not in page
    assert events(action="user.looked_up") == []
    assert typed not in str(events())


def test_a_lookup_shows_clinics_while_the_user_service_is_down(clinic, staff, monkeypatch):
    outage = Mock(side_effect=ServiceUnavailable("users"))
    monkeypatch.setattr(user_lookup, "user_service", outage)
    make_patient(clinic, fullName="Kim Doe", email="kim.doe@example.org")
    page = text(staff("support").get("users/", {"q": "kim.doe@example.org"}))
    assert "The user service does not answer" in page
    assert "Kim Doe" in page


def test_a_stored_address_in_another_spelling_is_found_after_a_backfill(clinic, staff):
    make_patient(clinic, fullName="Kim Doe", email="Kim.Doe@Example.Org")
    assert text_backfills.make_patients_normal() == {"email": 1}
    assert "Kim Doe" in text(staff("support").get("users/", {"q": "kim.doe@example.org"}))


@pytest.mark.parametrize("kind", ["clinician", "patient"])
def test_a_user_of_many_clinics_is_paged_with_the_same_few_queries(kind, ben, root, mongo_commands):
    heading = f"As a {kind}"

    def ask(**query):
        with mongo_commands() as commands:
            page = root.get("users/", {"q": ben.user_id, **query})
        return page, len([name for name in commands if name in ("find", "aggregate", "getMore")])

    make = (
        make_clinician
        if kind == "clinician"
        else lambda clinic, _: make_patient(clinic, userId=ben.user_id)
    )
    make(make_clinic(name="Clinic 0"), ben)
    _, few = ask()
    for number in range(1, 60):
        make(make_clinic(name=f"Clinic {number}"), ben)
    page, queries = ask()
    assert len(rows_under(page, heading)) == 25
    assert "All 60" in text(page)
    assert queries <= few
    names = []
    for number in (1, 2, 3):
        page, queries = ask(**{"as": kind, "page": number})
        names += re.findall(r">(Clinic \d+)</a>", "".join(rows_under(page, heading)))
        assert queries <= few
    assert sorted(names) == sorted(f"Clinic {number}" for number in range(60))
    assert "51–60 of 60" in text(page)
    assert "Nothing on this page" in text(ask(**{"as": kind, "page": 9})[0])


@pytest.mark.parametrize("name", ["clinicians", "patients"])
def test_a_lookup_reads_only_indexes(name, clinic, ben):
    make_patient(clinic, email="kim.doe@example.org")
    query = {
        "$or": [{"userId": ben.user_id}, {"email": {"$in": ["a@example.org", "b@example.org"]}}]
    }
    plan = str(db.collection(name).explain(query))
    assert "COLLSCAN" not in plan
    assert re.findall(r"'indexName': '(\w*OfEmail)'", plan)


# --- who was removed -----------------------------------------------------------------------------------
def removed(root, clinic, path, **fields):
    """The reference of the event that this leaves."""
    root.post(f"clinics/{clinic['_id']}/{path}", reason="T-1", confirmed="1", **fields)
    return events(outcome="done", clinicId=clinic["_id"])[-1]["object"]["id"]


@pytest.fixture
def of_patient(clinic, root):
    user_id = patient_ids(clinic)[0]
    return removed(root, clinic, f"patients/{user_id}/remove", typed="Maria Marker")


def test_the_reference_of_a_removed_patient_finds_the_person(of_patient, clinic, staff):
    """An account of a custodial patient may be gone with the record."""
    page = staff("support").get("users/", {"q": of_patient})
    (row,) = rows_under(page, "Was a patient")
    assert ("Maria Marker" in row, clinic["name"] in row) == (True, True)
    (event,) = events(action="user.looked_up")
    assert event["object"]["id"] == of_patient
    assert event["scope"]["formerPatientRecords"] == 1
    assert event["scope"]["patients"] == [of_patient]
    assert "Maria" not in str(event)


@pytest.mark.parametrize("role", ["viewer", "configuration", "integration", "destructive"])
def test_roles_that_may_not_see_patients_do_not_see_removed_ones(of_patient, staff, role):
    page = text(staff(role).get("users/", {"q": of_patient}))
    assert "Maria Marker" not in page
    assert "Was a patient" not in page
    assert "Your role does not show whether this user is a patient" in page


def test_a_removed_member_is_found_by_the_reference(clinic, ben, root, staff):
    reference = removed(root, clinic, f"members/{ben.user_id}/remove", typed="Ben Member")
    assert reference == ben.user_id
    page = staff("viewer").get("users/", {"q": reference})
    (row,) = rows_under(page, "Was a clinician")
    name, _, _ = ben.email.partition("@")
    assert ("Ben Member" in row, name in row) == (True, False)
    assert name in "".join(
        rows_under(staff("support").get("users/", {"q": reference}), "Was a clinician")
    )


def test_an_invite_is_found_by_the_reference_pending_and_revoked(clinic, root, staff, monkeypatch):
    monkeypatch.setattr(user_lookup, "user_service", lambda: pytest.fail("called"))
    support = staff("support")
    pending = db.collection("clinicians").find_one({"inviteId": "secret-invite-key"})
    page = support.get("users/", {"q": str(pending["_id"])})
    assert "invited" in "".join(rows_under(page, "As a clinician"))
    path = f"invites/{members.audit_key('secret-invite-key')}/revoke"
    reference = removed(root, clinic, path, typed="Invited@Example.ORG")
    assert reference == str(pending["_id"])
    page = support.get("users/", {"q": reference})
    assert "invited@example.org" in "".join(rows_under(page, "Was a clinician"))
    assert "invited@example.org" not in text(staff("viewer").get("users/", {"q": reference}))
    looks = events(action="user.looked_up")
    assert {event["object"]["id"] for event in looks} == {reference}
    assert "invited@" not in str(looks)


def test_a_person_removed_from_many_clinics_is_paged(clinic, root, ben):
    rows = [
        {"deletedTime": clock.now(), "patient": {"clinicId": clinic["_id"], "userId": ben.user_id}}
        for _ in range(60)
    ]
    db.collection("patient_deletions").insert_many(rows)
    page = root.get("users/", {"q": ben.user_id})
    assert len(rows_under(page, "Was a patient")) == 25
    assert "All 60" in text(page)
    page = root.get("users/", {"q": ben.user_id, "as": "former-patient", "page": 3})
    assert len(rows_under(page, "Was a patient")) == 10


@pytest.mark.parametrize(
    ("part", "name", "index"),
    [
        ("patient", "userId", "DeletedRecordsOfUser"),
        ("clinician", "userId", "DeletedMembershipsOfUser"),
        ("clinician", "_id", "DeletedInvites"),
    ],
)
def test_the_archives_are_read_by_index(part, name, index):
    plan = str(db.collection(f"{part}_deletions").explain({f"{part}.{name}": "x"}))
    assert "COLLSCAN" not in plan
    assert index in plan


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("patients", patient_reads.list_records),
        ("clinicians", clinic_reads.list_memberships),
    ],
)
def test_the_records_of_a_person_of_very_many_clinics_cost_a_page(name, read):
    person = Person(user_id="0123456789", spellings=("many@example.org",))
    records = [
        {"clinicId": ObjectId(), "userId": "0123456789", "email": "many@example.org",
         "createdTime": clock.now() - timedelta(minutes=number)}
        for number in range(900)
    ]  # fmt: skip
    records[0].pop("email")
    records[1]["userId"] = "9876543210"
    db.collection(name).insert_many(records)
    with costs() as cost:
        found, total = read(person, skip=0, limit=25)
    assert [one["_id"] for one in found] == [one["_id"] for one in records[:25]]
    assert total == MOST_COUNTED
    assert cost["documents"] <= 60
    assert cost["keys"] <= 60 + 2 * MOST_COUNTED


# --- last log-in ------------------------------------------------------------------------------------
PASSWORD = "correct-horse"


def last_login_on(response):
    return re.search(r"<dt>Last log-in</dt><dd>(.*?)</dd>", text(response), re.DOTALL)[1]


def log_in(person):
    user_service().update_user(person.user_id, UserUpdate(password=PASSWORD, email_verified=True))
    sessions.log_in(email=person.email, password=PASSWORD, client_address="192.0.2.1")


def stored_login(person):
    return db.collection("accounts").find_one({"_id": person.user_id}).get("lastLoginTime")


def test_the_last_log_in_is_shown(ben, staff):
    assert last_login_on(staff("viewer").get("users/", {"q": ben.user_id})) == user_lookup.NOT_KNOWN
    log_in(ben)
    moment = stored_login(ben)
    assert f"{moment:%H:%M} UTC" in last_login_on(staff("viewer").get("users/", {"q": ben.user_id}))


def test_log_ins_are_noted_once_an_hour(ben):
    log_in(ben)
    first = stored_login(ben)
    log_in(ben)
    assert stored_login(ben) == first
    older = first - timedelta(hours=1, seconds=1)
    db.collection("accounts").update_one({"_id": ben.user_id}, {"$set": {"lastLoginTime": older}})
    log_in(ben)
    assert stored_login(ben) >= first


def test_a_wrong_password_is_no_log_in(ben):
    log_in(ben)
    db.collection("accounts").update_one({"_id": ben.user_id}, {"$unset": {"lastLoginTime": ""}})
    with pytest.raises(Unauthorized):
        sessions.log_in(email=ben.email, password="wrong", client_address="192.0.2.1")
    assert stored_login(ben) is None


def test_of_accounts_elsewhere_it_is_not_known(ben, staff, monkeypatch):
    monkeypatch.setattr(user_lookup.accounts, "are_embedded", lambda: False)
    page = staff("viewer").get("users/", {"q": ben.user_id})
    assert "not known here" in last_login_on(page)
