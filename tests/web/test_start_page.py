"""`/` in a browser, and for API clients."""

import re

import pytest
from django.urls import get_resolver

from tests.cast import QuickClient

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_browser_gets_a_page_with_links():
    page = QuickClient().get("/", headers={"Accept": CHROME})
    assert page.status_code == 200
    assert page["Content-Type"] == "text/html; charset=utf-8"
    links = re.findall(r'href="(/[^"]+)"', page.content.decode())
    own = {"/login", "/signup"}
    assert {"/admin/", "/docs", "/schema", "/schema/accounts", "/ready", *own} <= set(links)
    for link in links:
        answer = QuickClient().get(link, follow=True, headers={"Accept": CHROME})
        assert answer.status_code == 200, link


def test_without_pages_of_our_own_no_link_leads_to_them(settings):
    settings.OWN_PAGES = False
    page = QuickClient().get("/", headers={"Accept": CHROME})
    assert "/login" not in page.content.decode()


@pytest.mark.parametrize(
    "accept",
    ["application/json", "*/*", None, "application/json, text/html;q=0.1", "*/*, text/html;q=0"],
)
def test_a_client_without_a_token_is_answered_with_400(accept):
    answer = QuickClient().get("/", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.json()) == (400, {"message": "session token is missing"})


def test_a_client_with_a_token_is_answered_with_404(eve):
    answer = eve.api.get("/", headers={"Accept": CHROME})
    assert (answer.status_code, answer.json()) == (
        404,
        {"message": "no matching operation was found"},
    )


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_other_methods_are_answered_with_400(method):
    answer = getattr(QuickClient(), method)("/", headers={"Accept": CHROME})
    assert answer.status_code == 400


def test_other_methods_of_the_page_of_the_description_are_refused():
    assert QuickClient().options("/docs").status_code == 405


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/admin", "/admin/"),
        ("/docs/", "/docs"),
        ("/schema/", "/schema"),
        ("/schema/?format=json", "/schema?format=json"),
        ("/schema/accounts/", "/schema/accounts"),
        ("/ready/", "/ready"),
        ("/login/", "/login"),
        ("/login/?signupKey=abc", "/login?signupKey=abc"),
        ("/signup/", "/signup"),
        ("/signup/clinician/", "/signup/clinician"),
        ("/confirm-password-reset/", "/confirm-password-reset"),
        ("/favicon.ico", "/static/staff/favicon.svg"),
    ],
)
def test_a_slash_more_or_less_leads_to_the_page(written, meant):
    answer = QuickClient().get(written)
    assert (answer.status_code, answer["Location"]) == (302, meant)
    assert QuickClient().post(written).status_code == 405


def test_the_description_is_found_as_a_file_of_json():
    answer = QuickClient().get("/schema.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/vnd.oai.openapi+json")
    assert answer.json()["openapi"] == "3.1.0"
    assert QuickClient().get("/schema?format=json").content == answer.content


def test_every_page_without_an_id_is_found_with_a_slash_at_the_end():
    patterns = [str(pattern.pattern) for pattern in get_resolver().url_patterns]
    of_people = [
        route
        for route in patterns
        if route and not re.search(r"[<(]|^(v1|auth|admin|confirm/|favicon)|/$", route)
    ]
    assert len(of_people) > 10
    assert [route for route in of_people if f"{route}/" not in patterns] == []
