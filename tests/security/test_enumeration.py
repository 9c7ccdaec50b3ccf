"""Callers without a token learn nothing, and their number of calls is limited (rules CONFIRM-43 to
CONFIRM-45, CONFIRM-94 and CONFIRM-107)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from kernel import db
from kernel.middleware import TRACE_NAME
from tests.events import emitted
from users.clients import embedded

UNKNOWN_ADDRESS = "nobody@example.org"
BY_ADDRESS = ["/confirm/send/forgot/", "/confirm/forgot/", "/confirm/resend/signup/"]


def seen(response):
    """The parts of an answer that a stranger sees."""
    headers = {n: v for n, v in response.headers.items() if n.lower() not in ("date", TRACE_NAME)}
    return response.status_code, response.content, headers


def at_once(act, count):
    barrier = Barrier(count)

    def run(number):
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.fixture
def waiting(eve):
    """Eve has an account, and a sign-up that waits."""
    assert eve.api.post(f"/confirm/send/signup/{eve.user_id}").status_code == 200
    return eve


@pytest.mark.parametrize("path", BY_ADDRESS)
def test_the_answer_is_the_same_with_and_without_an_account(waiting, anonymous, path):
    assert seen(anonymous.post(path + waiting.email)) == seen(
        anonymous.post(path + UNKNOWN_ADDRESS)
    )


@pytest.mark.parametrize("path", BY_ADDRESS)
@pytest.mark.parametrize("text", ["x", "no address", "1234567890", "an id"])
def test_an_invalid_address_is_refused_whether_or_not_an_account_exists(
    waiting, anonymous, path, text
):
    answer = anonymous.post(path + (waiting.user_id if text == "an id" else text))
    assert answer.status_code == 400
    assert answer.json().keys() == {"code", "reason"}
    assert [mail["template"] for mail in emitted("mail.requested")] == ["signup_confirmation"]


def writes(act, monkeypatch):
    """Names of the writes that `act` causes, in order."""
    names = []

    class Counting(db.SessionCollection):
        __slots__ = ()

        def __getattribute__(self, name):
            if name.startswith(("insert", "update", "find_one_and", "delete")):
                names.append(name)
            return super().__getattribute__(name)

    with monkeypatch.context() as patch:
        patch.setattr(db, "SessionCollection", Counting)
        act()
    return names


def test_a_reset_does_the_same_work_with_and_without_an_account(eve, anonymous, monkeypatch):
    with_account, without_account = (
        writes(lambda e=email: anonymous.post(f"/confirm/send/forgot/{e}"), monkeypatch)
        for email in (eve.email, UNKNOWN_ADDRESS)
    )
    assert with_account == without_account != []


def test_a_resend_calls_no_other_service(waiting, anonymous, monkeypatch):
    calls = []
    for name in ("EmbeddedProfileService", "EmbeddedUserService"):
        service = getattr(embedded, name)
        for method in ("get_profile", "get_user"):
            if hasattr(service, method):
                monkeypatch.setattr(service, method, lambda *_: calls.append(1))
    for address in (waiting.email, UNKNOWN_ADDRESS):
        assert anonymous.post(f"/confirm/resend/signup/{address}").status_code == 200
    assert calls == []


def test_another_persons_key_is_answered_like_an_unknown_one(waiting, anonymous):
    answers = {
        seen(anonymous.put(f"/confirm/dismiss/signup/{user_id}", {"key": "k" * 32}))[:2]
        for user_id in (waiting.user_id, "abcdef0123")
    }
    assert len(answers) == 1


@pytest.mark.yardstick("L1")
@pytest.mark.parametrize("path", BY_ADDRESS)
def test_the_limit_of_an_address_is_exact_under_sixty_threads(settings, waiting, anonymous, path):
    settings.CONFIRMATIONS_PER_CLIENT = "1000/hour"
    # Letter case does not make another address.
    addresses = [waiting.email, waiting.email.upper()]

    answers = at_once(lambda n: anonymous.post(path + addresses[n % 2]), 60)

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 5
    assert statuses.count(429) == 55
    refused = next(a for a in answers if a.status_code == 429)
    assert refused.json()["code"] == 429
    assert int(refused["Retry-After"]) > 0


@pytest.mark.yardstick("L1")
def test_the_limit_of_a_client_is_exact_under_sixty_threads(settings, anonymous):
    settings.CONFIRMATIONS_PER_CLIENT = "23/hour"

    answers = at_once(lambda n: anonymous.post(f"/confirm/send/forgot/a{n}@example.org"), 60)

    assert [a.status_code for a in answers].count(200) == 23
    assert db.collection("confirmations").count_documents({}) == 23


def test_each_client_has_its_own_limit_and_services_have_none(settings, anonymous, backend):
    settings.CONFIRMATIONS_PER_CLIENT = "1/hour"
    for address, status in (("10.0.0.1", 200), ("10.0.0.1", 429), ("10.0.0.2", 200)):
        url = f"/confirm/send/forgot/{address}-{status}@example.org"
        assert anonymous.post(url, REMOTE_ADDR=address).status_code == status
    for number in range(3):
        assert backend.post(f"/confirm/send/forgot/s{number}@example.org").status_code == 200


def test_attempts_to_guess_a_birthday_are_limited(settings, backend, anonymous):
    settings.CONFIRMATIONS_PER_KEY = "3/hour"
    key = key_of_signup(backend, "iris@example.org")
    statuses = [guess_birthday(anonymous, key, day=day).status_code for day in range(1, 6)]
    assert statuses == [409, 409, 409, 429, 429]


@pytest.mark.yardstick("L1")
def test_the_limit_of_a_key_is_exact_under_sixty_threads(settings, backend, anonymous):
    settings.CONFIRMATIONS_PER_KEY = "7/hour"
    settings.CONFIRMATIONS_PER_CLIENT = "1000/hour"
    key, other = (key_of_signup(backend, f"{name}@example.org") for name in ("iris", "noor"))

    answers = at_once(lambda n: guess_birthday(anonymous, key, day=1 + n % 28), 60)

    assert Counter(answer.status_code for answer in answers) == {409: 7, 429: 53}
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 429)
    assert guess_birthday(anonymous, other, day=1).status_code == 409


def key_of_signup(backend, email):
    user = embedded.EmbeddedUserService().create_custodial_user("c" * 24, email)
    backend.post(f"/confirm/send/signup/{user.user_id}")
    return db.collection("confirmations").find_one({"userId": user.user_id})["_id"]


def guess_birthday(anonymous, key, *, day):
    body = {"password": "password-1", "birthday": f"1990-01-{day:02}"}
    return anonymous.put(f"/confirm/accept/signup/{key}", body)


@pytest.mark.yardstick("L2")
def test_without_redis_no_mail_is_sent(anonymous, monkeypatch):
    from redis.exceptions import ConnectionError as Down

    from kernel import ratelimit

    class Broken:
        def hit(self, *_):
            raise Down

    monkeypatch.setattr(ratelimit, "_limiter", Broken)
    assert anonymous.post(f"/confirm/send/forgot/{UNKNOWN_ADDRESS}").status_code == 503
    assert emitted("mail.requested") == []
