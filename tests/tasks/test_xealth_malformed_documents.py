"""Processing of malformed documents of Xealth: with every value that it reads replaced, the work ends with a readable
reason, and what failed has changed nothing (rules EHR-51, EHR-167 and EHR-168)."""

from urllib.parse import quote

import pytest

from ehr.admin import reasons
from ehr.reading import Part, Unreadable
from kernel import db
from kernel.errors import PermanentFailure
from tests import xealth_orders as orders
from tests.events import deliver_all
from tests.tasks.test_ehr_malformed_documents import ABSENT, FEW, mutated, mutations
from tests.xealth import Xealth, xealth_clinic, xealth_patient
from tests.xealth_orders import EMAIL, TRACKING_ID, enter, notification, order, place
from tests.xealth_peer import XealthPeer
from xealth.services import notifications
from xealth.services.new_patients import read_preorder
from xealth.services.orders import read_order

pytestmark = pytest.mark.walk

WORK = {"ehrProcessing", "outbox", "xealth_order", "xealth_preorder"}
MADE = ("patients", "outbox", "ehrProcessing", "xealth_order", "accounts", "accountRequests")


@pytest.fixture
def peer(settings):
    server = XealthPeer()
    settings.XEALTH = {**settings.XEALTH, **server.configuration()}
    place(server)
    yield server
    server.close()


class Rest:
    """All documents but those of the work itself. Only what was written to since the last time is read again."""

    def __init__(self, written):
        self._written, self._held = written, {}
        written.update(db.database().list_collection_names())

    def now(self):
        for name in self._written - WORK:
            self._held[name] = repr(list(db.database()[name].find({})))  # no number equals itself
        self._written.clear()
        return dict(self._held)


@pytest.fixture
def rest(written):
    return Rest(written)


def process(case, body, rest):
    """Its record, None where nothing was stored. A failure has a reason in words, and has changed nothing."""
    before = rest.now()
    assert Xealth().post(orders.NOTIFICATION, body).status_code == 200, case
    deliver_all()
    if not orders.records():
        return None
    (record,) = orders.records()
    assert record["state"] in ("done", "ignored", "failed"), (case, record.get("lastError"))
    if record["state"] == "failed":
        words = reasons.in_words(record["lastError"])
        assert not words.startswith("A fault"), (case, record["lastError"])
        assert rest.now() == before, case
    return record


def start_again():
    for name in MADE:
        db.database()[name].delete_many({})


def readable(document):
    """Without what JSON cannot say."""
    for case, changed in mutations(document):
        if not case.endswith(("infinite", "no number", "another type")):
            yield case, changed


def distinct(cases, read):
    """One case for each different result of reading: the others end like one of these."""
    results_seen = set()
    for case, document in cases:
        result = result_of(read, document)
        if result not in results_seen:
            results_seen.add(result)
            yield case, document


def result_of(read, value):
    try:
        return repr(read(value))
    except (Unreadable, PermanentFailure) as error:
        return error.reason


def read_all(notification_body):
    """All that the service reads from a notification."""
    stored = notifications._document(notification_body)
    sent = Part(notifications.WHAT, notification_body, notifications.PLACE)
    names = ("eventType", "eventContext", "deployment", "programId")
    return [
        *(result_of(sent.text, name) for name in names),
        result_of(notifications.read_notification, stored),
        stored.get("deliveryKey"),
        notifications._person(notification_body),
    ]


def outcomes(cases, rest):
    states = set()
    for case, body in cases:
        record = process(case, body, rest)
        states.add(record["state"] if record is not None else None)
        start_again()
    return states


@pytest.mark.timeout(300)
@pytest.mark.foreign_writes
def test_any_value_in_a_notification_ends_its_work(peer, rest):
    xealth_clinic()
    enter(email=EMAIL)

    def cases():
        for case, body in distinct(readable(notification()), read_all):
            place(peer, order_id=quote(str(body.get("orderId")).strip(), safe=""))
            yield case, body

    assert outcomes(cases(), rest) == {None, "done", "failed"}


@pytest.mark.foreign_writes
@pytest.mark.parametrize("is_known", [True, False], ids=["known", "new"])
def test_any_value_in_an_order_ends_its_work(peer, rest, is_known):
    clinic = xealth_clinic()
    enter(email=EMAIL)

    def cases():
        for case, changed in distinct(readable(order()), read_order):
            place(peer, changed)
            if is_known:
                xealth_patient(clinic)
            yield case, notification()

    assert outcomes(cases(), rest) == {"done", "ignored", "failed"}


@pytest.mark.foreign_writes
@pytest.mark.parametrize("flow", ["patient", "guardian"])
def test_any_value_in_a_pre_order_ends_the_work(peer, rest, flow):
    xealth_clinic()
    person = {"email": EMAIL, "connectDexcom": True, "connectAbbott": True}
    complete = {flow: person, "tags": {"ids": ["a"]}, "clinicId": None}

    def cases():
        for case, changed in distinct(mutations(complete), read_preorder):
            db.database()["xealth_preorder"].delete_many({})
            db.database()["xealth_preorder"].insert_one({"dataTrackingId": TRACKING_ID, **changed})
            yield case, notification()

    assert outcomes(cases(), rest) == {"done", "failed"}


@pytest.mark.foreign_writes
def test_any_value_in_the_subscription_of_the_patient_ends_the_work(peer, rest):
    clinic = xealth_clinic()
    enter()
    matched = [{"id": clinic["_id"], "dataModel": "order", "eventType": "new"}]
    own = {"ehrSubscriptions": {"xealthReports": {"active": True, "matchedMessages": matched}}}

    def cases():
        for case, changed in mutations(own, FEW | {"absent": ABSENT}):
            patient = xealth_patient(clinic)
            db.database()["patients"].update_one({"_id": patient["_id"]}, {"$set": changed})
            yield case, notification()

    assert outcomes(cases(), rest) == {"done", "failed"}


@pytest.mark.foreign_writes
def test_any_value_in_the_settings_of_the_clinic_ends_the_work(peer, rest):
    clinic = xealth_clinic()
    enter(email=EMAIL, tags=["a"])
    read = ("enabled", "provider", "sourceId", "mrnIdType", "procedureCodes")
    fields = {"ehrSettings": {name: clinic["ehrSettings"][name] for name in read}}
    fields |= {"patientTags": [{"_id": clinic["_id"], "name": "Adult"}], "mrnSettings": {}}

    def cases():
        for case, changed in mutations(fields, FEW):
            db.database()["clinics"].replace_one({"_id": clinic["_id"]}, {**clinic, **changed})
            yield case, notification()

    assert outcomes(cases(), rest) >= {None, "done"}


def test_the_walks_replace_what_they_say():
    assert mutated({"a": [{"b": 1}]}, ("a", 0, "b"), 2) == {"a": [{"b": 2}]}
