"""The login of the staff pages."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core import signing

from kernel import ratelimit
from kernel.errors import Unavailable
from kernel.staff.sign_in import attempts
from tests.admin.conftest import PASSWORD, events, text
from tests.cast import QuickClient
from tests.hashing import QuickArgon2


@pytest.fixture
def sam():
    return User.objects.create_user("sam", "sam@example.org", PASSWORD, is_staff=True)


def log_in(name, password, client=None, **extra):
    return (client or QuickClient()).post(
        "/admin/login/", {"username": name, "password": password}, **extra
    )


def without_csrf(response):
    lines = text(response).splitlines()
    return [line for line in lines if "csrfmiddlewaretoken" not in line and 'value="' not in line]


def test_staff_log_in_and_see_the_overview(sam):
    client = QuickClient()
    response = log_in("sam", PASSWORD, client)
    assert response.status_code == 302
    assert response.headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    (event,) = events(action="staff.login")
    assert (event["actor"]["name"], event["outcome"]) == ("sam", "done")


def test_answers_do_not_reveal_whether_an_account_exists(sam):
    User.objects.create_user("gone", "gone@example.org", PASSWORD, is_staff=True, is_active=False)
    User.objects.create_user("nostaff", "n@example.org", PASSWORD)
    answers = [
        log_in("sam", "wrong"),
        log_in("nobody", "wrong"),
        log_in("gone", PASSWORD),
        log_in("nostaff", PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({tuple(without_csrf(answer)) for answer in answers}) == 1
    assert {event["outcome"] for event in events(action="staff.login", outcome="denied")} == {
        "denied"
    }


def count_calls(monkeypatch, name, calls):
    method = getattr(QuickArgon2, name)
    monkeypatch.setattr(QuickArgon2, name, lambda *args: calls.append(1) or method(*args))


def test_every_try_costs_the_same_work_for_any_name(sam, monkeypatch):
    """One hash each, so that time does not reveal whether an account exists."""
    User.objects.create_user("gone", "", PASSWORD, is_staff=True, is_active=False)
    User.objects.create_user("provided", "", is_staff=True)
    hashes = []
    count_calls(monkeypatch, "encode", hashes)
    count_calls(monkeypatch, "verify", hashes)
    work = {}
    for name in ("sam", "nobody", "gone", "provided"):
        hashes.clear()
        log_in(name, "wrong")
        work[name] = len(hashes)
    assert set(work.values()) == {1}, work


def test_a_typed_name_is_recorded_only_if_it_is_the_name_of_an_account(sam):
    log_in("my-password-by-mistake", "x")
    log_in("sam", "wrong")
    first, second = events(action="staff.login")
    assert first["actor"]["name"] == ""
    assert second["actor"]["name"] == "sam"
    assert "mistake" not in str(first)


def try_wrongly(times, name="sam", client=None, **extra):
    return [log_in(name, "wrong", client, **extra).status_code for _ in range(times)]


def allow(monkeypatch, **limits):
    monkeypatch.setattr(attempts, "BUDGETS", replace(attempts.BUDGETS, **limits))


def test_wrong_tries_of_one_name_from_one_address_are_limited(sam):
    assert try_wrongly(11) == [200] * 10 + [429]
    response = log_in("sam", PASSWORD)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "Too many tries. Try again in 15 minutes." in text(response)


def test_an_unknown_name_is_limited_in_the_same_way():
    assert try_wrongly(11, "nobody") == [200] * 10 + [429]


@pytest.mark.parametrize("name", ["sam", "SAM", " sam ", "ｓａｍ", "ſam"])
def test_other_spellings_of_a_name_share_its_limit(name, sam):
    try_wrongly(10)
    assert try_wrongly(1, name) == [429]


@pytest.mark.yardstick("L1")
def test_parallel_wrong_tries_do_not_exceed_the_limit(sam):
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: log_in("sam", "wrong", QuickClient()).status_code, range(24))
        )
    assert sorted(answers) == [200] * 10 + [429] * 14


def test_a_successful_login_does_not_count(sam):
    for _ in range(12):
        assert log_in("sam", PASSWORD).status_code == 302
    assert try_wrongly(11) == [200] * 10 + [429]


def test_a_successful_login_gives_back_only_its_own_try(sam):
    User.objects.create_user("eve", "", PASSWORD, is_staff=True)
    try_wrongly(9)
    log_in("eve", PASSWORD)
    log_in("sam", PASSWORD)
    assert try_wrongly(2) == [200, 429]


def test_tries_of_one_address_are_limited_across_names(monkeypatch):
    allow(monkeypatch, per_address="5/15minute")
    answers = [log_in(f"name-{number}", "wrong").status_code for number in range(6)]
    assert answers == [200] * 5 + [429]


def test_addresses_of_one_ipv6_network_share_a_limit(sam):
    for number in range(10):
        try_wrongly(1, REMOTE_ADDR=f"2001:db8:1:2::{number:x}")
    assert try_wrongly(1, REMOTE_ADDR="2001:db8:1:2:ffff::1") == [429]
    assert try_wrongly(1, REMOTE_ADDR="2001:db8:1:3::1") == [200]


def test_tries_from_many_addresses_lock_no_one_out(sam, monkeypatch):
    """Guessing gets slower for unknown devices, but each address keeps tries of its own."""
    allow(monkeypatch, pressed="6/15minute")
    for number in range(12):
        try_wrongly(2, REMOTE_ADDR=f"10.0.0.{number}")
    assert log_in("sam", PASSWORD, REMOTE_ADDR="10.9.9.9").status_code == 302


def test_under_attack_each_address_has_two_tries(sam, monkeypatch):
    allow(monkeypatch, pressed="6/15minute")
    for number in range(6):
        try_wrongly(1, REMOTE_ADDR=f"10.0.0.{number}")
    assert try_wrongly(3, REMOTE_ADDR="10.0.1.1") == [200, 200, 429]
    response = log_in("sam", PASSWORD, REMOTE_ADDR="10.0.1.1")
    assert "Try again in 60 minutes." in text(response)


def test_a_known_device_has_tries_that_no_stranger_can_use_up(sam):
    desk = QuickClient()
    log_in("sam", PASSWORD, desk)
    desk.post("/admin/logout/")
    try_wrongly(12)  # from the same address, as behind one router
    assert log_in("sam", PASSWORD).status_code == 429
    assert log_in("sam", PASSWORD, desk).status_code == 302


def test_a_known_device_has_a_limit_of_its_own(sam):
    desk = QuickClient()
    log_in("sam", PASSWORD, desk)
    desk.post("/admin/logout/")
    assert try_wrongly(11, client=desk) == [200] * 10 + [429]


def test_a_device_is_known_to_one_account_only_and_cannot_be_forged(sam):
    User.objects.create_user("eve", "", PASSWORD, is_staff=True)
    eves = QuickClient()
    log_in("eve", PASSWORD, eves)
    try_wrongly(10)
    assert try_wrongly(1, client=eves) == [429]
    forged = QuickClient()
    forged.cookies["staff_device"] = "e30:1abc:forged"
    assert try_wrongly(1, client=forged) == [429]


@pytest.mark.yardstick("W1")
def test_the_session_cookie_is_hidden_from_scripts_and_sent_over_https_alone(sam, settings):
    settings.SESSION_COOKIE_SECURE = True  # as with HTTPS
    cookie = log_in("sam", PASSWORD).cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["samesite"], cookie["httponly"], cookie["secure"]) == ("Lax", True, True)


@pytest.mark.yardstick("W1")
def test_the_device_cookie_is_limited_to_the_staff_pages_and_names_no_one(sam):
    cookie = log_in("sam", PASSWORD).cookies["staff_device"]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/admin", "Lax", True)
    content = signing.loads(cookie.value, salt="staff.device")
    assert "sam" not in str(content)


@pytest.mark.yardstick("L2")
def test_no_one_can_log_in_when_tries_cannot_be_counted(sam, monkeypatch):
    def down(*_, **__):
        raise Unavailable

    monkeypatch.setattr(ratelimit, "hit", down)
    client = QuickClient()
    response = log_in("sam", PASSWORD, client)
    assert response.status_code == 503
    assert "No one can log in at the moment" in text(response)
    assert client.get("/admin/").status_code == 302


def test_the_address_from_a_proxy_is_used_only_where_it_is_configured(rf, settings):
    request = rf.post("/admin/login/", REMOTE_ADDR="10.1.1.1", HTTP_X_REAL_IP="203.0.113.9")
    assert ratelimit.client_address(request) == "10.1.1.1"
    settings.CLIENT_ADDRESS_HEADER = "X-Real-IP"
    assert ratelimit.client_address(request) == "203.0.113.9"


def test_a_session_ends_after_fifteen_idle_minutes(sam):
    client = QuickClient()
    response = log_in("sam", PASSWORD, client)
    cookie = response.cookies["sessionid"]
    assert cookie["max-age"] == 15 * 60
    assert cookie["httponly"]
    assert django_settings.SESSION_SAVE_EVERY_REQUEST
    response = client.get("/admin/")
    assert response.cookies["sessionid"]["max-age"] == 15 * 60


def move_back(client, minutes):
    session = client.session
    session["seen"] -= minutes * 60
    session.save()


@pytest.mark.yardstick("W2")
def test_staff_are_logged_out_after_fifteen_idle_minutes(staff):
    person = staff("viewer")
    assert person.get("clinics/").status_code == 200
    move_back(person.client, 14)
    assert person.get("clinics/").status_code == 200
    move_back(person.client, 14)
    assert person.get("clinics/").status_code == 200
    move_back(person.client, 16)
    assert person.get("clinics/").headers["Location"].startswith("/admin/login/")


def test_polling_does_not_keep_a_session_alive(staff):
    person = staff("viewer")
    person.get("clinics/")
    poll = {"X-Requested-With": "fetch"}
    move_back(person.client, 10)
    assert person.client.get("/admin/clinics/", headers=poll).status_code == 200
    move_back(person.client, 10)
    assert person.client.get("/admin/clinics/", headers=poll).status_code == 302


def test_without_a_session_every_page_leads_to_the_login():
    for path in ("/admin/", "/admin/clinics/", "/admin/audit/", "/admin/events/"):
        response = QuickClient().get(path)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/admin/login/")


@pytest.mark.yardstick("W1")
def test_pages_forbid_foreign_and_inline_scripts_and_frames(sam):
    client = QuickClient()
    log_in("sam", PASSWORD, client)
    response = client.get("/admin/")
    policy = response.headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert "'unsafe-inline'" not in directives["script-src"]
    assert "http" not in policy
    assert directives["frame-ancestors"] == "'none'"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "no-store" in response.headers["Cache-Control"]


def test_the_environment_is_on_every_page(sam, settings):
    client = QuickClient()
    log_in("sam", PASSWORD, client)
    assert ">test</span>" in text(client.get("/admin/"))
    settings.ENVIRONMENT = "production"
    assert "st-environment-danger" in text(client.get("/admin/"))


def test_pages_show_without_script_and_begin_with_the_way_to_their_content(root):
    pages = (
        "/admin/",
        "/admin/auth/user/",
        "/admin/auth/user/add/",
        "/admin/sign-in/",
        "/admin/clinics/x/",
    )
    answers = [root.get(path.removeprefix("/admin/")) for path in pages]
    for answer in (*answers, QuickClient().get("/admin/login/")):
        page = text(answer)
        assert (
            '<noscript><link rel="stylesheet" href="/static/staff/no-script.css"></noscript>'
            in page
        )
        first = re.search(r"<(?:a|button|input|select)\b[^>]*>", page.partition("<body")[2])
        assert first.group() == '<a class="st-skip" href="#content">'
        assert page.count('id="content"') == 1


def test_an_account_without_a_role_sees_no_clinic(sam):
    client = QuickClient()
    log_in("sam", PASSWORD, client)
    page = text(client.get("/admin/"))
    assert "No role yet" in page
    assert client.get("/admin/clinics/").status_code == 403


def test_changing_an_account_needs_a_superuser_and_leaves_its_roles(sam, root, staff):
    assert staff("destructive").get("auth/user/").status_code == 403
    page = root.client.get(f"/admin/auth/user/{sam.pk}/change/")
    assert page.status_code == 200
    from django.contrib.auth.models import Group

    group = Group.objects.get(name="support")
    response = root.post(
        f"auth/user/{sam.pk}/change/",
        username="sam",
        is_active="on",
        is_staff="on",
        groups=[str(group.pk)],
        first_name="",
        last_name="",
        email="sam@example.org",
    )
    assert response.status_code == 302, text(response)[:2000]
    (event,) = events(action="staff.user_changed")
    assert event["after"]["roles"] == ["support"]
    assert event["object"]["name"] == "sam"
