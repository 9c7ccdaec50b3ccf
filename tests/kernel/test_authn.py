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
def asked(monkeypatch):
    """Tokens the user service was asked about; it knows `server` and `user`."""
    calls = []

    def check(token):
        calls.append(token)
        known = {"server": Principal("5e7b1ce000", True), "user": Principal("0123456789", False)}
        return known.get(token)

    monkeypatch.setattr(authn, "_checker", lambda: check)
    return calls


def test_a_backend_token_is_checked_once(asked):
    for _ in range(3):
        assert authn.find_principal("server") == Principal("5e7b1ce000", True)
    assert asked == ["server"]


@pytest.mark.parametrize("token", ["user", "nonsense"])
def test_tokens_of_people_and_refused_tokens_are_checked_every_time(asked, token):
    for _ in range(3):
        authn.find_principal(token)
    assert asked == [token] * 3


def test_a_backend_token_is_cached_under_a_hash_for_a_minute(asked):
    authn.find_principal("server")
    redis = Redis.from_url(live.REDIS_URL)
    keys = [key for key in redis.keys("*") if b"token:" in key]

    assert len(keys) == 1
    assert b"server" not in keys[0]
    assert live.BACKEND_TOKEN_CACHE.total_seconds() == 60
    assert 50 <= redis.ttl(keys[0]) <= 60 - authn.MOST_SECONDS_HERE


def test_the_process_asks_redis_again_after_five_seconds(asked, monkeypatch):
    """A token removed from the shared cache is trusted for no longer than that."""
    authn.find_principal("server")
    assert asked == ["server"]
    Redis.from_url(live.REDIS_URL).flushdb()

    authn.find_principal("server")
    assert asked == ["server"]
    later = time.time() + authn.MOST_SECONDS_HERE + 0.1
    monkeypatch.setattr("django.core.cache.backends.locmem.time.time", lambda: later)
    authn.find_principal("server")
    assert asked == ["server"] * 2


def test_a_token_that_another_process_checked_is_not_checked_again(asked):
    authn.find_principal("server")
    caches["process"].clear()
    for _ in range(2):
        assert authn.find_principal("server") == Principal("5e7b1ce000", True)
    assert asked == ["server"]


def test_a_persons_token_stays_a_persons_on_the_second_check(asked):
    """A person's token never becomes a service's through the cache."""
    authn.find_principal("user")
    assert authn.find_principal("user").is_server is False


def test_without_redis_the_user_service_is_asked(asked, monkeypatch):
    def down(*args, **kwargs):
        raise RedisDown

    monkeypatch.setattr(cache, "get", down)
    monkeypatch.setattr(cache, "set", down)

    assert authn.find_principal("server").is_server
    assert authn.find_principal("user").user_id == "0123456789"


def test_without_redis_requests_are_served(backend, ada, monkeypatch):
    def down(*args, **kwargs):
        raise RedisDown

    for name in ("get", "set"):
        monkeypatch.setattr(authn.shared_cache, name, down)

    assert ada.api.get("/v1/patients").status_code == 200
    assert backend.get("/v1/patients/0123456789/clinics").status_code == 200
