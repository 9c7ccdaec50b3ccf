"""Pages of failures: in the frame of the site for who is logged in, with the id that leads to the log."""

import re

import pytest
from django.test import Client
from pymongo.errors import AutoReconnect

from tests.admin.conftest import text

TRACE = {"HTTP_X_TIDEPOOL_TRACE_REQUEST": "trace1234"}


def asked(person, path, **options):
    return person.client.get(f"/admin/{path}", **TRACE, **options)


def test_what_is_not_there_or_not_allowed_is_said_inside_the_frame_with_the_requests_id(
    staff, clinic
):
    person = staff("support")
    missing = asked(person, f"clinics/{'0' * 24}/")
    refused = asked(person, f"clinics/{clinic['_id']}/delete")
    assert (missing.status_code, refused.status_code) == (404, 403)
    for page in (missing, refused):
        assert "trace1234" in text(page)
        assert 'id="quick-search"' in text(page)


def test_an_expired_form_is_said_inside_the_frame_with_the_requests_id(root):
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
        (RuntimeError("Zyxmarker"), 500, "Something went wrong"),
    ],
)
def test_what_is_down_or_broken_is_said_with_the_requests_id(
    root, monkeypatch, failure, status, words
):
    def fails(*args, **options):
        raise failure

    monkeypatch.setattr("clinics.admin.clinic_lists.staff_reads.list_clinics", fails)
    root.client.raise_request_exception = False
    page = asked(root, "clinics/")
    assert page.status_code == status
    assert words in text(page)
    assert re.search(r"Request <code>trace1234", text(page))
    assert "Zyxmarker" not in text(page)


def test_a_stranger_is_shown_nothing_of_the_frame():
    page = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"}, **TRACE)
    assert page.status_code == 403
    assert "trace1234" in text(page)
    assert 'id="quick-search"' not in text(page)
