"""What Django receives of a request, and what happens to a request whose body has not arrived."""

import re
from contextlib import suppress
from types import SimpleNamespace

import pytest

from clinics_site.web import bridge, heavy
from clinics_site.web.protocol import EXTENSION
from clinics_site.web.requests import Incoming, Memory
from clinics_site.wsgi import application
from kernel import policy
from kernel.api import bodies
from tests.cast import described_operations
from tests.policy.callers import IDS, OWN_IDS, STRANGER

CONNECTION = SimpleNamespace(is_gone=False, throw_away_rest=lambda: None)


def scope(method="GET", path="/v1/clinics", *, query=b"", headers=()):
    return {
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "http_version": "1.1",
        "server": ("127.0.0.1", 8080),
        "client": ("127.0.0.9", 1234),
        "headers": [(b"host", b"localhost"), *headers],
        "extensions": {EXTENSION: lambda: CONNECTION},
    }


def incoming(*args, **options):
    return Incoming(scope(*args, **options), None, Memory(100))


def path_of(operation_id):
    method, path, _ = described_operations()[operation_id]
    values = {**IDS, **dict.fromkeys(OWN_IDS, STRANGER)}
    return method.upper(), re.sub(r"{(\w+)}", lambda match: values[match[1]], path)


def test_headers_with_an_underscore_are_dropped_and_repeated_ones_joined():
    headers = [
        (b"x_real_ip", b"6.6.6.6"),
        (b"x-real-ip", b"1.1.1.1"),
        (b"x-real-ip", b"2.2.2.2"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"content-type", b"text/plain"),
        (b"transfer-encoding", b"chunked"),
    ]
    environ = bridge.make_environ(scope(headers=headers))
    assert {name: value for name, value in environ.items() if name[:4] in ("HTTP", "CONT")} == {
        "HTTP_HOST": "localhost",
        "HTTP_X_REAL_IP": "1.1.1.1,2.2.2.2",
        "HTTP_COOKIE": "a=1; b=2",
        "CONTENT_TYPE": "text/plain",
    }


def test_paths_are_decoded_as_wsgi_requires():
    environ = bridge.make_environ(scope(path="/caf%C3%A9/a%2Fb/%FF"))
    assert environ["PATH_INFO"].encode("latin-1") == "/café/a/b/".encode() + b"\xff"


@pytest.mark.yardstick("T5")
@pytest.mark.parametrize("token", [None, b"no-such-token"])
def test_no_operation_reads_the_body_of_a_caller_without_a_valid_token(token):
    for operation_id in described_operations():
        no_body_is_read(operation_id, token)


def no_body_is_read(operation_id, token):
    method, path = path_of(operation_id)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
    if token:
        headers += [(b"x-tidepool-session-token", token), (b"verification-token", token)]
    request = incoming(method, path, headers=headers)
    if _takes_its_credential_from_the_body(operation_id, token):
        with suppress(bridge.BodyNeeded):
            bridge.answer(application, request.without_body())
        assert request.seen.get(bodies.LIMIT_KEY, 0) <= bodies.USUAL, operation_id
        return
    try:
        answer = bridge.answer(application, request.without_body())
    except bridge.BodyNeeded:
        pytest.fail(f"{operation_id} reads the body")
    assert answer.status in (400, 401, 403), operation_id


def _takes_its_credential_from_the_body(operation_id, token):
    """Or from the path. The body of such an operation is small."""
    if operation_id == "ProcessEHRMessage":
        return token is None
    return policy.is_external(operation_id)


def test_the_caller_found_before_the_body_is_not_looked_up_again(ada, monkeypatch):
    headers = [
        (b"content-type", b"application/json"),
        (b"x-tidepool-session-token", ada.token.encode()),
        (b"transfer-encoding", b"chunked"),
    ]
    request = incoming("POST", "/v1/clinics", headers=headers)
    with pytest.raises(bridge.BodyNeeded):
        bridge.answer(application, request.without_body())
    assert request.principal.user_id == ada.user_id
    monkeypatch.setattr("kernel.authn.find_principal", lambda *_: 1 / 0)
    answer = bridge.answer(application, request.with_body())
    assert (answer.status, b"value is required but missing" in answer.body) == (400, True)


def test_a_form_with_a_file_waits_for_its_body():
    """Without a length Django would take it for empty, and refuse it for its missing token."""
    headers = [
        (b"content-type", b"multipart/form-data; boundary=x"),
        (b"cookie", b"csrftoken=" + b"a" * 32),
    ]
    request = incoming("POST", "/admin/login/", headers=headers)
    with pytest.raises(bridge.BodyNeeded):
        bridge.answer(application, request.without_body())


def test_a_long_answer_is_made_in_pieces_and_closed_after_the_last():
    closed = []
    answer = bridge.Answer(200, [], b"", iter([b"x" * 200_000] * 3), lambda: closed.append(1))
    assert len(bridge.next_piece(answer).body) == 400_000
    assert (len(bridge.next_piece(answer).body), answer.rest, closed) == (200_000, None, [1])


def test_every_operation_with_a_limit_is_heavy_above_a_hundred():
    lists = [
        operation_id
        for operation_id, (_, _, described) in described_operations().items()
        if any(parameter["name"] == "limit" for parameter in described.get("parameters", ()))
    ]
    assert {"ListPatients", "FindPatients", "ListClinics"} <= set(lists)
    for operation_id in lists:
        method, path = path_of(operation_id)
        for query, is_heavy in ((b"", False), (b"limit=100", False), (b"limit=101", True)):
            assert bool(heavy.clinic_of(scope(method, path, query=query))) == is_heavy
        for hidden in (b"l%69mit=1000", b"limit=1&limit=1000", b"limit=%2B999", b"limit=%31000"):
            assert heavy.clinic_of(scope(method, path, query=hidden)), (operation_id, hidden)


def test_heavy_requests_are_counted_by_their_clinic():
    method, path = path_of("TideReport")
    assert heavy.clinic_of(scope(method, path)) == IDS["clinicId"]
    for method in ("GET", "HEAD"):
        list_scope = scope(method, "/v1/clinics", query=b"limit=1000")
        assert heavy.clinic_of(list_scope) == "ListClinics"
    assert heavy.clinic_of(scope("GET", "/docs", query=b"limit=1000")) is None


def test_only_logins_are_heavy_among_account_and_staff_requests():
    """A login hashes a password, which is slow on purpose."""
    assert heavy.clinic_of(scope("POST", "/auth/login")) == "LoginViewSet.log_in"
    for path in ("/login", "/login/confirm", "/signup/clinician", "/confirm-password-reset"):
        assert heavy.clinic_of(scope("POST", path))
        assert heavy.clinic_of(scope("GET", path)) is None
    for method in ("GET", "POST"):
        assert heavy.clinic_of(scope(method, "/admin/login/", query=b"next=/admin/"))
    for method, path in (("GET", "/auth/login"), ("POST", "/auth/logout"), ("GET", "/admin/")):
        assert heavy.clinic_of(scope(method, path)) is None
