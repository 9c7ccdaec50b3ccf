"""Every route of the staff site with arguments that no page expects: 404 for staff, the login page for strangers."""

import re

import pytest
from django.contrib import admin
from django.urls import URLResolver

from tests.admin.conftest import quick_failures
from tests.cast import QuickClient

GARBAGE = (
    "1",
    "-1",
    "x",
    "0" * 24,
    "f" * 24,
    "9" * 40,
    "x" * 3000,
    "é",
    "%00",
    "%ff",
    "a%2Fb",
    "%2e%2e",
    "'%22%3C%3E",
    "$ne",
    "{}",
    "%F0%9F%92%A9",
)
ARGUMENT = re.compile(r"<(?:\w+:)?\w+>|\(\?P<\w+>[^)]*\)")
# Open to everyone, or not a page.
OPEN = {"login", "logout", "login_provider", "login_provider_callback"}

READ_ONLY = "auth/group/"  # roles are defined in code, so no one can change one


def routes():
    """(name, route with <arguments>) of every pattern, those of the models included."""
    patterns, _, _ = admin.site.urls
    return sorted(walk(patterns, ""))


def walk(patterns, prefix):
    for pattern in patterns:
        route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        else:
            yield pattern.name or "", route


WITH_ARGUMENTS = [route for name, route in routes() if ARGUMENT.search(route)]
# What Django once served, and what browsers and scanners request.
UNKNOWN = ("r/1/1/", "r/x/y/", "r/1/x/", "jsi18n/x/", "x", "x/y/z/", "..", "auth/x/", "x/user/", "auth/user/x/y/", "%00", "%ff/", "index.php")  # fmt: skip


def test_routes_includes_our_pages_and_those_of_django():
    names = {name for name, _ in routes()}
    assert {"clinic_patients", "audit_event", "auth_user_change", "app_list", "index"} <= names
    assert len(WITH_ARGUMENTS) > 25


@pytest.fixture
def bare_failures():
    """Without the frame around a failure, which takes most of the time."""
    with quick_failures():
        yield


@pytest.mark.walk
@pytest.mark.parametrize("route", [*WITH_ARGUMENTS, *UNKNOWN])
def test_routes_with_unexpected_arguments_are_not_found(route, root, bare_failures):
    client = root.client
    for value in GARBAGE if ARGUMENT.search(route) else ("",):
        path = ARGUMENT.sub(lambda _, value=value: value, route)
        is_first_of_its_kind = value in ("", "x", "0" * 24, "%00")
        for method in (
            (client.get, client.post, client.head) if is_first_of_its_kind else (client.get,)
        ):
            response = method(f"/admin/{path}")
            answers = {302, 400, 404, 403} if path.startswith(READ_ONLY) else {302, 400, 404}
            assert response.status_code in answers, (path[:80], response.status_code)
            if (
                response.status_code == 302
            ):  # Django's own "it doesn't exist", and a slash that was missing
                assert response.headers["Location"].startswith("/admin/")


def test_a_stranger_is_sent_to_the_login_by_every_route():
    closed = [route for name, route in routes() if name not in OPEN]
    for route in (*closed, *UNKNOWN):
        path = ARGUMENT.sub("x", route)
        for method in (QuickClient().get, QuickClient().post):
            response = method(f"/admin/{path}")
            assert response.status_code == 302, (path, response.status_code)
            assert "/admin/login/" in response.headers["Location"], path


@pytest.mark.parametrize("route", [route for _, route in routes() if not ARGUMENT.search(route)])
def test_unexpected_queries_do_not_break_a_page(route, root):
    odd = dict.fromkeys(("q", "page", "p", "o", "after", "before", "from", "to", "action", "app_label", "model_name", "field_name", "term", "actor", "clinic", "state", "limit"), "x'\"<>\x00$")  # fmt: skip
    if route.startswith("logout"):
        return
    assert root.client.get(f"/admin/{route}", odd).status_code < 500
