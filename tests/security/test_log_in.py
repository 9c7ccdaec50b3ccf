"""Logging in to the embedded accounts: guessing is slow, and no stranger locks an owner out."""

import base64
from dataclasses import replace

import pytest
from redis.exceptions import ConnectionError as Down

from kernel import ratelimit
from tests.cast import Api
from tests.security.test_enumeration import at_once
from users.services import accounts, sessions

KIM = "kim@example.org"
PASSWORD = "correct-horse"
HOME, STRANGE = "198.51.100.7", "203.0.113.66"


@pytest.fixture(autouse=True)
def kim():
    return accounts.create_user(email=KIM, full_name="Kim", password=PASSWORD)


def log_in(password=PASSWORD, email=KIM, client=HOME):
    pair = base64.b64encode(f"{email}:{password}".encode()).decode()
    return Api().post("/auth/login", headers={"Authorization": f"Basic {pair}"}, REMOTE_ADDR=client)


def fail(times, **options):
    return [log_in("wrong-horse", **options).status_code for _ in range(times)]


def allow(monkeypatch, **limits):
    monkeypatch.setattr(sessions, "BUDGETS", replace(sessions.BUDGETS, **limits))


def test_failed_logins_of_a_stranger_do_not_lock_out_the_owner():
    assert fail(11, client=STRANGE) == [401] * 10 + [429]
    assert log_in().status_code == 200
    assert log_in(client=STRANGE).status_code == 429


def test_failed_logins_from_many_addresses_do_not_lock_out_the_owner(monkeypatch):
    allow(monkeypatch, pressed="6/15minutes")
    for number in range(12):
        fail(2, client=f"203.0.113.{number}")
    assert log_in().status_code == 200


def test_a_name_under_attack_has_two_attempts_from_each_address(monkeypatch):
    allow(monkeypatch, pressed="6/15minutes")
    for number in range(6):
        fail(1, client=f"203.0.113.{number}")
    assert fail(3) == [401, 401, 429]
    refused = log_in()
    assert 3000 < int(refused["Retry-After"]) <= 3600
    assert refused.json()["code"] == 429
    assert log_in(client="198.51.100.8").status_code == 200


def test_successful_logins_do_not_count(monkeypatch):
    allow(monkeypatch, per_address="3/minute", pressed="3/15minutes")
    assert {log_in().status_code for _ in range(12)} == {200}
    assert fail(4) == [401, 401, 401, 429]


def test_a_successful_login_gives_back_only_its_own_attempt():
    accounts.create_user(email="lee@example.org", full_name="Lee", password=PASSWORD)
    fail(9)
    log_in(email="lee@example.org")
    log_in()
    assert fail(2) == [401, 429]


@pytest.mark.yardstick("L1")
@pytest.mark.parametrize("email", [KIM, "nobody@example.org", "no address"])
def test_parallel_failed_logins_pass_exactly_as_often_as_the_limit(email):
    """For every name, so that the limit does not reveal who has an account."""
    answers = at_once(lambda _: log_in("wrong-horse", email).status_code, 24)
    assert sorted(answers) == [401] * 10 + [429] * 14


def test_failed_logins_from_one_address_are_limited_for_all_names_together(monkeypatch):
    allow(monkeypatch, per_address="5/minute")
    answers = [fail(1, email=f"name{number}@example.org") for number in range(6)]
    assert answers == [[401]] * 5 + [[429]]


def test_logins_with_the_right_secret_of_a_service_do_not_count(settings, monkeypatch):
    settings.SERVER_TOKEN_SECRET = "secret"
    monkeypatch.setattr(sessions, "WRONG_SECRETS", "2/minute")

    def log_in_as_service(secret):
        headers = {"x-tidepool-server-name": "export", "x-tidepool-server-secret": secret}
        return Api().post("/auth/serverlogin", headers=headers).status_code

    assert {log_in_as_service("secret") for _ in range(4)} == {200}
    assert [log_in_as_service("wrong") for _ in range(3)] == [401, 401, 429]


@pytest.mark.yardstick("L2")
def test_without_redis_no_one_can_log_in(monkeypatch):
    class Broken:
        def hit(self, *_):
            raise Down

    monkeypatch.setattr(ratelimit, "_limiter", Broken)
    assert log_in().status_code == 503
