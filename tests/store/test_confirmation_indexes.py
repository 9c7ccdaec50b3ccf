"""Every look at the confirmations goes through an index (behaviour note confirmations, 5 and 14 #18)."""

import pytest

from clinics_site.core import clock, db
from confirmations.services import care_team, clinic_shares, clinician_invites, signups, states
from confirmations.store import confirmations as store

UNEXPIRED = states.unexpired(clock.now())
BY_ID = {
    "ConfirmationReceiver": [
        {**care_team.PENDING, **UNEXPIRED, "userId": "a"},
        {**clinician_invites.PENDING, "userId": "a"},
        {**signups.SIGNUP, "userId": "a"},
    ],
    "ConfirmationSender": [
        {**care_team.SENT, "creatorId": "a"},
    ],
    "ConfirmationClinic": [
        {**clinic_shares.PENDING, "clinicId": "c", **UNEXPIRED},
    ],
}


def plan(query, **options):
    found = db.collection(store.COLLECTION).explain(query, sort=[("created", -1)], **options)
    return str(found["queryPlanner"]["winningPlan"])


@pytest.mark.parametrize(
    ("index", "query"), [(name, query) for name, queries in BY_ID.items() for query in queries]
)
def test_lists_scan_an_index(index, query):
    chosen = plan(query)
    assert "COLLSCAN" not in chosen
    assert index in chosen


@pytest.mark.parametrize("wanted", [signups.PENDING, care_team.PENDING])
def test_addresses_in_any_case_scan_an_index(wanted):
    chosen = plan({**wanted, "email": "a@example.org"}, collation=store.ANY_CASE)
    assert "ConfirmationEmail" in chosen


def test_an_address_is_found_in_any_case_and_a_key_only_in_its_own():
    db.collection(store.COLLECTION).insert_one(
        {**signups.PENDING, "_id": "Key", "email": "Some.One@example.org", "created": clock.now()}
    )
    assert store.find_newest_of_address("some.one@EXAMPLE.org", signups.PENDING) is not None
    assert store.find_newest_of_address("someXone@example.org", signups.PENDING) is None
    assert store.find_by_key("key", {}) is None
    assert store.find_by_key("Key", {}) is not None
