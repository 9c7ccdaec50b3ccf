"""The door of the staff site (yardsticks W1, W2, L1, L2)."""

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client

from clinics_site.admin import door
from clinics_site.core import ratelimit
from clinics_site.core.errors import Unavailable
from tests.admin.conftest import PASSWORD, events, text


@pytest.fixture
def sam():
    return User.objects.create_user("sam", "sam@example.org", PASSWORD, is_staff=True)


def log_in(name, password, client=None, **extra):
    return (client or Client()).post(
        "/admin/login/", {"username": name, "password": password}, **extra
    )


def without_csrf(response):
    lines = text(response).splitlines()
    return [line for line in lines if "csrfmiddlewaretoken" not in line and 'value="' not in line]


def test_staff_log_in_and_land_on_the_overview(sam):
    client = Client()
    response = log_in("sam", PASSWORD, client)
    assert response.status_code == 302
    assert response.headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    (event,) = events(action="staff.login")
    assert (event["actor"]["name"], event["outcome"]) == ("sam", "done")


def test_the_answers_do_not_tell_whether_an_account_exists(sam):
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


def test_what_was_typed_as_a_name_is_not_kept_unless_it_is_one(sam):
    log_in("my-password-by-mistake", "x")
    log_in("sam", "wrong")
    first, second = events(action="staff.login")
    assert first["actor"]["name"] == ""
    assert second["actor"]["name"] == "sam"
    assert "mistake" not in str(first)


def test_tries_of_one_name_are_limited_whatever_the_address(sam):
    for number in range(10):
        assert log_in("sam", "wrong", REMOTE_ADDR=f"10.0.0.{number}").status_code == 200
    response = log_in("sam", PASSWORD, REMOTE_ADDR="10.0.0.99")
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "Too many tries. Try again in 15 minutes." in text(response)


def test_an_unknown_name_is_limited_just_the_same():
    answers = [log_in("nobody", "wrong").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_tries_of_one_address_are_limited_whatever_the_name(monkeypatch):
    monkeypatch.setattr(door, "PER_ADDRESS", "5/15minute")
    answers = [log_in(f"name-{number}", "wrong").status_code for number in range(6)]
    assert answers == [200] * 5 + [429]


def test_nobody_gets_in_when_tries_can_not_be_counted(sam, monkeypatch):
    def down(*_, **__):
        raise Unavailable

    monkeypatch.setattr(ratelimit, "hit", down)
    client = Client()
    response = log_in("sam", PASSWORD, client)
    assert response.status_code == 503
    assert "Nobody can log in at the moment" in text(response)
    assert client.get("/admin/").status_code == 302


def test_the_proxy_tells_the_address_only_where_it_is_configured(rf, settings):
    request = rf.post("/admin/login/", REMOTE_ADDR="10.1.1.1", HTTP_X_REAL_IP="203.0.113.9")
    assert ratelimit.address_of(request) == "10.1.1.1"
    settings.CLIENT_ADDRESS_HEADER = "X-Real-IP"
    assert ratelimit.address_of(request) == "203.0.113.9"


def test_a_session_ends_after_fifteen_idle_minutes(sam):
    client = Client()
    response = log_in("sam", PASSWORD, client)
    cookie = response.cookies["sessionid"]
    assert cookie["max-age"] == 15 * 60
    assert cookie["httponly"]
    assert django_settings.SESSION_SAVE_EVERY_REQUEST
    again = client.get("/admin/")
    assert again.cookies["sessionid"]["max-age"] == 15 * 60


def move_back(client, minutes):
    session = client.session
    session["seen"] -= minutes * 60
    session.save()


def test_somebody_idle_for_fifteen_minutes_is_logged_off(staff):
    person = staff("viewer")
    assert person.get("clinics/").status_code == 200
    move_back(person.client, 14)
    assert person.get("clinics/").status_code == 200
    move_back(person.client, 14)
    assert person.get("clinics/").status_code == 200
    move_back(person.client, 16)
    assert person.get("clinics/").headers["Location"].startswith("/admin/login/")


def test_a_page_that_polls_by_itself_keeps_nobody_logged_in(staff):
    person = staff("viewer")
    person.get("clinics/")
    poll = {"X-Requested-With": "fetch"}
    move_back(person.client, 10)
    assert person.client.get("/admin/clinics/", headers=poll).status_code == 200
    move_back(person.client, 10)
    assert person.client.get("/admin/clinics/", headers=poll).status_code == 302


def test_without_a_session_every_page_leads_to_the_door():
    for path in ("/admin/", "/admin/clinics/", "/admin/audit/", "/admin/events/"):
        response = Client().get(path)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/admin/login/")


def test_pages_forbid_foreign_and_inline_scripts_and_frames(sam):
    client = Client()
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
    client = Client()
    log_in("sam", PASSWORD, client)
    assert ">test</span>" in text(client.get("/admin/"))
    settings.ENVIRONMENT = "production"
    assert "st-environment-danger" in text(client.get("/admin/"))


def test_an_account_without_a_role_sees_no_clinic(sam):
    client = Client()
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
