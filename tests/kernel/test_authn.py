"""Which tokens are cached, and what happens without the cache (rules ACCOUNT-7 and ACCOUNT-8)."""

import time

import pytest
from django.conf import settings as live
from django.core.cache import cache, caches
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
def test_a_backend_token_is_cached_under_a_hash_for_a_minute(checked_tokens):
    authn.find_principal("server")
    redis = Redis.from_url(live.REDIS_URL)
    keys = [key for key in redis.keys("*") if b"token:" in key]

    assert len(keys) == 1
    assert b"server" not in keys[0]
    assert live.BACKEND_TOKEN_CACHE.total_seconds() == 60
    assert 50 <= redis.ttl(keys[0]) <= 60 - authn.MOST_SECONDS_HERE


@pytest.mark.yardstick("T3")
def test_the_process_asks_redis_again_after_five_seconds(checked_tokens, monkeypatch):
    """A token removed from the shared cache is trusted for no longer than that."""
    authn.find_principal("server")
    assert checked_tokens == ["server"]
    Redis.from_url(live.REDIS_URL).flushdb()

    authn.find_principal("server")
    assert checked_tokens == ["server"]
    later = time.time() + authn.MOST_SECONDS_HERE + 0.1
    monkeypatch.setattr("django.core.cache.backends.locmem.time.time", lambda: later)
    authn.find_principal("server")
    assert checked_tokens == ["server"] * 2


def test_a_token_that_another_process_checked_is_not_checked_again(checked_tokens):
    authn.find_principal("server")
    caches["process"].clear()
    for _ in range(2):
        assert authn.find_principal("server") == Principal("5e7b1ce000", True)
    assert checked_tokens == ["server"]


def test_a_persons_token_stays_a_persons_on_the_second_check(checked_tokens):
    """A person's token never becomes a service's through the cache."""
    authn.find_principal("user")
    assert authn.find_principal("user").is_server is False


def test_without_redis_the_user_service_is_asked(checked_tokens, monkeypatch):
    def down(*args, **kwargs):
        raise RedisDown

    monkeypatch.setattr(cache, "get", down)
    monkeypatch.setattr(cache, "set", down)

    assert authn.find_principal("server").is_server
    assert authn.find_principal("user").user_id == "0123456789"


@pytest.mark.yardstick("L2")
def test_without_redis_requests_are_served(backend, ada, monkeypatch):
    def down(*args, **kwargs):
        raise RedisDown

    for name in ("get", "set"):
        monkeypatch.setattr(authn.shared_cache, name, down)

    assert ada.api.get("/v1/patients").status_code == 200
    assert backend.get("/v1/patients/0123456789/clinics").status_code == 200
