"""Valid bodies of Redox and Xealth with one value of them replaced by anything: Redox is always answered 200 and
Xealth as described, and the work that follows ends, with success or with a reason. `make walks` tries a list of values
at every place; here they are random."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import db, outbox
from tests import ehr, xealth
from tests.cast import Api
from tests.events import deliver_all
from tests.fuzz.rounds import limits, search
from tests.tasks.test_ehr_malformed_documents import MUTATIONS, mutated, paths
from tests.xealth_orders import NOTIFICATION, enter, notification, order, place
from tests.xealth_peer import XealthPeer

REDOX = {"verification-token": "redox-test-token"}
WEBHOOKS = {
    xealth.PREORDER: xealth.initial(),
    xealth.PROGRAMS: xealth.request(),
    xealth.PROGRAM_URL: xealth.request(),
    NOTIFICATION: notification(),
}
IN_JSON = [
    value
    for name, value in MUTATIONS.items()
    if name not in ("infinite", "no number", "another type")
]
ANYTHING = st.sampled_from(IN_JSON) | st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip


def changed(body):
    """`body` with another value at one or two places."""
    places = st.sampled_from(list(paths(body)))
    return st.tuples(places, ANYTHING).map(lambda change: mutated(body, *change))


def sent(body):
    """As bytes: the clients of other tests cannot send a whole number of more than 64 bits."""
    return json.dumps(body).encode()


def none_is_tried_again():
    """A fault of the program would be tried again; what cannot pass has ended with its reason. Xealth is asked again
    for an order that it does not know yet."""
    query = {
        "state": outbox.PENDING,
        "attempts": {"$gt": 0},
        "lastError": {"$ne": "xealth_order_404"},
    }
    return not list(db.collection(outbox.COLLECTION).find(query, {"handler": 1, "lastError": 1}))


@pytest.fixture
def peer(settings):
    server = XealthPeer()
    settings.XEALTH = {**settings.XEALTH, **server.configuration()}
    yield server
    server.close()


@pytest.mark.parametrize("code", ["ENABLE", "CREATE-ENABLE"])
def test_any_change_of_an_order_of_redox_is_accepted_and_its_work_ends(callers, code):
    @limits(2)
    @given(changed(ehr.order(code)))
    def receive(message):
        callers.begin_again()
        ehr.ehr_patient(ehr.ehr_clinic())
        assert Api().post("/v1/redox", sent(message), headers=REDOX).status_code == 200
        deliver_all()
        assert none_is_tried_again()

    search(receive, receive, share=0.04)
    callers.begin_again()


@pytest.mark.parametrize("path", WEBHOOKS)
def test_any_change_of_a_request_of_xealth_is_answered_as_described(callers, peer, path):
    @limits(2)
    @given(changed(WEBHOOKS[path]))
    def ask(body):
        callers.begin_again()
        place(peer)
        xealth.xealth_patient(xealth.xealth_clinic())
        assert xealth.Xealth().post(path, sent(body)).status_code < 500
        deliver_all()
        assert none_is_tried_again()

    search(ask, ask, share=0.015)
    callers.begin_again()


def test_any_change_of_an_order_of_xealth_ends(callers, peer):
    @limits(2)
    @given(changed(order()))
    def carry_out(body):
        callers.begin_again()
        xealth.xealth_patient(xealth.xealth_clinic())
        enter()
        place(peer, body)
        assert xealth.Xealth().post(NOTIFICATION, notification()).status_code == 200
        deliver_all()
        assert none_is_tried_again()

    search(carry_out, carry_out, share=0.025)
    callers.begin_again()
