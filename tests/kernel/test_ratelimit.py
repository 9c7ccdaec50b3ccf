"""Rate limits: exact under parallel hits (fact F13), and what happens when Redis is down."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.cache import cache
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis import Redis

from kernel import ratelimit
from kernel.errors import RateLimited, Unavailable


def attempt(subject="someone@example.org"):
    try:
        ratelimit.hit("test.login", subject, limit="5/minute", closed=True)
    except RateLimited:
        return False
    return True


@pytest.fixture
def redis_down(monkeypatch):
    storage = storage_from_string("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    monkeypatch.setattr(ratelimit, "_limiter", lambda: MovingWindowRateLimiter(storage))


@pytest.mark.yardstick("L1")
def test_five_of_sixty_parallel_attempts_pass_a_limit_of_five():
    with ThreadPoolExecutor(60) as pool:
        passed = list(pool.map(lambda _: attempt(), range(60)))

    assert passed.count(True) == 5


def test_each_subject_has_its_own_window():
    assert [attempt("a@example.org") for _ in range(6)] == [True] * 5 + [False]
    assert attempt("b@example.org")


@pytest.mark.yardstick("L1")
def test_the_refusal_says_how_long_to_wait():
    assert all(attempt("x") for _ in range(5))
    with pytest.raises(RateLimited) as refusal:
        ratelimit.hit("test.login", "x", limit="5/minute", closed=True)

    assert 50 <= refusal.value.retry_after <= 60


@pytest.mark.yardstick("P1")
def test_redis_holds_no_address():
    attempt("marker@example.org")
    connection = Redis.from_url(settings.REDIS_URL)

    keys = [key.decode() for key in connection.keys("*")]
    contents = [str(connection.dump(key)) for key in keys]

    assert any("test.login" in key for key in keys)
    assert not [text for text in keys + contents if "marker" in text]
    cache.clear()


@pytest.mark.yardstick("L2")
@pytest.mark.usefixtures("redis_down")
def test_without_redis_a_closed_limit_refuses():
    with pytest.raises(Unavailable):
        ratelimit.hit("test.login", "x", limit="5/minute", closed=True)


@pytest.mark.yardstick("L2")
@pytest.mark.usefixtures("redis_down")
def test_without_redis_an_open_limit_lets_pass():
    ratelimit.hit("test.view", "x", limit="5/minute", closed=False)


@pytest.mark.parametrize(
    ("header", "header_value", "address"),
    [
        ("", "6.6.6.6", "127.0.0.1"),
        ("X-Forwarded-For", "6.6.6.6, 10.0.0.7", "10.0.0.7"),
        ("X-Forwarded-For", "", "127.0.0.1"),
        ("X-Forwarded-For", "6.6.6.6, garbage", "127.0.0.1"),
        ("X-Forwarded-For", "10.0.0.7,", "127.0.0.1"),
        ("none", "6.6.6.6", "127.0.0.1"),
        ("None", "6.6.6.6", "127.0.0.1"),
    ],
)
def test_only_the_address_that_the_proxy_added_counts(settings, rf, header, header_value, address):
    settings.CLIENT_ADDRESS_HEADER = header
    request = rf.get("/", headers={"X-Forwarded-For": header_value} if header_value else {})

    assert ratelimit.client_address(request) == address


@pytest.mark.parametrize(
    ("header_value", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9 ", "203.0.113.9"),
        ("203.0.113.9:51234", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::FFFF:CB00:7109", "203.0.113.9"),
        ("[::ffff:203.0.113.9]:443", "203.0.113.9"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::7]", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::7]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
    ],
)
def test_all_spellings_of_a_clients_address_count_as_one(settings, rf, header_value, client):
    settings.CLIENT_ADDRESS_HEADER = "X-Real-IP"
    assert ratelimit.client_address(rf.get("/", headers={"X-Real-IP": header_value})) == client
    settings.CLIENT_ADDRESS_HEADER = ""
    if header_value == header_value.strip():
        assert ratelimit.client_address(rf.get("/", REMOTE_ADDR=header_value)) == client


@pytest.mark.parametrize(
    "header_value",
    ["", "x", "unknown", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", "1.2.3.4:x", ":", "::1::", "[::1", "for=1.2.3.4",
     "2001:db8::1/64", "1.2.3.4/8", "\u0661.2.3.4", "1" * 5000, ":" * 5000],
)  # fmt: skip
def test_a_header_that_is_not_an_address_counts_as_the_proxys_address(settings, rf, header_value):
    settings.CLIENT_ADDRESS_HEADER = "X-Real-IP"
    request = rf.get("/", headers={"X-Real-IP": header_value}, REMOTE_ADDR="10.0.0.7")

    assert ratelimit.client_address(request) == "10.0.0.7"


def test_without_any_address_callers_share_one_limit(rf):
    assert ratelimit.client_address(rf.get("/", REMOTE_ADDR="")) == ""
