"""Failure pages: with the site's frame for people who are logged in, and with the request id for the log."""

import re
from collections import defaultdict

import orjson
import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from pymongo.errors import AutoReconnect

from kernel.jobs.files import FORMATS
from kernel.staff import exports, pages
from tests.admin.conftest import events, text

TRACE = {"HTTP_X_TIDEPOOL_TRACE_REQUEST": "trace1234"}


def wrapped(cause):
    """As Django's ORM raises it."""
    error = DatabaseError("down")
    error.__cause__ = cause
    return error


def get_page(person, path, **options):
    return person.client.get(f"/admin/{path}", **TRACE, **options)


def test_not_found_and_not_allowed_are_shown_in_the_frame_with_the_request_id(staff, clinic):
    person = staff("support")
    missing = get_page(person, f"clinics/{'0' * 24}/")
    refused = get_page(person, f"clinics/{clinic['_id']}/delete")
    assert (missing.status_code, refused.status_code) == (404, 403)
    for page in (missing, refused):
        assert "trace1234" in text(page)
        assert 'id="quick-search"' in text(page)


def test_an_expired_form_is_reported_in_the_frame_with_the_request_id(root):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(root.user)
    page = browser.post("/admin/auth/user/add/", {"username": "x"}, **TRACE)
    assert page.status_code == 403
    assert "The form has expired" in text(page)
    assert "trace1234" in text(page)


@pytest.mark.parametrize(
    ("failure", "status", "words"),
    [
        (AutoReconnect("down"), 503, "Not available at the moment"),
        (wrapped(AutoReconnect("down")), 503, "Not available at the moment"),
        (RuntimeError("Zyxmarker"), 500, "Something went wrong"),
    ],
)
def test_outages_and_faults_are_reported_with_the_request_id(
    root, monkeypatch, failure, status, words
):
    def fails(*args, **options):
        raise failure

    monkeypatch.setattr("clinics.admin.clinic_lists.staff_reads.list_clinics", fails)
    root.client.raise_request_exception = False
    page = get_page(root, "clinics/")
    assert page.status_code == status
    assert words in text(page)
    assert re.search(r"Request <code>trace1234", text(page))
    assert "Zyxmarker" not in text(page)


def test_a_stranger_gets_failures_without_the_frame():
    page = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"}, **TRACE)
    assert page.status_code == 403
    assert "trace1234" in text(page)
    assert 'id="quick-search"' not in text(page)


EXPORTS = sorted(name for route, name, _ in pages.PAGES if route.endswith("/export"))


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("chosen", FORMATS)
def test_an_export_that_fails_at_a_row_is_answered_with_a_failure_page(
    name, chosen, clinic, root, monkeypatch, log
):
    """And not with the beginning of a file, nor with an event that says it was sent."""

    class Row:
        def __iter__(self):
            raise RuntimeError

    written = exports.as_file
    monkeypatch.setattr(
        exports,
        "as_file",
        lambda name, header, rows, **how: written(name, header, [*rows, Row()], **how),
    )
    root.client.raise_request_exception = False
    asked = {"at_once": "1", "format": chosen}
    page = root.client.post(address_of(name, clinic), asked, **TRACE)
    assert (page.status_code, page.streaming) == (500, False)
    assert "Content-Disposition" not in page.headers
    assert re.search(r"Request <code>trace1234", text(page))
    assert failures_in(log()) == [("RuntimeError", "trace1234")]
    assert not events(outcome="done")


def address_of(name, clinic):
    is_complete = name in ("clinics_export", "audit_export")
    return reverse(f"admin:{name}", kwargs={} if is_complete else {"clinic_id": clinic["_id"]})


def failures_in(lines):
    entries = [orjson.loads(line) for line in lines.splitlines()]
    return [(line["error"], line.get("request")) for line in entries if line["level"] == "error"]


def test_files_parts_and_redirects_fail_with_a_failure_page(clinic, root, monkeypatch):
    """Whatever was requested, the response is the failure page."""

    def fails(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(pages, "has", fails)
    root.client.raise_request_exception = False
    values = defaultdict(lambda: "6b0553fbbafa75e9de76e4d1")
    other_answers = []
    for route, name, _ in pages.PAGES:
        arguments = {part: values[part] for part in re.findall(r":(\w+)>", route)}
        answer = root.client.get(reverse(f"admin:{name}", kwargs=arguments), **TRACE)
        if answer.status_code != 500 or "trace1234" not in text(answer):
            other_answers.append(name)
    assert [name for name in other_answers if not needs_nothing(name)] == []


def needs_nothing(name):
    """Pages of one's own account, which need no role."""
    return name.startswith("sign_in")
