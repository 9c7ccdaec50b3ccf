"""The state machine of confirmations (rules CONFIRM-17 to CONFIRM-40): the table, and nothing that bypasses it."""

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

# kind · event · from · to · fields that must hold the actor's ids · ends with expiry · renews · new key
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
clinic_share move      pending                               pending   clinicId         yes no  no
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


def test_the_table_of_the_test_has_every_transition():
    assert {(kind.value, event.value) for kind, event in states.TRANSITIONS} == set(EXPECTED)


@pytest.mark.parametrize(
    ("kind", "event", "status"),
    [(k, e, s) for (k, e), s in product(sorted(EXPECTED), ALL_STATUSES)],
)
def test_each_event_in_each_status_does_what_the_table_says(kind, event, status):
    row = EXPECTED[kind, event]
    document = stored(kind, status)

    changed = transitions.perform(
        Kind(kind), Event(event), document["_id"], parties_of(kind, event)
    )

    if status not in row["sources"]:
        assert changed is None
        assert read(document["_id"]) == document
        return
    assert changed["status"] == row["target"]
    assert (changed["_id"] != document["_id"]) == row["rekeys"]
    assert (read(document["_id"]) is None) == row["rekeys"]
    assert read(changed["_id"])["status"] == row["target"]
    assert (changed["modified"] == clock.ZERO) == row["renews"]


@pytest.mark.yardstick("T2")
@pytest.mark.parametrize(("kind", "event"), sorted(EXPECTED))
def test_no_one_but_the_parties_changes_a_status(kind, event):
    for field in EXPECTED[kind, event]["fields"]:
        document = stored(kind)
        parties = parties_of(kind, event, **{field: STRANGER})
        assert transitions.perform(Kind(kind), Event(event), document["_id"], parties) is None
        assert read(document["_id"]) == document


@pytest.mark.parametrize(("kind", "event"), sorted(EXPECTED))
def test_an_event_does_not_change_another_kind(kind, event):
    for other in LIFETIMES:
        if other == kind:
            continue
        document = stored(other)
        changed = transitions.perform(
            Kind(kind), Event(event), document["_id"], parties_of(kind, event)
        )
        assert changed is None
        assert read(document["_id"]) == document


@pytest.mark.yardstick("T2")
@pytest.mark.parametrize(("kind", "event"), sorted(EXPECTED))
@pytest.mark.parametrize(("milliseconds", "is_over"), [(-1000, True), (60_000, False)])
def test_expired_confirmations_refuse_the_events_that_end_with_expiry(
    kind, event, milliseconds, is_over
):
    end = clock.now() + timedelta(milliseconds=milliseconds)
    document = stored(kind, expiresAt=end)

    changed = transitions.perform(
        Kind(kind), Event(event), document["_id"], parties_of(kind, event)
    )

    assert (changed is None) == (is_over and EXPECTED[kind, event]["expires"])


def test_a_confirmation_is_valid_until_its_last_millisecond():
    moment = clock.now()
    assert not states.has_expired({"expiresAt": moment}, moment)
    assert states.has_expired({"expiresAt": moment}, moment + timedelta(milliseconds=1))
    assert not states.has_expired({}, moment)


@pytest.mark.yardstick("T2")
@pytest.mark.parametrize(("kind", "lifetime"), sorted(LIFETIMES.items(), key=str))
def test_a_new_confirmation_expires_after_the_lifetime_of_its_kind(kind, lifetime):
    document = stored(kind)
    assert document.get("expiresAt") == (
        None if lifetime is None else document["created"] + lifetime
    )
    assert ("expiresAt" in document) == (lifetime is not None)


@pytest.mark.parametrize("kind_event", [k for k, row in EXPECTED.items() if row["renews"]])
def test_a_confirmation_sent_again_has_the_lifetime_of_a_new_one(kind_event):
    kind, event = kind_event
    old = clock.now() - timedelta(days=40)
    document = stored(kind, created=old, expiresAt=old + WEEK)

    changed = transitions.perform(
        Kind(kind), Event(event), document["_id"], parties_of(kind, event)
    )

    assert changed["created"] > old
    if LIFETIMES[kind] is not None:
        assert changed["expiresAt"] == changed["created"] + LIFETIMES[kind]


def test_a_confirmation_without_account_has_no_transitions():
    assert not [event for kind, event in states.TRANSITIONS if kind is Kind.NO_ACCOUNT]
    with pytest.raises(KeyError):
        transitions.perform(Kind.NO_ACCOUNT, Event.ACCEPT, "x")


def test_a_transition_without_its_parties_is_an_error():
    with pytest.raises(ValueError, match="needs"):
        transitions.perform(Kind.CARE_TEAM, Event.CANCEL, "x", {})


# --- random sequences --------------------------------------------------------------------------------
class Model:
    """A confirmation as the table above alone defines it."""

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
def test_random_sequences_of_events_follow_the_table(kind, steps):
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
        changed = transitions.perform(Kind(kind), Event(event), key, parties)
        assert (changed is None) == (row is None)
        key = key if changed is None else changed["_id"]
        document = read(key)
        assert document["status"] == model.status
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

    def test_a_failure_leaves_the_confirmation_open(self):
        document = stored("reset")

        def fail(_):
            raise RuntimeError

        with pytest.raises(RuntimeError):
            self.accept(document, fail)

        assert read(document["_id"]) == document
        assert self.accept(document, lambda _: None)["status"] == "completed"

    def test_during_acceptance_every_other_event_is_refused(self):
        document = stored("care_team")
        results = []

        def cancel(_):
            results.append(
                transitions.perform(
                    Kind.CARE_TEAM, Event.CANCEL, document["_id"], {"creatorId": SENDER}
                )
            )

        parties = {"userId": RECEIVER, "creatorId": SENDER}
        accepted = transitions.accept_with_neighbours(
            Kind.CARE_TEAM, document["_id"], parties, cancel
        )

        assert results == [None]
        assert accepted["status"] == "completed"
        assert "acceptanceId" not in read(document["_id"])

    def test_after_the_process_was_killed_the_confirmation_is_open_again(self):
        past = clock.now() - timedelta(seconds=1)
        document = stored("reset", acceptingUntil=past, acceptanceId="gone")

        assert self.accept(document, lambda _: None)["status"] == "completed"

    def test_a_confirmation_claimed_by_another_process_is_not_changed(self):
        later = clock.now() + timedelta(seconds=30)
        document = stored("reset", acceptingUntil=later, acceptanceId="other")

        assert self.accept(document, lambda _: None) is None
        assert read(document["_id"]) == document
