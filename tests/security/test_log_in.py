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


def log_in(password=PASSWORD, email=KIM, place=HOME):
    pair = base64.b64encode(f"{email}:{password}".encode()).decode()
    return Api().post("/auth/login", headers={"Authorization": f"Basic {pair}"}, REMOTE_ADDR=place)


def wrong(times, **given):
    return [log_in("wrong-horse", **given).status_code for _ in range(times)]


def allow(monkeypatch, **limits):
    monkeypatch.setattr(sessions, "BUDGETS", replace(sessions.BUDGETS, **limits))


def test_a_strangers_wrong_tries_leave_the_owners_log_in_working():
    assert wrong(11, place=STRANGE) == [401] * 10 + [429]
    assert log_in().status_code == 200
    assert log_in(place=STRANGE).status_code == 429


def test_nor_do_they_from_many_places(monkeypatch):
    allow(monkeypatch, pressed="6/15minutes")
    for number in range(12):
        wrong(2, place=f"203.0.113.{number}")
    assert log_in().status_code == 200


def test_under_pressure_each_place_has_two_tries_and_no_more(monkeypatch):
    allow(monkeypatch, pressed="6/15minutes")
    for number in range(6):
        wrong(1, place=f"203.0.113.{number}")
    assert wrong(3) == [401, 401, 429]
    refused = log_in()
    assert 3000 < int(refused["Retry-After"]) <= 3600
    assert refused.json()["code"] == 429
    assert log_in(place="198.51.100.8").status_code == 200


def test_what_works_does_not_count(monkeypatch):
    allow(monkeypatch, per_address="3/minute", pressed="3/15minutes")
    assert {log_in().status_code for _ in range(12)} == {200}
    assert wrong(4) == [401, 401, 401, 429]


def test_a_log_in_that_works_gives_back_its_own_try_alone():
    accounts.create_user(email="lee@example.org", full_name="Lee", password=PASSWORD)
    wrong(9)
    log_in(email="lee@example.org")
    log_in()
    assert wrong(2) == [401, 429]


@pytest.mark.parametrize("email", [KIM, "nobody@example.org", "no address"])
def test_parallel_wrong_tries_pass_as_often_as_the_limit_says_and_no_more(email):
    """For every name: the limit does not reveal either who has an account."""
    answers = at_once(lambda _: log_in("wrong-horse", email).status_code, 24)
    assert sorted(answers) == [401] * 10 + [429] * 14


def test_wrong_tries_of_one_place_are_limited_whatever_the_name(monkeypatch):
    allow(monkeypatch, per_address="5/minute")
    answers = [wrong(1, email=f"name{number}@example.org") for number in range(6)]
    assert answers == [[401]] * 5 + [[429]]


def test_the_right_secret_of_a_service_does_not_count(settings, monkeypatch):
    settings.SERVER_TOKEN_SECRET = "secret"
    monkeypatch.setattr(sessions, "WRONG_SECRETS", "2/minute")

    def log_in_as_service(secret):
        headers = {"x-tidepool-server-name": "export", "x-tidepool-server-secret": secret}
        return Api().post("/auth/serverlogin", headers=headers).status_code

    assert {log_in_as_service("secret") for _ in range(4)} == {200}
    assert [log_in_as_service("wrong") for _ in range(3)] == [401, 401, 429]


def test_no_one_gets_in_when_tries_cannot_be_counted(monkeypatch):
    class Broken:
        def hit(self, *_):
            raise Down

    monkeypatch.setattr(ratelimit, "_limiter", Broken)
    assert log_in().status_code == 503
