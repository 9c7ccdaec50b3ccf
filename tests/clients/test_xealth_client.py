"""Xealth over HTTP, against a peer on loopback that checks the credentials (rules EHR-128 to EHR-131)."""

import pytest
from django.core.cache import cache

from kernel.http import ServiceError, ServiceUnavailable
from tests.xealth_peer import XealthPeer
from xealth.clients import xealth as client
from xealth.clients.xealth import HttpXealth, xealth

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


@pytest.mark.parametrize(("life", "asked"), [(31, 1), (30, 2), (None, 2)])
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
