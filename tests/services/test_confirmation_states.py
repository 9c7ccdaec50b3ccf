"""The state machine of confirmations (rules CONFIRM-17 to CONFIRM-40): the table, and nothing past it."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from confirmations.services import states, transitions
from confirmations.services.documents import new_confirmation
from confirmations.services.states import Event, Kind
from confirmations.store import confirmations as store
from kernel import clock, db, ids

RECEIVER, SENDER, CLINIC, STRANGER = "aaaaaaaaaa", "bbbbbbbbbb", "c" * 24, "dddddddddd"
HOLDS = {"userId": RECEIVER, "creatorId": SENDER, "clinicId": CLINIC}
WEEK, MONTH = timedelta(days=7), timedelta(days=31)
PARTIES = {"receiver": ("userId",), "sender": ("creatorId",), "clinic": ("clinicId",)}

# kind · event · from · to · fields that must be the actor's · ends with expiry · renews · new key
TABLE = """
signup       accept    pending                               completed -                yes no  no
signup       decline   pending                               declined  userId           yes no  no
signup       cancel    pending                               canceled  userId           yes no  no
signup       resend    pending                               pending   -                no  yes yes
signup       reissue   pending,completed,declined,canceled   pending   userId           no  yes yes
reset        accept    pending                               completed -                yes no  no
reset        supersede pending                               canceled  userId           no  no  no
care_team    accept    pending                               completed userId,creatorId yes no  no
care_team    decline   pending                               declined  userId,creatorId no  no  no
care_team    cancel    pending,declined                      canceled  creatorId        no  no  no
care_team    resend    pending                               pending   creatorId        no  yes no
clinic_share accept    pending                               completed clinicId         yes no  no
clinic_share decline   pending,declined                      declined  clinicId         no  no  no
clinic_share cancel    pending,declined                      canceled  creatorId        no  no  no
clinic_share supersede pending,declined                      canceled  clinicId         no  no  no
clinician    accept    pending                               completed userId           yes no  no
clinician    decline   pending                               declined  userId           no  no  no
clinician    cancel    pending                               canceled  clinicId         no  no  no
clinician    resend    pending,completed,declined,canceled   pending   clinicId         no  yes no
"""
EXPECTED = {}
for line in TABLE.strip().splitlines():
    kind, event, sources, target, fields, expires, renews, rekeys = line.split()
    EXPECTED[kind, event] = {
        "sources": set(sources.split(",")),
        "target": target,
        "fields": [] if fields == "-" else fields.split(","),
        "expires": expires == "yes",
        "renews": renews == "yes",
        "rekeys": rekeys == "yes",
    }
LIFETIMES = {
    "signup": MONTH,
    "reset": WEEK,
    "care_team": WEEK,
    "clinic_share": WEEK,
    "clinician": None,
    "no_account": timedelta(days=7),
}
ALL_STATUSES = ("pending", "completed", "declined", "canceled")


def stored(kind, status="pending", **fields):
    has_clinic = kind in ("clinic_share", "clinician")
    document = {
        **new_confirmation(
            Kind(kind),
            template="x",
            email="someone@example.org",
            user_id=RECEIVER,
            creator_id=SENDER,
            clinic_id=CLINIC if has_clinic else "",
        ),
        "status": status,
        **fields,
    }
    store.insert_confirmation(document)
    return document


def read(key):
    return db.collection(store.COLLECTION).find_one({"_id": key})


def parties_of(kind, event, **replaced):
    return {name: replaced.get(name, HOLDS[name]) for name in EXPECTED[kind, event]["fields"]}


def test_the_table_says_what_each_event_does_to_each_status():
    assert {(kind.value, event.value) for kind, event in states.TRANSITIONS} == set(EXPECTED)


@pytest.mark.parametrize(
    ("kind", "event", "status"),
    [(k, e, s) for (k, e), s in product(sorted(EXPECTED), ALL_STATUSES)],
)
def test_each_cell_of_the_table(kind, event, status):
    row = EXPECTED[kind, event]
    before = stored(kind, status)

    after = transitions.perform(Kind(kind), Event(event), before["_id"], parties_of(kind, event))

    if status not in row["sources"]:
        assert after is None
        assert read(before["_id"]) == before
        return
    assert after["status"] == row["target"]
    assert (after["_id"] != before["_id"]) == row["rekeys"]
    assert (read(before["_id"]) is None) == row["rekeys"]
    assert read(after["_id"])["status"] == row["target"]
    assert (after["modified"] == clock.ZERO) == row["renews"]


@pytest.mark.parametrize(("kind", "event"), sorted(EXPECTED))
def test_only_the_parties_may(kind, event):
    for field in EXPECTED[kind, event]["fields"]:
        before = stored(kind)
        parties = parties_of(kind, event, **{field: STRANGER})
        assert transitions.perform(Kind(kind), Event(event), before["_id"], parties) is None
        assert read(before["_id"]) == before


@pytest.mark.parametrize(("kind", "event"), sorted(EXPECTED))
def test_a_kind_is_never_taken_for_another(kind, event):
    for other in LIFETIMES:
        if other == kind:
            continue
        before = stored(other)
        changed = transitions.perform(
            Kind(kind), Event(event), before["_id"], parties_of(kind, event)
        )
        assert changed is None
        assert read(before["_id"]) == before


@pytest.mark.parametrize(("kind", "event"), sorted(EXPECTED))
@pytest.mark.parametrize(("milliseconds", "is_over"), [(-1000, True), (60_000, False)])
def test_expiry_ends_what_grants_something(kind, event, milliseconds, is_over):
    end = clock.now() + timedelta(milliseconds=milliseconds)
    before = stored(kind, expiresAt=end)

    after = transitions.perform(Kind(kind), Event(event), before["_id"], parties_of(kind, event))

    assert (after is None) == (is_over and EXPECTED[kind, event]["expires"])


def test_the_last_millisecond_still_counts():
    moment = clock.now()
    assert not states.has_expired({"expiresAt": moment}, moment)
    assert states.has_expired({"expiresAt": moment}, moment + timedelta(milliseconds=1))
    assert not states.has_expired({}, moment)


@pytest.mark.parametrize(("kind", "lifetime"), sorted(LIFETIMES.items(), key=str))
def test_lifetimes(kind, lifetime):
    document = stored(kind)
    assert document.get("expiresAt") == (
        None if lifetime is None else document["created"] + lifetime
    )
    assert ("expiresAt" in document) == (lifetime is not None)


@pytest.mark.parametrize("kind_event", [k for k, row in EXPECTED.items() if row["renews"]])
def test_sent_again_it_lives_as_long_as_a_new_one(kind_event):
    kind, event = kind_event
    old = clock.now() - timedelta(days=40)
    before = stored(kind, created=old, expiresAt=old + WEEK)

    after = transitions.perform(Kind(kind), Event(event), before["_id"], parties_of(kind, event))

    assert after["created"] > old
    if LIFETIMES[kind] is not None:
        assert after["expiresAt"] == after["created"] + LIFETIMES[kind]


def test_a_record_of_an_unknown_address_changes_never():
    assert not [event for kind, event in states.TRANSITIONS if kind is Kind.NO_ACCOUNT]
    with pytest.raises(KeyError):
        transitions.perform(Kind.NO_ACCOUNT, Event.ACCEPT, "x")


def test_a_transition_cannot_be_asked_for_without_its_parties():
    with pytest.raises(ValueError, match="needs"):
        transitions.perform(Kind.CARE_TEAM, Event.CANCEL, "x", {})


# --- random sequences --------------------------------------------------------------------------------
class Model:
    """What a confirmation is by the table above alone."""

    def __init__(self, kind):
        self.kind, self.status, self.is_over, self.changes = kind, "pending", False, 0

    def expect(self, event, is_party):
        row = EXPECTED.get((self.kind, event))
        if row is None or self.status not in row["sources"]:
            return None
        if (row["fields"] and not is_party) or (row["expires"] and self.is_over):
            return None
        self.status = row["target"]
        self.is_over = self.is_over and not row["renews"]
        return row


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([e.value for e in Event]), st.booleans()),
        st.just(("expire", True)),
    ),
    max_size=12,
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(kind=st.sampled_from(sorted({k for k, _ in EXPECTED})), steps=STEPS)
def test_random_sequences_go_only_where_the_table_leads(kind, steps):
    model, key = Model(kind), stored(kind)["_id"]
    for event, is_party in steps:
        if event == "expire":
            key = expire(key, model)
            continue
        if (kind, event) not in EXPECTED:
            continue
        row = model.expect(event, is_party)
        parties = parties_of(kind, event)
        if not is_party:
            parties = dict.fromkeys(parties, STRANGER)
        after = transitions.perform(Kind(kind), Event(event), key, parties)
        assert (after is None) == (row is None)
        key = key if after is None else after["_id"]
        found = read(key)
        assert found["status"] == model.status
        assert len(key) == len(ids.new_key())


def expire(key, model):
    past = clock.now() - timedelta(seconds=1)
    changed = db.collection(store.COLLECTION).update_one(
        {"_id": key, "expiresAt": {"$exists": True}}, {"$set": {"expiresAt": past}}
    )
    model.is_over = model.is_over or bool(changed.matched_count)
    return key


# --- claims ------------------------------------------------------------------------------------------
class TestAcceptanceWithNeighbours:
    def accept(self, document, work):
        return transitions.accept_with_neighbours(Kind.RESET, document["_id"], {}, work)

    def test_a_failure_leaves_it_open(self):
        document = stored("reset")

        def fail(_):
            raise RuntimeError

        with pytest.raises(RuntimeError):
            self.accept(document, fail)

        assert read(document["_id"]) == document
        assert self.accept(document, lambda _: None)["status"] == "completed"

    def test_meanwhile_nothing_else_may_happen_to_it(self):
        document = stored("care_team")
        seen = []

        def cancel(_):
            seen.append(
                transitions.perform(
                    Kind.CARE_TEAM, Event.CANCEL, document["_id"], {"creatorId": SENDER}
                )
            )

        parties = {"userId": RECEIVER, "creatorId": SENDER}
        done = transitions.accept_with_neighbours(Kind.CARE_TEAM, document["_id"], parties, cancel)

        assert seen == [None]
        assert done["status"] == "completed"
        assert "acceptanceId" not in read(document["_id"])

    def test_after_the_death_of_the_process_it_is_open_again(self):
        past = clock.now() - timedelta(seconds=1)
        document = stored("reset", acceptingUntil=past, acceptanceId="gone")

        assert self.accept(document, lambda _: None)["status"] == "completed"

    def test_someone_elses_claim_is_left_alone(self):
        later = clock.now() + timedelta(seconds=30)
        document = stored("reset", acceptingUntil=later, acceptanceId="other")

        assert self.accept(document, lambda _: None) is None
        assert read(document["_id"]) == document
