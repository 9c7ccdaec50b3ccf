"""Which tokens are cached, and what happens without the cache (rules ACCOUNT-7 and ACCOUNT-8)."""

import time
from types import SimpleNamespace

import pytest
from django.conf import settings as live
from django.core.cache import cache
from redis import Redis
from redis.exceptions import ConnectionError as RedisDown

from kernel import authn
from kernel.principal import Principal


@pytest.fixture
def checked_tokens(monkeypatch):
    """Tokens that the user service was asked to check; it knows `server` and `user`."""
    calls = []

    def check(token):
        calls.append(token)
        principals = {
            "server": Principal("5e7b1ce000", True),
            "user": Principal("0123456789", False),
        }
        return principals.get(token)

    monkeypatch.setattr(authn, "_checker", lambda: check)
    return calls


def test_a_backend_token_is_checked_once(checked_tokens):
    for _ in range(3):
        assert authn.find_principal("server") == Principal("5e7b1ce000", True)
    assert checked_tokens == ["server"]


@pytest.mark.yardstick("T3")
@pytest.mark.parametrize("token", ["user", "nonsense"])
def test_tokens_of_people_and_refused_tokens_are_checked_every_time(checked_tokens, token):
    for _ in range(3):
        authn.find_principal(token)
    assert checked_tokens == [token] * 3


@pytest.mark.yardstick("T3")
def test_a_backend_token_is_kept_under_a_hash_and_checked_again_after_a_minute(
    checked_tokens, monkeypatch
):
    authn.find_principal("server")
    assert not any(b"server" in key for key in authn._services._known)
    assert not any(b"token:" in key for key in Redis.from_url(live.REDIS_URL).keys("*"))

    for seconds, checks in ((58, 1), (61, 2)):
        later = time.monotonic() + seconds
        monkeypatch.setattr(authn, "time", SimpleNamespace(monotonic=lambda at=later: at))
        authn.find_principal("server")
        assert checked_tokens == ["server"] * checks


def test_a_persons_token_stays_a_persons_on_the_second_check(checked_tokens):
    """A person's token never becomes a service's through the cache."""
    authn.find_principal("user")
    assert authn.find_principal("user").is_server is False


@pytest.mark.yardstick("L2")
def test_without_redis_requests_are_served(backend, ada, monkeypatch):
    def down(*args, **kwargs):
        raise RedisDown

    for name in ("get", "set"):
        monkeypatch.setattr(cache, name, down)

    assert ada.api.get("/v1/patients").status_code == 200
    assert backend.get("/v1/patients/0123456789/clinics").status_code == 200
