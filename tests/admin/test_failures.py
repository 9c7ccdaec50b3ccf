"""Pages of failures: in the frame of the site for who is logged in, with the id that leads to the log."""

import asyncio
import logging
import re
from collections import defaultdict

import orjson
import pytest
from django.test import Client
from django.urls import reverse
from pymongo.errors import AutoReconnect
from structlog import contextvars

from clinics_site.web import limits
from clinics_site.web.application import Application
from clinics_site.wsgi import application
from kernel.staff import exports, pages
from tests.admin.conftest import text
from tests.web.test_bridge import scope

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


EXPORTS = sorted(name for route, name, _ in pages.PAGES if route.endswith(".csv"))


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_that_fails_is_answered_with_a_page_and_the_requests_id(
    name, clinic, root, monkeypatch, log
):
    """Not with the beginning of a file."""

    class Row:
        def __iter__(self):
            raise RuntimeError

    written = exports.as_csv
    monkeypatch.setattr(
        exports, "as_csv", lambda name, header, rows: written(name, header, [Row()])
    )
    root.client.raise_request_exception = False
    page = root.client.get(address_of(name, clinic), **TRACE)
    assert (page.status_code, page.streaming) == (500, False)
    assert "Content-Disposition" not in page.headers
    assert re.search(r"Request <code>trace1234", text(page))
    assert failures_in(log()) == [("RuntimeError", "trace1234")]


def address_of(name, clinic):
    whole = name in ("clinics_export", "audit_export")
    return reverse(f"admin:{name}", kwargs={} if whole else {"clinic_id": clinic["_id"]})


def failures_in(lines):
    found = [orjson.loads(line) for line in lines.splitlines()]
    return [(line["error"], line.get("request")) for line in found if line["level"] == "error"]


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_that_fails_half_way_breaks_off_and_its_line_in_the_log_has_the_requests_id(
    name, clinic, root, monkeypatch, log
):
    monkeypatch.setattr(exports, "PIECE", 1)
    monkeypatch.setattr(limits, "PIECE", 1)
    header = []

    def fails_behind_the_header(lines):
        header.append(next(lines))
        yield header[0]
        raise RuntimeError

    monkeypatch.setattr(exports, "_pieces", fails_behind_the_header)
    sent, error = asyncio.run(served(root, address_of(name, clinic)))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert (sent[0]["status"], sent[1]["body"].decode()) == (200, header[0])
    assert sent[1]["more_body"]  # the client sees that this is not the whole
    assert isinstance(error, RuntimeError)
    assert failures_in(log()) == [("RuntimeError", "trace1234")]


async def served(person, path):
    """As by a web process: what is sent, and what ends the connection, as the server logs it."""
    session = f"sessionid={person.client.cookies['sessionid'].value}".encode()
    headers = [(b"cookie", session), (b"x-tidepool-trace-request", b"trace1234")]
    sent = []
    contextvars.clear_contextvars()  # of the tests before

    async def send(message):
        sent.append(message)

    try:
        await Application(application, readiness=None)(
            scope(path=path, headers=headers), None, send
        )
    except RuntimeError as error:
        logging.getLogger("uvicorn.error").exception("Exception")
        return sent, error
    return sent, None


def test_the_first_piece_of_an_export_fills_what_the_web_process_sends_first():
    """Or it would ask for the next one where a failure can be answered no more."""
    assert exports.PIECE >= limits.PIECE


def test_every_answer_of_the_staff_pages_that_is_no_page_fails_as_a_page_does(
    clinic, root, monkeypatch
):
    """Files, parts of pages and redirections alike: whatever is asked for is answered with the page of the failure."""

    def fails(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(pages, "has", fails)
    root.client.raise_request_exception = False
    values = defaultdict(lambda: "6b0553fbbafa75e9de76e4d1")
    wrong = []
    for route, name, _ in pages.PAGES:
        arguments = {part: values[part] for part in re.findall(r":(\w+)>", route)}
        answer = root.client.get(reverse(f"admin:{name}", kwargs=arguments), **TRACE)
        if answer.status_code != 500 or "trace1234" not in text(answer):
            wrong.append(name)
    assert [name for name in wrong if not needs_nothing(name)] == []


def needs_nothing(name):
    """One's own account."""
    return name.startswith("sign_in")
