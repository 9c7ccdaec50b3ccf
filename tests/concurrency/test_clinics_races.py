"""Clinics under parallel requests, with real threads (rules CLINIC-19, CLINIC-26, CLINIC-61, CLINIC-74,
CLINIC-96)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from bson import ObjectId

from kernel import db
from tests.cast import CLINIC, add_member

THREADS = 6


def together(*calls):
    """Run the calls at the same moment, and return their responses in order."""
    gate = threading.Barrier(len(calls))

    def run(call):
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def statuses(responses):
    return sorted(response.status_code for response in responses)


def stored(clinic):
    return db.collection("clinics").find_one({"_id": ObjectId(clinic["id"])})


def path(clinic, *more):
    return "/".join(["/v1/clinics", clinic["id"], *more])


def fill(clinic, field, key, count):
    items = [{key: ObjectId(), "name": f"n{number}"} for number in range(count)]
    db.collection("clinics").update_one({"_id": ObjectId(clinic["id"])}, {"$set": {field: items}})


def demotion(caller, clinic, person):
    body = {"email": person.email, "roles": ["CLINIC_MEMBER"]}
    url = path(clinic, "clinicians", person.user_id)
    return lambda: caller.put(url, body)


@pytest.mark.yardstick("C1")
@pytest.mark.parametrize("attempt", range(5))
def test_two_admins_cannot_demote_each_other_at_the_same_time(clinic, ada, eve, attempt):
    add_member(clinic, eve, roles=("CLINIC_ADMIN",))
    responses = together(demotion(ada.api, clinic, eve), demotion(eve.api, clinic, ada))
    # The slower one is refused by the rule, or is no longer an admin.
    assert statuses(responses) in ([200, 422], [200, 403])
    members = db.collection("clinicians").find({"clinicId": ObjectId(clinic["id"])})
    admins = [m["userId"] for m in members if "CLINIC_ADMIN" in m["roles"]]
    assert stored(clinic)["admins"] == admins
    assert len(admins) == 1


def test_the_last_two_admins_cannot_both_be_removed_by_services(clinic, ada, eve, backend):
    add_member(clinic, eve, roles=("CLINIC_ADMIN",))
    urls = [path(clinic, "clinicians", person.user_id) for person in (ada, eve)]
    responses = together(*[lambda url=url: backend.delete(url) for url in urls])
    assert statuses(responses) == [200, 422]
    assert len(stored(clinic)["admins"]) == 1


@pytest.mark.yardstick("C1")
def test_parallel_changes_of_roles_leave_as_many_entries_as_changes(clinic, ben, backend):
    url = path(clinic, "clinicians", ben.user_id)
    sets = [["CLINIC_MEMBER", "PRESCRIBER"], ["CLINIC_ADMIN"], ["CLINIC_ADMIN", "PRESCRIBER"]]
    bodies = [{"email": ben.email, "roles": roles} for roles in sets]
    responses = together(*[lambda body=body: backend.put(url, body) for body in bodies])
    assert statuses(responses) == [200, 200, 200]
    member = db.collection("clinicians").find_one({"userId": ben.user_id})
    history = member["rolesUpdates"]
    assert len(history) == 3
    assert history[-1]["roles"] == member["roles"]
    assert (ben.user_id in stored(clinic)["admins"]) == ("CLINIC_ADMIN" in member["roles"])


@pytest.mark.yardstick("C2")
@pytest.mark.parametrize(("kind", "field"), [("patient_tags", "patientTags"), ("sites", "sites")])
def test_parallel_creations_with_one_name_make_one_record(clinic, ada, kind, field):
    names = ["Type 1", "type 1", "TYPE 1", "Type 1", "tYpe 1", "typE 1"]
    url = path(clinic, kind)
    responses = together(*[lambda n=name: ada.api.post(url, {"name": n}) for name in names])
    assert statuses(responses) == [200] + [409] * 5
    assert len(stored(clinic)[field]) == 1


@pytest.mark.parametrize(
    ("kind", "field", "key"), [("patient_tags", "patientTags", "_id"), ("sites", "sites", "id")]
)
def test_parallel_creations_do_not_exceed_the_limit(clinic, ada, kind, field, key):
    fill(clinic, field, key, 48)
    url = path(clinic, kind)
    calls = [lambda n=number: ada.api.post(url, {"name": f"new {n}"}) for number in range(THREADS)]
    assert statuses(together(*calls)) == [200, 200, 422, 422, 422, 422]
    assert len(stored(clinic)[field]) == 50


@pytest.mark.yardstick("C2")
def test_parallel_renamings_do_not_give_two_tags_the_same_name(clinic, ada):
    fill(clinic, "patientTags", "_id", 4)
    ids = [str(tag["_id"]) for tag in stored(clinic)["patientTags"]]
    urls = [path(clinic, "patient_tags", tag_id) for tag_id in ids]
    responses = together(*[lambda u=url: ada.api.put(u, {"name": "same"}) for url in urls])
    assert statuses(responses) == [200, 409, 409, 409]


@pytest.mark.yardstick("C2")
def test_parallel_creations_of_clinics_get_different_share_codes(ada, cy, monkeypatch):
    from clinics.services import clinics

    def codes():
        yield "SAME-SAME-SAME"
        yield from (f"NEXT-NEXT-AAA{letter}" for letter in "BCDEFGH")

    local = threading.local()

    def next_code():
        if not hasattr(local, "codes"):
            local.codes = codes()
        return next(local.codes)

    monkeypatch.setattr(clinics, "new_share_code", next_code)
    responses = together(
        *[lambda p=person: p.api.post("/v1/clinics", CLINIC) for person in (ada, cy)]
    )
    assert statuses(responses) == [200, 200]
    share_codes = {response.json()["shareCode"] for response in responses}
    assert share_codes == {"SAME-SAME-SAME", "NEXT-NEXT-AAAB"}


@pytest.mark.yardstick("C2")
def test_parallel_equal_invites_make_one_record(clinic, backend):
    body = {"email": "new@example.org", "roles": ["CLINIC_MEMBER"], "inviteId": "key"}
    url = path(clinic, "clinicians")
    responses = together(*[lambda: backend.post(url, body)] * THREADS)
    assert statuses(responses) == [200] + [409] * (THREADS - 1)


def test_parallel_acceptances_of_an_invite_succeed_once(clinic, eve, dot, backend):
    backend.post(
        path(clinic, "clinicians"),
        {"email": "new@example.org", "roles": ["CLINIC_MEMBER"], "inviteId": "key"},
    )
    url = path(clinic, "invites", "clinicians", "key", "clinician")
    users = [eve.user_id, dot.user_id] * 3
    responses = together(*[lambda u=user: backend.patch(url, {"userId": u}) for user in users])
    assert statuses(responses) == [200] + [404] * 5


def test_parallel_migrations_of_an_account_succeed_once(backend, monkeypatch):
    from tests.cast import make_person

    lee = make_person("Lee Legacy", roles=("clinic",))
    clinic = backend.post(f"/v1/clinicians/{lee.user_id}/migrate").json()
    lee.api.put(path(clinic), CLINIC)
    responses = together(*[lambda: lee.api.post(path(clinic, "migrate"))] * THREADS)
    assert statuses(responses)[0] == 200
    assert set(statuses(responses)[1:]) <= {409, 422}
    assert db.collection("migrations").count_documents({}) == 1


def test_a_repeated_request_during_the_first_one_makes_no_second_record(ada, monkeypatch):
    """The client gives up and asks again while the first request is still writing."""
    from clinics.services import clinics

    both_inside = threading.Barrier(2)
    remove = clinics.clinic_creations.remove_creation

    def remove_when_both_have_written(digest):
        both_inside.wait(timeout=20)
        remove(digest)

    monkeypatch.setattr(clinics.clinic_creations, "remove_creation", remove_when_both_have_written)
    responses = together(*[lambda: ada.api.post("/v1/clinics", CLINIC)] * 2)
    assert statuses(responses) == [200, 200]
    assert len({response.json()["id"] for response in responses}) == 1
    assert db.collection("clinics").count_documents({}) == 1


@pytest.mark.parametrize("attempt", range(8))
def test_of_a_deletion_of_a_clinic_and_a_parallel_new_patient_only_one_succeeds(
    clinic, ada, backend, attempt
):
    patient = {"fullName": "Pat Real", "birthDate": "2000-01-01"}
    together(
        lambda: ada.api.post(path(clinic, "patients"), patient),
        lambda: backend.delete(path(clinic)),
    )
    patients = db.collection("patients").count_documents({"clinicId": ObjectId(clinic["id"])})
    assert (stored(clinic) is None) == (patients == 0)
