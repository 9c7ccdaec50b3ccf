"""Refusals that are repeated on the loop are the ones that Django makes, down to the last header, and are counted,
logged and recorded like these."""

import asyncio
import base64
from types import SimpleNamespace

import pytest
from django.urls import get_resolver

from clinics_site.web import bridge, refusals
from clinics_site.web.application import Application
from clinics_site.web.protocol import EXTENSION
from clinics_site.wsgi import application
from kernel import metrics, middleware
from kernel.accesses import recording
from kernel.api.viewsets import METHODS
from tests import accesses
from tests.cast import described_operations
from tests.policy.callers import IDS, STRANGER
from tests.web.test_bridge import incoming, path_of, scope
from users.services import accounts

PATIENT = f"/v1/clinics/{IDS['clinicId']}/patients/{STRANGER}"
UNKNOWN = "/v2/nothing"
TRACE = (b"x-tidepool-trace-request", b"trace1")
BROKEN_LINK = "/confirm/nothing/here"


def ask(*scopes):
    """Each answer of one web process: (status, headers, body)."""

    async def run():
        web = Application(application, watch=None)
        return [await _answer(web, request) for request in scopes]

    return asyncio.run(run())


async def _answer(web, request):
    sent = []

    async def send(message):
        sent.append(message)

    await web(request, None, send)
    start, *bodies = sent
    return start["status"], sorted(start["headers"]), b"".join(m["body"] for m in bodies)


def of_django(*args, **options):
    answer = bridge.answer(application, incoming(*args, **options).with_body())
    return answer.status, sorted(answer.headers), answer.body


def with_token(token):
    return [(b"x-tidepool-session-token", token.encode())]


@pytest.fixture
def runs(monkeypatch):
    """The requests that reached Django."""
    seen = []
    make = bridge.answer

    def counting(django, environ):
        seen.append(environ["PATH_INFO"])
        return make(django, environ)

    monkeypatch.setattr(bridge, "answer", counting)
    return seen


def requests():
    """Every operation, and every method of every path without one."""
    for operation_id in described_operations():
        yield path_of(operation_id)
    for path in (UNKNOWN, BROKEN_LINK, "/v1/clinics", "/confirm", "/redox", PATIENT):
        for method in METHODS:
            yield method.upper(), path


def test_every_repeated_refusal_is_the_one_that_django_makes(runs):
    repeated = 0
    for method, path in requests():
        runs.clear()
        answers = ask(*[scope(method, path, headers=[TRACE])] * 3)
        if len(runs) == 1:
            repeated += 1
            made = of_django(method, path, headers=[TRACE])
            assert set(map(repr, answers)) == {repr(made)}, (method, path)
    assert repeated > len(described_operations()) * 0.7


CREDENTIALS = [
    (b"authorization", b"Basic " + base64.b64encode(b"who@example.org:what-is-it")),
    (b"x-tidepool-server-name", b"uploader"),
    (b"x-tidepool-server-secret", b"what-is-it"),
]
ACCOUNTS = [
    *(("POST", path) for path in ("/auth/login", "/auth/serverlogin", "/auth/logout")),
    *(("GET", path) for path in ("/auth/login", "/auth/user", f"/auth/user/{STRANGER}", f"/metadata/{STRANGER}/profile")),
    ("PUT", f"/metadata/{STRANGER}/profile"),
]  # fmt: skip


def test_a_refusal_without_a_credential_is_repeated_to_no_one_with_one():
    """Whatever the credential: what is made for one caller must not answer another."""
    differing = set()
    for method, path in (*requests(), *ACCOUNTS):
        bare, given = scope(method, path), scope(method, path, headers=CREDENTIALS)
        said = ask(bare, bare, given, given)[-1]
        made = of_django(method, path, headers=CREDENTIALS)
        assert (said[0], said[2]) == (made[0], made[2]), (method, path)
        differing |= {path} if ask(bare)[0][2] != made[2] else set()
    assert {"/auth/login", "/auth/serverlogin"} <= differing


def test_people_log_in_after_others_were_refused(dot):
    password = "one-that-is-right"
    accounts.set_first_password(dot.user_id, password)
    right = base64.b64encode(f"{dot.email}:{password}".encode())
    log_in = scope("POST", "/auth/login", headers=[(b"authorization", b"Basic " + right)])
    wrong = scope("POST", "/auth/login", headers=CREDENTIALS)
    bare = scope("POST", "/auth/login")
    answers = ask(bare, bare, log_in, wrong, wrong, log_in, bare)
    assert [answer[0] for answer in answers] == [400, 400, 200, 401, 401, 200, 400]


@pytest.mark.parametrize(
    "path",
    [
        "/static/staff/admin.css",
        "/static/staff/favicon.svg",
        "/schema",
        "/docs",
        "/",
        "/admin/login/",
    ],
)
def test_a_remembered_refusal_is_given_for_no_page_and_no_file(path):
    others = [
        scope(path=other) for other in (UNKNOWN, "/static/", "/static/no", "/favicon.png", "/v1/x")
    ]
    wanted = of_django("GET", path)[0]
    assert wanted in (200, 400)
    assert ask(*others * 2, scope(path=path))[-1][0] == wanted


@pytest.mark.parametrize(
    ("path", "status"), [(PATIENT, 400), (UNKNOWN, 400), (BROKEN_LINK, 404), ("/confirm/send", 404)]
)
def test_a_refusal_is_made_by_django_once(runs, path, status):
    assert {answer[0] for answer in ask(*[scope(path=path)] * 5)} == {status}
    assert len(runs) == 1


@pytest.mark.parametrize(
    "request_of",
    [
        lambda: scope(path=PATIENT, query=b"pretty"),
        lambda: scope(path=PATIENT, headers=[(b"x-forwarded-proto", b"https, http")]),
        lambda: scope(path="/v1/redox", method="POST"),
        lambda: scope(path="/admin/"),
        lambda: scope(path="/schema"),
        lambda: scope(path="/"),
        lambda: scope(method="BREW", path=PATIENT),
        lambda: {**scope(path=PATIENT), "raw_path": PATIENT.replace("v1", "%761").encode()},
    ],
)
def test_django_decides_where_more_than_the_route_counts(runs, request_of):
    ask(request_of(), request_of())
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("name", "value"), [("SECURE_SSL_REDIRECT", True), ("TRACES_TO", "http://127.0.0.1:9")]
)
def test_none_is_repeated_where_redirects_go_before_or_requests_are_traced(settings, name, value):
    assert refusals.find(incoming(path=PATIENT))
    setattr(settings, name, value)
    assert refusals.find(incoming(path=PATIENT)) is None


def test_a_body_that_comes_with_it_does_not_change_the_next_answer(runs):
    """The first request announces more than comes."""

    async def run():
        web = Application(application, watch=None)
        sent = []

        async def send(message):
            sent.append(message)

        async def receive():
            return {"type": "http.disconnect"}

        late = scope("POST", "/v1/clinics", headers=[(b"content-length", b"100000")])
        connection = SimpleNamespace(is_gone=False, throw_away_rest=lambda: None)
        late["extensions"] = {EXTENSION: lambda: connection}
        await web(late, receive, send)
        return await _answer(web, scope("POST", "/v1/clinics", headers=[TRACE]))

    assert asyncio.run(run()) == of_django("POST", "/v1/clinics", headers=[TRACE])


def test_an_unknown_path_is_refused_at_once_only_for_a_service_seen_a_moment_ago(
    runs, backend, ada
):
    known = scope(path=UNKNOWN, headers=with_token(backend.token))
    assert [answer[0] for answer in ask(*[known] * 4)] == [404] * 4
    assert len(runs) in (1, 2)  # the first one has to ask for the token, unless it was seen before

    runs.clear()
    person = scope(path=UNKNOWN, headers=with_token(ada.token))
    assert [answer[0] for answer in ask(*[person] * 3)] == [404] * 3
    assert len(runs) == 3

    runs.clear()
    wrong = scope(path=UNKNOWN, headers=with_token("no-such-token"))
    assert [answer[0] for answer in ask(*[wrong] * 3)] == [401] * 3
    assert len(runs) == 3


def test_each_one_has_a_request_id_of_its_own(runs):
    own = [dict(headers)[TRACE[0]] for _, headers, _ in ask(*[scope(path=PATIENT)] * 4)]
    assert len(runs) == 1
    assert len({*own}) == 4


def test_each_one_is_counted_logged_and_recorded(runs, monkeypatch):
    lines = []

    class Log:
        def info(self, event, **names):
            lines.append((event, names["operation"], names["status"]))

    monkeypatch.setattr(middleware, "log", Log())
    counter = metrics.REQUESTS.labels("other", "400")
    before = counter._value.get()
    accesses.forget()

    ask(*[scope(path=PATIENT, headers=[TRACE])] * 4)

    assert len(runs) == 1
    assert counter._value.get() == before + 4
    assert lines == [("request", "other", 400)] * 4
    first, *rest = accesses.recorded()
    assert len(rest) == 3
    varying = ("_id", "time")
    for record in (first, *rest):
        shown = {name: value for name, value in record.items() if name not in varying}
        assert shown == {name: value for name, value in first.items() if name not in varying}
    assert "trace1" in first.values()


def test_nothing_is_refused_unrecorded(monkeypatch):
    def answers():
        return [answer[0] for answer in ask(*[scope(path=PATIENT)] * 3)]

    assert answers() == [400] * 3
    monkeypatch.setattr(recording, "is_stopped", lambda: True)
    assert answers() == [503] * 3


def test_routes_are_tried_in_djangos_order():
    for _, path in requests():
        found = refusals._route(path[1:])
        assert found is None or found[0] is get_resolver().resolve(path).func, path
