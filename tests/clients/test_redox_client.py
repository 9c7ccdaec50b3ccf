"""Redox over HTTP, against a peer on loopback that checks the assertion's signature (rules EHR-75 to EHR-77,
EHR-109 and EHR-110)."""

from datetime import timedelta

import httpx2
import pytest

from kernel import http
from kernel.errors import PermanentFailure, RetryLater
from redox.clients import redox as client
from redox.clients.redox import EmbeddedRedox, HttpRedox
from tests.redox_peer import RedoxPeer

MESSAGE = {"Meta": {"DataModel": "Results"}, "Orders": []}


@pytest.fixture
def peer(settings):
    redox_peer = RedoxPeer()
    settings.REDOX = {**settings.REDOX, **redox_peer.configuration()}
    yield redox_peer
    redox_peer.close()


def test_the_setting_chooses_the_implementation(settings, peer):
    assert isinstance(client.redox(), HttpRedox)
    settings.REDOX = {**settings.REDOX, "enabled": False}
    assert isinstance(client.redox(), EmbeddedRedox)


@pytest.mark.parametrize("kind", ["http", "embedded"])
def test_both_implementations_accept_messages_and_reports(peer, kind):
    client = HttpRedox() if kind == "http" else EmbeddedRedox()

    assert client.send(MESSAGE) is None
    assert client.upload(b"%PDF-1.4") != ""


def test_a_message_is_sent_unchanged(peer):
    HttpRedox().send(MESSAGE)

    assert peer.messages == [MESSAGE]


def test_the_assertion_has_the_claims_that_redox_requires(peer):
    HttpRedox().send(MESSAGE)

    ((header, claims, form),) = peer.assertions
    assert header == {"alg": "RS384", "kid": "key-1", "typ": "JWT"}
    assert claims["iss"] == claims["sub"] == "client-1"
    assert claims["exp"] - claims["iat"] == 300
    assert len(claims["jti"]) == 36
    assert "aud" not in claims
    assert form["grant_type"] == "client_credentials"
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def test_a_wrong_key_is_a_permanent_failure(peer, settings):
    settings.REDOX = {**settings.REDOX, "private_key": RedoxPeer(key="another").private_pem}

    with pytest.raises(PermanentFailure) as caught:
        HttpRedox().send(MESSAGE)
    assert caught.value.reason == "redox_token_refused_400"
    assert peer.messages == []


def test_one_token_serves_many_messages_and_all_processes(peer):
    for _ in range(3):
        HttpRedox().send(MESSAGE)

    assert len(peer.assertions) == 1


def test_a_refused_token_is_dropped_and_replaced_by_the_next_attempt(peer):
    HttpRedox().send(MESSAGE)
    peer.answers = [401]

    with pytest.raises(RetryLater) as caught:
        HttpRedox().send(MESSAGE)
    assert caught.value.reason == "redox_message_401"
    HttpRedox().send(MESSAGE)

    assert len(peer.assertions) == 2
    assert len(peer.messages) == 2


@pytest.mark.parametrize(
    ("answer", "error", "reason", "wait"),
    [
        (500, RetryLater, "redox_message_500", None),
        (503, RetryLater, "redox_message_503", None),
        (408, RetryLater, "redox_message_408", None),
        (429, RetryLater, "redox_message_429", None),
        ((429, [("Retry-After", "70")]), RetryLater, "redox_message_429", timedelta(seconds=70)),
        ((429, [("Retry-After", "999999")]), RetryLater, "redox_message_429", timedelta(hours=1)),
        ((429, [("Retry-After", "9" * 30)]), RetryLater, "redox_message_429", timedelta(hours=1)),
        ((429, [("Retry-After", "9" * 5000)]), RetryLater, "redox_message_429", timedelta(hours=1)),
        ((429, [("Retry-After", "soon")]), RetryLater, "redox_message_429", None),
        (("hang", 2), RetryLater, "redox_unreachable", None),
        ("close", RetryLater, "redox_unreachable", None),
        (400, PermanentFailure, "redox_message_refused_400", None),
        (403, PermanentFailure, "redox_message_refused_403", None),
        (422, PermanentFailure, "redox_message_refused_422", None),
    ],
)
def test_transient_failures_are_retried_and_permanent_ones_parked(
    peer, monkeypatch, answer, error, reason, wait
):
    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(0.5))
    peer.answers = [answer]

    with pytest.raises(error) as caught:
        HttpRedox().send(MESSAGE)

    assert caught.value.reason == reason
    assert getattr(caught.value, "wait", None) == wait
    assert len(peer.messages) == 0


def test_a_refused_connection_is_retried(peer, settings):
    settings.REDOX = {**settings.REDOX, "token_url": "http://127.0.0.1:9/token"}

    with pytest.raises(RetryLater) as caught:
        HttpRedox().send(MESSAGE)
    assert caught.value.reason == "redox_unreachable"


def test_a_report_is_uploaded_as_one_file(peer):
    assert HttpRedox().upload(b"%PDF-1.4 x") == "https://blob.example/1"

    assert b'name="file"; filename="report.pdf"' in peer.uploads[0]
    assert b"%PDF-1.4 x" in peer.uploads[0]


@pytest.mark.parametrize("address", ["", None, 7, [], {"a": 1}, ["https://blob.example/1"]])
def test_an_upload_answered_without_an_address_is_retried(peer, address):
    peer.upload_uri = address

    with pytest.raises(RetryLater):
        HttpRedox().upload(b"%PDF")


@pytest.mark.parametrize("life", [None, "", "soon", "300", -1, 1e308, 2**63, True, [], {"a": 1}])
def test_a_token_without_a_lifetime_is_used_once(peer, monkeypatch, life):
    granted = {"access_token": "token-1", "expires_in": life}
    monkeypatch.setattr(http, "json_object", lambda _: granted)

    assert client.access_token() == client.access_token() == "token-1"
    assert len(peer.assertions) == 2


@pytest.mark.parametrize("answer", [b"", b"[]", b"{", b"[" * 100_000, b'{"access_token": 7}'])
def test_an_unreadable_token_answer_is_retried(peer, monkeypatch, answer):
    monkeypatch.setattr(client, "_request", lambda *_, **__: httpx2.Response(200, content=answer))

    with pytest.raises(RetryLater) as caught:
        client.access_token()
    assert caught.value.reason == "redox_token_unreadable"
