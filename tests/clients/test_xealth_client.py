"""Xealth over HTTP, against a peer on loopback that checks the credentials; and the stand-in (rules EHR-126, EHR-128 to
EHR-131, EHR-160 and EHR-161)."""

from datetime import timedelta

import httpx2
import pytest
from django.core.cache import cache

from ehr.reading import Unreadable
from kernel.errors import PermanentFailure, RetryLater
from kernel.http import ServiceError, ServiceUnavailable
from tests.xealth_peer import XealthPeer
from xealth.clients import xealth as client
from xealth.clients.xealth import HttpXealth
from xealth.services import neighbours
from xealth.services.neighbours import EmbeddedXealth, xealth

ORDER = {"orderType": "enrollment"}


@pytest.fixture
def peer(settings):
    xealth_peer = XealthPeer()
    settings.XEALTH = {**settings.XEALTH, **xealth_peer.configuration()}
    yield xealth_peer
    xealth_peer.close()


def write():
    return xealth().write_order("east/1", ORDER)


def test_an_order_is_sent_unchanged_to_its_deployment(peer):
    assert isinstance(xealth(), HttpXealth)

    assert write() == 200
    assert peer.orders == [("/v2/partner/write/order/east%2F1", ORDER)]


def test_one_token_is_requested_with_client_credentials_and_without_scope(peer):
    for _ in range(3):
        write()

    assert peer.tokens == [{"grant_type": ["client_credentials"]}]


@pytest.mark.parametrize(
    ("life", "asked"), [(31, 1), (30, 2), (None, 2), ("soon", 2), (-5, 2), (1e12, 2)]
)
def test_a_token_is_reused_until_thirty_seconds_before_its_end(peer, life, asked):
    peer.token_answers = [(200, {"access_token": "token-1", "expires_in": life})]
    write()
    write()

    assert len(peer.tokens) == asked


@pytest.mark.parametrize("status", [201, 400, 404, 429, 500])
def test_any_status_of_an_order_is_returned(peer, status):
    peer.answers = [status]

    assert write() == status


def test_a_revoked_token_is_replaced_at_once(peer):
    write()
    peer.valid_tokens.clear()

    assert write() == 200
    assert (len(peer.tokens), len(peer.orders)) == (2, 2)


def test_a_fresh_token_that_is_refused_is_an_error(peer):
    peer.answers = [401, 401]

    assert write() == 401
    assert cache.get(client.TOKEN_KEY) == "token-2"


def test_wrong_credentials_are_an_error_of_the_token_endpoint(peer, settings):
    settings.XEALTH = {**settings.XEALTH, "client_secret": "wrong"}

    with pytest.raises(ServiceError, match="Xealth's token endpoint answered 401"):
        write()


@pytest.mark.parametrize("body", [b"no json", [], {}, {"access_token": 1}])
def test_an_answer_without_a_token_is_an_error(peer, body):
    peer.token_answers = [(200, body)]

    with pytest.raises(ServiceError, match="gave no token"):
        write()


def test_a_connection_that_breaks_is_an_outage_and_the_order_is_not_repeated(peer):
    peer.answers = ["close"]

    with pytest.raises(ServiceUnavailable, match="Xealth cannot be reached"):
        write()
    assert peer.orders == []
    assert peer.answers == []


@pytest.mark.parametrize("name", ["token_url", "base_url"])
def test_a_refused_connection_is_an_outage(peer, settings, name):
    settings.XEALTH = {**settings.XEALTH, name: "http://127.0.0.1:9"}

    with pytest.raises(ServiceUnavailable):
        write()


# --- reading ------------------------------------------------------------------------------------------
def read():
    return xealth().read_order("east/1", "a b/c")


def test_an_order_is_read_back_with_quoted_ids_and_the_shared_token(peer):
    peer.placed["east%2F1/a%20b%2Fc"] = {"orderInfo": {"orderId": "a b/c"}}
    write()

    assert read() == {"orderInfo": {"orderId": "a b/c"}}
    assert (peer.reads, len(peer.tokens)) == (["east%2F1/a%20b%2Fc"], 1)


def test_a_revoked_token_is_replaced_when_an_order_is_read(peer):
    peer.placed["east%2F1/a%20b%2Fc"] = {"orderInfo": {}}
    write()
    peer.valid_tokens.clear()

    assert read() == {"orderInfo": {}}
    assert len(peer.tokens) == 2


def test_an_order_that_is_refused_with_a_fresh_token_is_tried_again_later(peer):
    peer.answers = [401, 401]

    with pytest.raises(RetryLater) as failure:
        read()
    assert failure.value.reason == "xealth_order_401"


@pytest.mark.parametrize("status", [404, 408, 429, 500, 503])
def test_reading_is_tried_again_after_a_status_that_may_pass(peer, status):
    peer.answers = [status]

    with pytest.raises(RetryLater) as failure:
        read()
    assert (failure.value.reason, failure.value.wait) == (f"xealth_order_{status}", None)


@pytest.mark.parametrize("status", [201, 204, 302, 400, 403, 410, 422])
def test_reading_ends_with_a_status_that_will_not_change(peer, status):
    peer.answers = [status]

    with pytest.raises(PermanentFailure) as failure:
        read()
    assert failure.value.reason == f"xealth_order_refused_{status}"


@pytest.mark.parametrize(
    ("header", "wait"), [("7", 7), ("86400", 3600), ("soon", None), ("9" * 30, 3600)]
)
def test_xealth_says_how_long_to_wait(peer, header, wait):
    peer.answers = [(429, [("Retry-After", header)])]

    with pytest.raises(RetryLater) as failure:
        read()
    assert failure.value.wait == (wait and timedelta(seconds=wait))


def test_the_token_endpoint_says_how_long_to_wait(peer):
    peer.token_answers = [(429, {}, [("Retry-After", "9")])]

    with pytest.raises(RetryLater) as failure:
        read()
    assert (failure.value.reason, failure.value.wait) == ("xealth_token_429", timedelta(seconds=9))


@pytest.mark.parametrize(
    ("answer", "error", "reason"),
    [
        ((200, b"no json"), RetryLater, "xealth_token_unreadable"),
        ((200, {"access_token": None}), RetryLater, "xealth_token_unreadable"),
        ((503, {}), RetryLater, "xealth_token_503"),
        ((401, {}), RetryLater, "xealth_token_401"),
        ((400, {}), PermanentFailure, "xealth_token_refused_400"),
    ],
)
def test_without_a_token_nothing_is_read(peer, answer, error, reason):
    peer.token_answers = [answer]

    with pytest.raises(error) as failure:
        read()
    assert (failure.value.reason, peer.reads) == (reason, [])


@pytest.mark.parametrize("name", ["token_url", "base_url"])
def test_reading_is_tried_again_when_xealth_cannot_be_reached(peer, settings, name):
    settings.XEALTH = {**settings.XEALTH, name: "http://127.0.0.1:9"}

    with pytest.raises(RetryLater, match="xealth_unreachable"):
        read()


def test_a_late_answer_is_not_waited_for(peer, monkeypatch):
    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(0.05))
    peer.answers = [("hang", 0.3)] * 3

    with pytest.raises(RetryLater, match="xealth_unreachable"):
        read()


def test_a_connection_that_breaks_is_tried_once_more_at_once(peer):
    peer.placed["east%2F1/a%20b%2Fc"] = {"orderInfo": {}}
    peer.answers = ["close"]

    assert read() == {"orderInfo": {}}


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"1", b"{" + b" " * 2**20 + b"}"])
def test_what_is_no_order_is_unreadable(peer, body):
    peer.answers = [body]

    with pytest.raises(Unreadable, match="orderData must"):
        read()


def test_no_secret_token_or_content_is_logged(peer, caplog, capsys):
    peer.placed["east%2F1/a%20b%2Fc"] = {"name": "Tomas Weir"}
    peer.answers = [500]
    for _ in range(2):
        try:
            read()
        except RetryLater:
            continue

    logged = caplog.text + "".join(capsys.readouterr())
    assert not [word for word in ("a secret", "token-1", "Weir", "a%20b") if word in logged]


# --- the stand-in -------------------------------------------------------------------------------------
def test_without_a_client_id_the_stand_in_keeps_what_it_is_asked_for():
    assert isinstance(xealth(), EmbeddedXealth)

    assert xealth().write_order("east", ORDER) == 200


def test_the_stand_in_gives_back_what_was_placed_in_the_same_deployment():
    order = {"orderInfo": {"deployment": "east"}, "datasets": {}}
    order_id = neighbours.place_order("east", order)

    placed = xealth().read_order("east", order_id)
    assert placed == {"orderInfo": {"deployment": "east", "orderId": order_id}, "datasets": {}}
    with pytest.raises(RetryLater, match="xealth_order_404"):
        xealth().read_order("west", order_id)


def test_outside_a_developers_machine_there_is_no_stand_in(settings):
    settings.MAY_EMBED_XEALTH = False

    assert isinstance(xealth(), HttpXealth)
