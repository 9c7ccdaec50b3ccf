"""Every query of the confirmations uses an index (rules CONFIRM-16 and CONFIRM-142)."""

import pytest

from confirmations.services import care_team, clinic_shares, clinician_invites, signups, states
from confirmations.store import confirmations as store
from kernel import clock, db

EXPLAINED = (store.COLLECTION,)
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
    explained = db.collection(store.COLLECTION).explain(query, sort=[("created", -1)], **options)
    return str(explained["queryPlanner"]["winningPlan"])


@pytest.mark.parametrize(
    ("index", "query"), [(name, query) for name, queries in BY_ID.items() for query in queries]
)
def test_lists_use_their_index(index, query):
    chosen = plan(query)
    assert "COLLSCAN" not in chosen
    assert index in chosen


@pytest.mark.parametrize("conditions", [signups.PENDING, care_team.PENDING])
def test_finding_an_address_scans_an_index_in_order(conditions):
    chosen = plan(
        {**conditions, **store.with_address_key("a@example.org")}, hint=store.ADDRESS_INDEX
    )
    assert "IXSCAN" in chosen
    assert "COLLSCAN" not in chosen
    assert "'SORT'" not in chosen


def stored(key, email, **fields):
    document = {**signups.PENDING, "_id": key, "email": email, "userId": "", "created": clock.now()}
    db.collection(store.COLLECTION).insert_one({**document, **fields})


def test_a_document_without_key_is_found_and_the_backfill_adds_its_key():
    stored("one", "Some.One@example.org")
    assert store.find_newest_of_address("some.one@example.org", signups.PENDING)["_id"] == "one"
    assert store.fill_in_address_keys() == 1
    assert store.fill_in_address_keys() == 0
    assert store.find_by_key("one", {"emailKey": "some.one@example.org"}) is not None
    assert store.find_newest_of_address("some.one@example.org", signups.PENDING)["_id"] == "one"


def test_the_backfill_fills_in_keys_in_batches_even_without_an_address():
    for number, email in enumerate(["", None, "a@example.org", "no address", "b@example.org"]):
        stored(str(number), email)
    db.collection(store.COLLECTION).insert_one({"_id": "without"})
    assert store.fill_in_address_keys(batch=2) == 6
    assert db.collection(store.COLLECTION).find_one({"emailKey": None}) is None


@pytest.mark.parametrize("has_key", [True, False])
@pytest.mark.parametrize(
    "text", ["some\u00ad.one@example.org", "ｓome.one@example.org", "some.one@example.org\u200b"]
)
def test_a_stored_lookalike_address_is_not_found_with_or_without_a_key(text, has_key):
    stored("one", text, **({"emailKey": "some.one@example.org"} if has_key else {}))
    assert store.find_newest_of_address("some.one@example.org", signups.PENDING) is None
    assert store.set_receiver("some.one@example.org", signups.PENDING, "u") == 0


def test_without_an_address_nothing_is_found():
    stored("one", "")
    assert store.find_newest_of_address("", signups.PENDING) is None
    assert store.set_receiver("", signups.PENDING, "u") == 0


def test_addresses_are_found_in_any_case_and_ids_only_in_exact_case():
    db.collection(store.COLLECTION).insert_one(
        {**signups.PENDING, "_id": "Key", "email": "Some.One@example.org", "created": clock.now()}
    )
    assert store.find_newest_of_address("some.one@EXAMPLE.org", signups.PENDING) is not None
    assert store.find_newest_of_address("someXone@example.org", signups.PENDING) is None
    assert store.find_by_key("key", {}) is None
    assert store.find_by_key("Key", {}) is not None
