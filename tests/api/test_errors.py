"""Which error wins and how it is worded (rules ACCOUNT-1 to ACCOUNT-72), and what no body
may do: be huge, be no JSON, carry operators, be of the wrong type."""

import re

import orjson
import pytest
from bson import ObjectId
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    ServerSelectionTimeoutError,
)

from kernel import db, errors, policy
from kernel.middleware import TRACE_NAME as TRACE
from tests import pace
from tests.cast import Api, described_operations, make_person
from tests.factories import make_clinic, make_clinician, make_patient

UNKNOWN = "5f85fbe6686e6bb9170ab5d0"
DENIED = "security requirements failed: the subject is not authorized for the requested action"
PATIENT = {"fullName": "Iris Example", "birthDate": "1984-05-06"}


@pytest.fixture
def clinic(ben):
    document = make_clinic()
    make_clinician(document, ben)
    return document


def fill(path, clinic):
    return path.replace("{clinic}", str(clinic["_id"])).replace("{unknown}", UNKNOWN)


def said(response):
    return response.status_code, response.json()


# --- ACCOUNT-1 to ACCOUNT-19: token, route, policy, in this order ----------------------------------------------------
NO_TOKEN = (400, {"message": "session token is missing"})
BAD_TOKEN = (401, {"message": "session token is invalid"})
NO_OPERATION = (404, {"message": "no matching operation was found"})
NO_METHOD = (404, {"message": "method not allowed"})
FORBIDDEN = (403, {"message": DENIED})
PATIENTS = "/v1/clinics/{clinic}/patients"

BEFORE_THE_HANDLER = [
    # caller, method, path, answer
    ("none", "GET", PATIENTS, NO_TOKEN),
    ("empty", "GET", PATIENTS, NO_TOKEN),
    ("none", "GET", "/no/such/path", NO_TOKEN),
    ("none", "PATCH", PATIENTS, NO_TOKEN),
    ("bearer", "GET", PATIENTS, NO_TOKEN),
    ("cookie", "GET", PATIENTS, NO_TOKEN),
    ("query", "GET", PATIENTS, NO_TOKEN),
    ("bad", "GET", PATIENTS, BAD_TOKEN),
    ("bad", "GET", "/no/such/path", BAD_TOKEN),
    ("bad", "PATCH", PATIENTS, BAD_TOKEN),
    ("eve", "GET", "/no/such/path", NO_OPERATION),
    ("eve", "GET", "/", NO_OPERATION),
    ("eve", "POST", "/v1", NO_OPERATION),
    ("eve", "GET", PATIENTS + "/", NO_OPERATION),
    ("eve", "GET", "/v1//clinics", NO_OPERATION),
    ("backend", "PATCH", "/no/such/path", NO_OPERATION),
    ("eve", "PATCH", PATIENTS, NO_METHOD),
    ("backend", "DELETE", PATIENTS, NO_METHOD),
    ("backend", "OPTIONS", PATIENTS, NO_METHOD),
    ("eve", "GET", PATIENTS, FORBIDDEN),
    ("eve", "GET", PATIENTS + "?limit=0", FORBIDDEN),
    ("eve", "POST", PATIENTS, FORBIDDEN),
    ("eve", "GET", "/v1/clinics/NOT-AN-ID/patients", FORBIDDEN),
    ("ben", "GET", "/v1/clinics/{unknown}/patients", FORBIDDEN),
]


def caller(name):
    token = {"none": None, "empty": "", "bad": "no-such-token"}
    if name in token:
        return Api(token[name])
    if name == "backend":
        from users.services import accounts

        return Api(accounts.issue_server_token())
    return make_person("Eve Stranger").api


@pytest.mark.parametrize(("who", "method", "path", "answer"), BEFORE_THE_HANDLER)
def test_refusals_before_any_handler(clinic, ben, who, method, path, answer):
    url = fill(path, clinic)
    extra = {}
    if who == "bearer":
        extra = {"headers": {"Authorization": f"Bearer {ben.token}"}}
    elif who == "cookie":
        extra = {"headers": {"Cookie": f"x-tidepool-session-token={ben.token}"}}
    elif who == "query":
        url += f"?x-tidepool-session-token={ben.token}"
    api = ben.api if who == "ben" else caller("none" if extra or "?x-" in url else who)

    response = api.request(method, url, b"{broken", **extra)

    assert said(response) == answer
    assert response.headers["Content-Type"] == "application/json"
    assert "WWW-Authenticate" not in response.headers


def test_a_head_request_gets_the_status_alone(clinic, ben):
    response = ben.api.request("HEAD", f"/v1/clinics/{clinic['_id']}/patients/0123456789")
    assert (response.status_code, response.content) == (404, b"")


@pytest.mark.parametrize("given", [None, "abc123", "no-id", "a" * 65])
def test_every_answer_names_its_request(clinic, ben, given):
    """By the id of the log line: the caller's own, if it has the form of one."""
    headers = {TRACE: given} if given else {}
    paths = (f"/v1/clinics/{clinic['_id']}/patients", "/v1/clinics/x", "/v1/nothing", "/ready")
    answers = [ben.api.get(path, headers=headers).headers[TRACE] for path in paths]
    assert [answer == given for answer in answers] == [given == "abc123"] * len(paths)
    assert all(re.fullmatch("abc123|[0-9a-f]{32}", answer) for answer in answers)


def test_the_header_name_is_case_insensitive(clinic, ben):
    response = Api().get(
        f"/v1/clinics/{clinic['_id']}/patients", headers={"X-TIDEPOOL-Session-Token": ben.token}
    )
    assert response.status_code == 200


# --- ACCOUNT-21 to ACCOUNT-32: parameters ----------------------------------------------------------------------------
HEX = 'string doesn\'t match the regular expression "^[a-f0-9]{24}$"'
PARAMETERS = [
    ("/v1/clinics/NOT-AN-ID/patients", f'parameter "clinicId" in path has an error: {HEX}'),
    (
        "/v1/clinics/ABCDEF000000000000000000/patients",
        f'parameter "clinicId" in path has an error: {HEX}',
    ),
    ("/v1/clinics/NOT-AN-ID/patients?limit=0", f'parameter "clinicId" in path has an error: {HEX}'),
    (PATIENTS + "?limit=0", 'parameter "limit" in query has an error: number must be at least 1'),
    (PATIENTS + "?limit=-5", 'parameter "limit" in query has an error: number must be at least 1'),
    (
        PATIENTS + "?offset=-1",
        'parameter "offset" in query has an error: number must be at least 0',
    ),
    (PATIENTS + "?limit=ten", 'parameter "limit" in query has an error: value must be an integer'),
    (PATIENTS + "?limit=1.5", 'parameter "limit" in query has an error: value must be an integer'),
    (PATIENTS + "?limit=", 'parameter "limit" in query has an error: empty value is not allowed'),
    (
        PATIENTS + "?offset=-1&limit=0",
        'parameter "offset" in query has an error: number must be at least 0',
    ),
]


@pytest.mark.parametrize(("path", "message"), PARAMETERS)
def test_the_first_wrong_parameter_is_named(clinic, backend, path, message):
    assert said(backend.get(fill(path, clinic))) == (400, {"message": message})


@pytest.mark.parametrize("user_id", ["ABCDEF0123", "123", "0123456789a", "g123456789", "0123-4567"])
def test_malformed_user_id_in_a_path_is_400(clinic, backend, user_id):
    response = backend.get(f"/v1/clinics/{clinic['_id']}/patients/{user_id}")
    assert response.status_code == 400
    assert response.json()["message"].startswith(
        'parameter "patientId" in path has an error: string'
    )


@pytest.mark.parametrize("user_id", ["0123456789", "01234567-89ab-4cde-8f01-23456789abcd"])
def test_both_forms_of_user_ids_pass(clinic, backend, user_id):
    response = backend.get(f"/v1/clinics/{clinic['_id']}/patients/{user_id}")
    assert said(response) == (404, {"message": "patient not found"})


def test_missing_required_parameter_is_400(clinic, backend):
    response = backend.get(f"/v1/clinics/{clinic['_id']}/tide_report")
    assert response.status_code in (200, 400)
    if response.status_code == 400:
        assert response.json()["message"].endswith(
            "in query has an error: value is required but missing"
        )


def test_a_limit_has_no_upper_bound_and_unknown_parameters_are_ignored(clinic, backend):
    response = backend.get(f"/v1/clinics/{clinic['_id']}/patients?limit=1000000&nonsense=1")
    assert response.status_code == 200


# --- ACCOUNT-33 to ACCOUNT-44: bodies --------------------------------------------------------------------------------
START = "request body has an error: "
BODIES = [
    # body, content type, how the message starts or contains
    (b"{", "application/json", START + "failed to decode request body: "),
    (b"\xff\xfe", "application/json", START + "failed to decode request body: "),
    (b'{"fullName": NaN}', "application/json", START + "failed to decode request body: "),
    (b'{"fullName": Infinity}', "application/json", START + "failed to decode request body: "),
    (b'{"fullName": "\\ud800"}', "application/json", START + "failed to decode request body: "),
    (b'{"fullName": "a"} {}', "application/json", START + "failed to decode request body: "),
    (b"{}", "text/plain", START + 'header Content-Type has unexpected value "text/plain"'),
    (b"{}", "", START + 'header Content-Type has unexpected value ""'),
    (b"{}", "*/*", START + 'header Content-Type has unexpected value "*/*"'),
    (b"{}", "application/*", START + 'header Content-Type has unexpected value "application/*"'),
    (
        b"a=b",
        "application/x-www-form-urlencoded",
        START + "header Content-Type has unexpected value",
    ),
    (b"[]", "application/json", START + "doesn't match schema"),
    (b"null", "application/json", START + "doesn't match schema"),
    (b'"text"', "application/json", START + "doesn't match schema"),
    (b"7", "application/json", START + "doesn't match schema"),
    (b"{}", "application/json", START + "doesn't match schema"),
    (
        b'{"fullName": 7, "birthDate": "1984-05-06"}',
        "application/json",
        'Error at "/fullName": value must be a string',
    ),
    (
        b'{"fullName": null, "birthDate": "1984-05-06"}',
        "application/json",
        'Error at "/fullName": Value is not nullable',
    ),
    (
        b'{"birthDate": "1984-05-06"}',
        "application/json",
        'Error at "/fullName": property "fullName" is missing',
    ),
    (
        b'{"fullName": "A", "birthDate": "1984-02-31"}',
        "application/json",
        'Error at "/birthDate": ',
    ),
    (
        b'{"fullName": "A", "birthDate": "1984-05-06", "tags": "x"}',
        "application/json",
        'Error at "/tags": value must be an array',
    ),
    (
        b'{"fullName": "A", "birthDate": "1984-05-06", "tags": [7]}',
        "application/json",
        'Error at "/tags/0": value must be a string',
    ),
]


@pytest.mark.parametrize(("body", "content_type", "words"), BODIES)
def test_a_wrong_body_is_refused_and_nothing_stored(clinic, ben, body, content_type, words):
    response = ben.api.post(
        f"/v1/clinics/{clinic['_id']}/patients", body, content_type=content_type
    )

    assert response.status_code == 400
    assert words in response.json()["message"]
    assert "\n" not in response.json()["message"]
    assert db.collection("patients").count_documents({}) == 0


OPERATORS = [
    {"$where": "sleep(1000)"},
    {"fullName": {"$gt": ""}, "birthDate": "1984-05-06"},
    {**PATIENT, "extra": {"$set": {"tier": "x"}}},
    {**PATIENT, "extra": [{"a": [{"$ne": None}]}]},
]


@pytest.mark.yardstick("L4")
@pytest.mark.parametrize("body", [*OPERATORS])
def test_property_names_with_a_dollar_are_refused(clinic, ben, body):
    for raw in (orjson.dumps(body), orjson.dumps(body).replace(b"$", b"\\u0024")):
        response = ben.api.post(f"/v1/clinics/{clinic['_id']}/patients", raw)
        assert response.status_code == 400, raw
    assert db.collection("patients").count_documents({}) == 0


def test_a_name_with_a_zero_byte_is_refused(clinic, ben):
    raw = orjson.dumps({**PATIENT, "extra": {"a": 1}}).replace(b'"a"', b'"a\\u0000"')
    assert ben.api.post(f"/v1/clinics/{clinic['_id']}/patients", raw).status_code == 400


@pytest.mark.yardstick("L3")
def test_body_of_eleven_megabytes_is_413(clinic, ben):
    body = {**PATIENT, "extra": "x" * (11 * 1024 * 1024)}
    response = ben.api.post(f"/v1/clinics/{clinic['_id']}/patients", body)

    assert said(response) == (413, {"message": "request body is too large"})
    assert db.collection("patients").count_documents({}) == 0


@pytest.mark.yardstick("L3")
@pytest.mark.parametrize("depth", [90, 500, 1010, 5000, 30_000])
@pytest.mark.parametrize("leaf", [b"1", b'{"$x":1}'])
def test_deeply_nested_body_is_400(clinic, ben, depth, leaf):
    nested = b'{"a":' * depth + leaf + b"}" * depth
    raw = orjson.dumps(PATIENT)[:-1] + b',"extra":' + nested + b"}"
    response = ben.api.post(f"/v1/clinics/{clinic['_id']}/patients", raw)

    assert response.status_code in (200, 400)
    assert response.status_code == 400 or leaf == b"1"


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"18446744073709551616", b"9" * 400])
def test_numbers_that_cannot_be_stored_are_400(clinic, ben, number):
    raw = orjson.dumps(PATIENT)[:-1] + b',"extra":' + number + b',"tags":' + number + b"}"
    response = ben.api.post(f"/v1/clinics/{clinic['_id']}/patients", raw)

    assert response.status_code == 400
    assert db.collection("patients").count_documents({}) == 0


def test_of_several_wrong_values_one_is_named_and_always_the_same_one(clinic, ben):
    """Rule ACCOUNT-170; which one is left open."""
    body = {"fullName": "", "birthDate": "x", "mrn": 5, "tags": ["x"], "diagnosisType": "?"}
    path = f"/v1/clinics/{clinic['_id']}/patients"
    texts = {ben.api.post(path, order).json()["message"] for order in [body] * 5}
    (text,) = texts
    frame = "request body has an error: doesn't match schema #/components/schemas/PatientCreate: Error at "
    assert text.startswith(frame)
    assert text.count("Error at") == 1
    assert text.removeprefix(frame).split('"')[1].removeprefix("/").split("/")[0] in body


def test_the_values_of_a_refused_body_are_not_repeated(clinic, ben):
    body = {"fullName": "Marker Name", "birthDate": "Marker Date", "tags": ["Marker Tag"]}
    response = ben.api.post(f"/v1/clinics/{clinic['_id']}/patients", body)

    assert response.status_code == 400
    assert b"Marker" not in response.content


@pytest.mark.yardstick("Z4")
def test_undeclared_and_read_only_properties_are_ignored(clinic, ben):
    body = {
        **PATIENT,
        "id": "ffffffffff",
        "createdTime": "2001-01-01T00:00:00Z",
        "surprise": {"a.b": 1},
    }
    response = ben.api.post(f"/v1/clinics/{clinic['_id']}/patients", body)

    assert response.status_code == 200
    assert response.json()["id"] != "ffffffffff"
    stored = db.collection("patients").find_one({})
    assert "surprise" not in stored
    assert stored["createdTime"].year > 2001


def test_an_empty_body_is_an_empty_object_where_none_is_required(clinic, backend):
    url = f"/v1/clinics/{clinic['_id']}/patients/delete_tag/{UNKNOWN}"
    assert backend.post(url).status_code < 300


# --- ACCOUNT-56 to ACCOUNT-70: what handlers raise -------------------------------------------------------------------
# What the driver says of a node that has just come back and belongs to no replica set yet.
NO_SESSIONS = "Sessions are not supported by this MongoDB deployment"
RAISED = [
    (errors.NotFound(message="clinic not found"), 404, {"message": "clinic not found"}),
    (errors.NotFound(), 404, {"message": "not found"}),
    (
        errors.Duplicate("email address is already taken"),
        409,
        {"message": "duplicate: email address is already taken"},
    ),
    (errors.Duplicate(message="duplicate patient tag"), 409, {"message": "duplicate patient tag"}),
    (errors.Conflict("cannot revert"), 409, {"message": "conflict: cannot revert"}),
    (
        errors.ConstraintViolation("clinic is not migrated"),
        422,
        {"message": "constraint violation: clinic is not migrated"},
    ),
    (errors.BadRequest(), 400, {"message": "bad request"}),
    (errors.BadRequest("x"), 400, {"message": "bad request: x"}),
    (errors.Unauthorized("x"), 401, {"message": "unauthorized: x"}),
    (errors.PaymentRequired(), 402, {"message": "payment required"}),
    (errors.Unavailable(), 503, {"message": "service unavailable"}),
    (errors.RateLimited(retry_after=7), 429, {"message": "too many requests"}),
    (RuntimeError("secret detail"), 500, {"message": "Internal Server Error"}),
    (KeyError("secret detail"), 500, {"message": "Internal Server Error"}),
    (RecursionError("secret detail"), 500, {"message": "Internal Server Error"}),
    (
        DuplicateKeyError("E11000 dup key: { email: 'secret detail' }"),
        409,
        {"message": "duplicate"},
    ),
    (AutoReconnect("secret detail"), 503, {"message": "service unavailable"}),
    (ServerSelectionTimeoutError("secret detail"), 503, {"message": "service unavailable"}),
    (ExecutionTimeout("secret detail", 50), 503, {"message": "service unavailable"}),
    (ConfigurationError(NO_SESSIONS), 503, {"message": "service unavailable"}),
    (ConfigurationError("secret detail"), 500, {"message": "Internal Server Error"}),
    (OperationFailure("secret detail", 2), 500, {"message": "Internal Server Error"}),
    (
        OperationFailure("secret detail", 112, {"errorLabels": ["TransientTransactionError"]}),
        409,
        {"message": "conflict: the document is being changed by someone else"},
    ),
]


@pytest.mark.yardstick("C4")
@pytest.mark.parametrize(("error", "status", "body"), RAISED, ids=lambda v: type(v).__name__)
def test_each_kind_of_failure_has_its_status_and_no_inner_detail(
    clinic, backend, monkeypatch, error, status, body
):
    def fail(*args):
        raise error

    monkeypatch.setattr(policy, "allows", fail)
    response = backend.post(f"/v1/clinics/{clinic['_id']}/patients", {})  # lists most failures

    assert response.status_code == status
    assert b"secret" not in response.content
    assert (orjson.loads(response.content) if response.content else None) == body
    if status in (429, 503):
        assert int(response.headers["Retry-After"]) > 0


def test_failed_read_of_the_callers_record_is_503_and_not_403(clinic, ben, monkeypatch):
    def fail(*args):
        raise AutoReconnect

    path = f"/v1/clinics/{clinic['_id']}/patients"
    monkeypatch.setattr(policy, "_load_roles", fail)
    monkeypatch.setattr(policy, "_load_roles_and", fail)
    for place in (path, f"{path}/0123456789"):  # roles alone, and with the patient
        assert ben.api.get(place).status_code == 503


CLINIC = "/v1/clinics/{clinic}"
UNKNOWN_ID = "/0123456789"
HANDLERS = [
    # method, path, body, status, message: rules ACCOUNT-62 to ACCOUNT-65 through the real operations
    ("GET", "/v1/clinics/{unknown}", None, 404, "clinic not found"),
    ("GET", "/v1/clinics/{unknown}/settings/mrn", None, 404, "clinic not found"),
    ("GET", PATIENTS + UNKNOWN_ID, None, 404, "patient not found"),
    ("PUT", PATIENTS + UNKNOWN_ID, PATIENT, 404, "patient not found"),
    ("GET", CLINIC + "/clinicians" + UNKNOWN_ID, None, 404, "clinician not found"),
    ("GET", CLINIC + "/migrations" + UNKNOWN_ID, None, 404, "migration not found"),
    ("PUT", CLINIC + "/patient_tags/{unknown}", {"name": "New"}, 404, "patient tag not found"),
    ("POST", CLINIC + "/patient_tags", {"name": "taken"}, 409, "duplicate patient tag"),
    ("POST", CLINIC + "/sites", {"name": "Taken"}, 409, "duplicate site name"),
    (
        "PUT",
        CLINIC + "/clinicians/{ada}",
        {"email": "ada.admin@example.org", "roles": ["CLINIC_MEMBER"]},
        422,
        "constraint violation: the clinic must have at least one admin",
    ),
    (
        "DELETE",
        CLINIC + "/clinicians/{ada}",
        None,
        422,
        "constraint violation: the clinic must have at least one admin",
    ),
    (
        "POST",
        PATIENTS + "/{patient}",
        {"permissions": {"view": {}}},
        409,
        "duplicate: patient is already a member of the clinic",
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "message"), HANDLERS)
def test_refusal_of_a_handler_names_the_operation(
    ada, dot, backend, method, path, body, status, message
):
    unknown = ObjectId()
    place = make_clinic(
        isMigrated=True,
        patientTags=[{"_id": unknown, "name": "Taken"}],
        sites=[{"id": unknown, "name": "Taken"}],
        admins=[ada.user_id],
    )
    make_clinician(place, ada, "CLINIC_ADMIN")
    make_patient(place, userId=dot.user_id)
    url = fill(path, place).replace("{ada}", ada.user_id).replace("{patient}", dot.user_id)

    assert said(backend.request(method, url, body)) == (status, {"message": message})


@pytest.mark.parametrize("path", ["/v1/redox", "/v1/redox/verify"])
def test_a_wrong_method_on_an_external_route_is_405(path):
    if not {"ProcessEHRMessage", "VerifyEndpoint"} <= set(described_operations()):
        pytest.skip("not served yet")
    assert said(Api().get(path)) == (405, {"message": "Method Not Allowed"})


CONFIRMATION_TOKENS = [
    (None, 401, "No x-tidepool-session-token was found"),
    ("no-such-token", 403, "The x-tidepool-session-token was invalid"),
]


@pytest.mark.parametrize(("token", "status", "reason"), CONFIRMATION_TOKENS)
def test_confirmation_api_has_its_own_error_bodies(token, status, reason):
    response = Api(token).get("/confirm/invite/0123456789")
    assert said(response) == (status, {"code": status, "reason": reason})


def test_the_confirmation_api_denies_with_401(eve):
    response = eve.api.get("/confirm/invite/0123456789")
    reason = "Not authorized for requested operation"
    assert said(response) == (401, {"code": 401, "reason": reason})


CONFIRMATIONS = [
    (method, path)
    for method, path, _ in described_operations().values()
    if path.startswith("/confirm/") and "{" in path
]
NOTHING = (404, {"code": 404, "reason": "Nothing found"})


@pytest.mark.parametrize("broken", ["a%2Fb", "abc/def", "abc/", "abc%0A/d", ""])
def test_a_broken_link_with_a_slash_is_404_for_every_caller(eve, broken):
    """Each confirmation operation with a value in its path."""
    for method, path in CONFIRMATIONS:
        url = re.sub(r"{\w+}$", broken, path)
        if url != path:
            assert said(Api(None).request(method, url)) == NOTHING, url
            assert said(eve.api.request(method, url)) == NOTHING, url


@pytest.mark.parametrize(
    "path", ["", "/", "/nothing", "/accept", "/invite/", "//invite/0123456789"]
)
def test_an_unknown_path_of_confirmations_is_a_broken_link(eve, path):
    for method in ("get", "post", "put", "patch", "delete", "options"):
        for api in (Api(None), Api("no-such-token"), eve.api):
            assert said(api.request(method, f"/confirm{path}")) == NOTHING
    assert Api(None).request("head", f"/confirm{path}").status_code == 404


@pytest.mark.parametrize("path", ["/confirmation", "/v1/confirm/invite", "/x%0A/y"])
def test_other_unknown_paths_ask_for_a_token_first(eve, path):
    assert said(Api(None).get(path)) == NO_TOKEN
    assert said(eve.api.get(path)) == NO_OPERATION


@pytest.mark.yardstick("W1")
def test_no_answer_may_be_kept_by_a_cache(clinic, ben):
    for path in (f"/v1/clinics/{clinic['_id']}/patients", "/no/such/path"):
        assert ben.api.get(path).headers["Cache-Control"] == "no-store"


# --- outages --------------------------------------------------------------------------------------------------------
@pytest.mark.yardstick("T4")
def test_a_user_service_that_is_down_is_503_soon(clinic, monkeypatch):
    import time

    from users.clients import http
    from users.clients.http.server_session import ServerSession
    from users.services import tokens

    dead = "http://127.0.0.1:1"
    session = ServerSession(url=dead + "/serverlogin", name="clinics", secret="x")
    service = http.HttpUserService(dead, session)
    monkeypatch.setattr(tokens, "user_service", lambda: service)

    started = time.monotonic()
    response = Api("some-token").get(f"/v1/clinics/{clinic['_id']}/patients")

    assert said(response) == (503, {"message": "service unavailable"})
    assert response.headers["Retry-After"]
    assert time.monotonic() - started < 1.5 * pace.slowness()


def test_no_change_is_an_empty_204(backend):
    response = backend.post("/v1/patients/0123456789/summary", {})
    assert (response.status_code, response.content) == (204, b"")
