"""How a clinician logs in, as the account service tells it (rules CLINIC-130 to CLINIC-135)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from bson import ObjectId

from clinics.services import merging
from kernel import clock, db
from tests.cast import add_member, make_clinic
from tests.commands import unseen_writes
from tests.events import deliver_all
from users.embedded import accounts

ENABLED, LATER, LATEST = "2026-06-01T08:00:00Z", "2026-06-02T09:30:00Z", "2026-06-03T10:00:00Z"
PROVIDERS = [{"alias": "hospital", "name": "Example Hospital"}]


def tell(backend, person, **changes):
    return backend.patch(f"/v1/clinicians/{person.user_id}/securityProfile", changes)


def url(clinic, person):
    return f"/v1/clinics/{clinic['id']}/clinicians/{person.user_id}"


def profile(api, clinic, person):
    return api.get(url(clinic, person)).json().get("securityProfile")


def stored(clinic, person):
    query = {"clinicId": ObjectId(clinic["id"]), "userId": person.user_id}
    return db.collection("clinicians").find_one(query)


def test_what_is_told_one_after_another_is_put_together(clinic, ben, ada, backend):
    before = stored(clinic, ben)["updatedTime"]
    assert profile(ada.api, clinic, ben) is None

    for change in (
        {"lastLoginTime": LATER},
        {"mfaEnabled": True, "mfaEnabledTime": ENABLED},
        {"identityProviders": PROVIDERS},
        {},
    ):
        answer = tell(backend, ben, **change)
        assert (answer.status_code, answer.content) == (204, b"")
    complete = {
        "mfaEnabled": True,
        "mfaEnabledTime": ENABLED,
        "identityProviders": PROVIDERS,
        "lastLoginTime": LATER,
    }
    assert profile(ada.api, clinic, ben) == complete

    tell(backend, ben, lastLoginTime=LATEST)
    assert profile(ada.api, clinic, ben) == {**complete, "lastLoginTime": LATEST}
    tell(backend, ben, mfaEnabled=False)
    rest = {"identityProviders": PROVIDERS, "lastLoginTime": LATEST}
    assert profile(ada.api, clinic, ben) == {"mfaEnabled": False, **rest}
    tell(backend, ben, identityProviders=[])
    assert profile(ada.api, clinic, ben)["identityProviders"] == []
    assert stored(clinic, ben)["updatedTime"] == before


def test_there_is_no_time_of_a_second_factor_that_is_off(clinic, ben, backend):
    """Whether it is told with it or later; and what another service has stored is not shown so."""
    for changes in ({"mfaEnabled": False, "mfaEnabledTime": ENABLED}, {"mfaEnabledTime": ENABLED}):
        assert tell(backend, ben, **changes).status_code == 204
        assert stored(clinic, ben)["securityProfile"] == {"mfaEnabled": False}
    tell(backend, ben, mfaEnabled=True, mfaEnabledTime=ENABLED)
    told = {"mfaEnabled": True, "mfaEnabledTime": ENABLED}
    assert profile(backend, clinic, ben) == told
    with unseen_writes():
        db.collection("clinicians").update_one(
            {"userId": ben.user_id}, {"$set": {"securityProfile.mfaEnabled": False}}
        )
    assert profile(backend, clinic, ben) == {"mfaEnabled": False}


def test_an_older_login_never_replaces_a_later_one(clinic, ben, backend):
    moments = [f"2026-06-{day:02}T08:00:00Z" for day in (3, 9, 1, 7, 2, 8, 4)]
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda moment: tell(backend, ben, lastLoginTime=moment), moments)
        assert {answer.status_code for answer in answers} == {204}
    assert profile(backend, clinic, ben)["lastLoginTime"] == max(moments)


def test_a_login_in_the_future_gives_way_to_the_next_one(clinic, ben, backend):
    """Clocks differ, so an hour ahead is none."""
    soon = clock.now() + timedelta(minutes=50)
    ahead, next_one = clock.format_time(soon), clock.format_time(soon - timedelta(minutes=45))
    for told, known in (
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        (LATER, LATER),
        (ahead, ahead),
        (next_one, ahead),
    ):
        assert tell(backend, ben, lastLoginTime=told).status_code == 204
        assert profile(backend, clinic, ben)["lastLoginTime"] == known


@pytest.mark.parametrize("broken", [None, "yes", [], {"lastLoginTime": "yesterday"}])
def test_a_profile_that_cannot_be_read_is_replaced(clinic, ben, backend, broken):
    with unseen_writes():
        db.collection("clinicians").update_one(
            {"userId": ben.user_id}, {"$set": {"securityProfile": broken}}
        )
    assert profile(backend, clinic, ben) in (None, {"mfaEnabled": False})

    assert tell(backend, ben, lastLoginTime=LATER).status_code == 204
    assert profile(backend, clinic, ben) == {"mfaEnabled": False, "lastLoginTime": LATER}


@pytest.mark.parametrize(
    "wrong",
    [
        {"lastLoginTime": "2026-06-01"},
        {"mfaEnabledTime": "soon"},
        {"mfaEnabled": "perhaps"},
        {"identityProviders": [{"alias": "hospital"}]},
        {"identityProviders": [{"alias": "", "name": "Example Hospital"}]},
        {"identityProviders": "hospital"},
    ],
)
def test_what_is_not_well_formed_is_refused_and_changes_nothing(clinic, ben, backend, wrong):
    assert tell(backend, ben, **{"mfaEnabled": True, **wrong}).status_code == 400
    assert "securityProfile" not in stored(clinic, ben)


def test_only_services_tell_it_and_only_of_clinicians(clinic, ada, ben, dot, backend):
    for person in (ada, ben):
        assert tell(person.api, ben, mfaEnabled=True).status_code == 403
    unknown = tell(backend, dot, mfaEnabled=True)
    assert (unknown.status_code, unknown.json()) == (404, {"message": "clinician not found"})


def test_admins_services_and_the_person_see_it(clinic, ada, ben, cy, backend):
    add_member(clinic, cy)
    tell(backend, ben, mfaEnabled=True)
    tell(backend, ada, mfaEnabled=True)
    listed = f"/v1/clinics/{clinic['id']}/clinicians"

    for api in (ada.api, backend, ben.api):
        assert profile(api, clinic, ben) == {"mfaEnabled": True}
    assert profile(cy.api, clinic, ben) is None
    seen = {c["id"]: "securityProfile" in c for c in ben.api.get(listed).json()}
    assert seen == {ada.user_id: False, ben.user_id: True, cy.user_id: False}
    (own,) = ben.api.get(f"/v1/clinicians/{ben.user_id}/clinics").json()
    assert own["clinician"]["securityProfile"] == {"mfaEnabled": True}


def test_clients_cannot_set_it_and_an_update_keeps_it(clinic, ada, ben, eve, backend):
    tell(backend, ben, mfaEnabled=True, lastLoginTime=LATER)
    known = profile(ada.api, clinic, ben)
    claimed = {"securityProfile": {"mfaEnabled": False, "lastLoginTime": LATEST}}
    body = {"email": ben.email, "roles": ["CLINIC_ADMIN"], **claimed}

    assert ada.api.put(url(clinic, ben), body).json()["securityProfile"] == known
    for anything in (None, "x", {"lastLoginTime": "never"}, {"identityProviders": [{}]}):
        said = {**body, "securityProfile": anything}
        assert ada.api.put(url(clinic, ben), said).json()["securityProfile"] == known
    new = {**body, "id": eve.user_id, "email": eve.email}
    created = backend.post(f"/v1/clinics/{clinic['id']}/clinicians", new)
    assert created.status_code == 200
    assert "securityProfile" not in created.json()
    assert "securityProfile" not in stored(clinic, eve)


def test_a_second_clinic_of_the_person_knows_the_same(clinic, ben, ada, cy, backend):
    tell(backend, ben, mfaEnabled=True, identityProviders=PROVIDERS)
    second = make_clinic(cy, name="Second Clinic")
    add_member(second, ben)
    tell(backend, ben, lastLoginTime=LATER)  # before the rest has arrived there
    deliver_all()

    known = profile(ada.api, clinic, ben)
    assert known["identityProviders"] == PROVIDERS
    assert profile(cy.api, second, ben) == known


def test_a_merge_keeps_the_profile_of_the_target(clinic, other_clinic, ben):
    """The record of someone whom the target has already goes as a whole."""
    add_member(other_clinic, ben)
    for place, is_enabled in ((clinic, True), (other_clinic, False)):
        db.collection("clinicians").update_one(
            {"_id": stored(place, ben)["_id"]},
            {"$set": {"securityProfile": {"mfaEnabled": is_enabled}}},
        )
    merging.remove_duplicate(stored(clinic, ben))
    assert stored(other_clinic, ben)["securityProfile"] == {"mfaEnabled": False}


# --- embedded accounts ----------------------------------------------------------------------------
def test_a_login_to_an_embedded_account_is_kept(clinic, ben, ada):
    accounts.note_login(ben.user_id)
    deliver_all()
    login = clock.format_time(accounts.last_login(ben.user_id))
    assert profile(ada.api, clinic, ben) == {"mfaEnabled": False, "lastLoginTime": login}


def test_who_logged_in_before_joining_has_it_in_the_first_clinic(ada, settings):
    accounts.note_login(ada.user_id)
    deliver_all()
    first = make_clinic(ada)
    deliver_all()
    assert profile(ada.api, first, ada)["lastLoginTime"]


def test_of_accounts_elsewhere_nothing_is_kept_by_ourselves(ada, settings):
    accounts.note_login(ada.user_id)
    clinic = make_clinic(ada)
    settings.SHORELINE_ADDRESS = "http://127.0.0.1:9"
    deliver_all()
    assert "securityProfile" not in stored(clinic, ada)
