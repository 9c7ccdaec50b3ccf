"""The failures that the description lists for every operation, each produced for each of them (rules ACCOUNT-174 and
ACCOUNT-175): the tests' client holds the answers to the description, and notes that they were reached."""

import asyncio
import re
from types import SimpleNamespace

import orjson
import pytest
from django.http import HttpResponse
from django.urls import resolve
from pymongo.errors import AutoReconnect, OperationFailure

from clinics_site.web import limits
from clinics_site.web.application import Application
from clinics_site.web.scheduler import Full
from clinics_site.wsgi import application as django
from kernel.api import bodies, validation
from kernel.api.operations import REGISTRY
from tests import xealth
from tests.bodies import TOKEN
from tests.cast import Api, check_against_description, described_operations, description
from tests.policy.callers import IDS, OWN_IDS, STRANGER, call, request_line, text_of
from tests.web.test_bridge import scope

pytestmark = pytest.mark.yardstick("W4")
CONFLICT = OperationFailure("x", 112, {"errorLabels": ["TransientTransactionError"]})
ADDRESSES = {"CancelInvite": {"invitedBy": "nobody@example.org"}}  # where an id would be
TOO_MANY = "?" + "&".join(f"a{n}" for n in range(2000))


@pytest.fixture(autouse=True)
def _bulk_creation(settings):
    """Otherwise its operations are 404 before anything else."""
    settings.BULK_CREATION = True


def operations_with(status):
    return [
        name
        for name, (*_, operation) in described_operations().items()
        if str(status) in operation["responses"]
    ]


def statuses(world, names, **options):
    """The texts of the answers have to begin as the description says."""
    answers = {name: world.send(name, headers=xealth.TOKEN, **options) for name in names}
    for name, answer in answers.items():
        assert begins_as_described(name, answer), (name, answer.content)
    return {name: answer.status_code for name, answer in answers.items()}


def begins_as_described(name, answer):
    """Whether the text begins with one on which callers may rely."""
    listed = described_operations()[name][2]["responses"][str(answer.status_code)]
    described = description()["components"]["responses"][listed["$ref"].rpartition("/")[2]]
    beginnings = re.findall(r"`([^`]+)`", described["description"].partition(" begin with: ")[2])
    assert beginnings, described
    return text_of(answer).startswith(tuple(beginnings))


def test_each_shared_answer_has_an_example_that_begins_with_a_text_callers_may_rely_on():
    for name, response in description()["components"]["responses"].items():
        (example,) = response["content"]["application/json"]["examples"].values()
        value = example["value"]
        text = value.get("reason") or value["message"]
        assert f"`{text}`" in response["description"], name
        schema = response["content"]["application/json"]["schema"]
        assert validation.first_failure(schema, value) is None, name


def test_what_an_unknown_id_is_answered_begins_with_a_text_callers_may_rely_on(world):
    unknown = {**IDS, **dict.fromkeys(OWN_IDS, STRANGER)}
    answers = {}
    for name in operations_with(404):
        answer = world.send(name, raw=b"{}", headers=xealth.TOKEN, **unknown)
        if answer.status_code == 404:
            answers[name] = answer
    assert len(answers) > 30
    others = {name: text_of(a) for name, a in answers.items() if not begins_as_described(name, a)}
    assert others == {}


@pytest.mark.parametrize("token", [None, "no-such-token"])
def test_what_a_caller_without_a_right_is_answered_begins_with_a_text_to_rely_on(token):
    for name, (*_, operation) in described_operations().items():
        if operation["security"] != []:
            answer = call(Api(token), name, body=b"{}")
            assert begins_as_described(name, answer), (name, answer.content)


TIER = {"tier": "tier0100"}  # of clinics with a limit


def test_refusals_of_services_begin_with_a_text_to_rely_on(world, ada):
    def text(name, body, **ids):
        api, own = world.caller(name)
        answer = call(api, name, body=body, headers=TOKEN, **{**own, **ids})
        assert begins_as_described(name, answer), answer.content
        return answer.status_code

    limit = {"hardLimit": {"plan": 0}}
    for name, body in {"UpdateTier": TIER, "UpdatePatientCountSettings": limit}.items():
        answer = call(world.caller(name)[0], name, body=body, **world.ids)
        assert answer.status_code < 300, answer.content
    patient = {"fullName": "P", "birthDate": "2000-01-01", "email": "p@example.org"}
    assert text("CreatePatientAccount", patient) == 402
    assert text("CreatePatientTag", {"name": "Pump"}) == 409
    member = {"id": ada.user_id, "email": ada.email, "roles": ["CLINIC_MEMBER"]}
    assert text("UpdateClinician", member, clinicianId=ada.user_id) == 422


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("x"), 500), (AutoReconnect("x"), 503), (CONFLICT, 409)]
)
def test_what_goes_wrong_inside_any_operation_is_answered_as_described(
    world, monkeypatch, error, status
):
    def fail(*_):
        raise error

    monkeypatch.setattr(bodies, "check_length", fail)
    names = operations_with(status)
    assert statuses(world, names) == dict.fromkeys(names, status)


def test_too_many_parameters_are_refused_by_every_operation(world):
    names = operations_with(400)
    assert statuses(world, names, query=TOO_MANY) == dict.fromkeys(names, 400)


def test_a_body_that_is_too_large_is_refused_by_every_operation(world):
    names = operations_with(413)

    def send(name):
        announced = {"Content-Length": str(REGISTRY[name].body_limit + 1)}
        return world.send(name, headers={**xealth.TOKEN, **announced}).status_code

    assert {name: send(name) for name in names} == dict.fromkeys(names, 413)


# --- what the web process refuses itself ------------------------------------------------------------
class Crowded:
    """A scheduler in which too many wait already."""

    def submit(self, job):
        raise Full


async def never():
    await asyncio.sleep(60)


async def gone():
    return {"type": "http.disconnect"}


async def asked(web, world, name, receive, *headers):
    """The status of an answer that was compared with the description."""
    api, ids = world.caller(name)
    method, path = request_line(name, **ids, **ADDRESSES.get(name, {}))
    tokens = {**TOKEN, **xealth.TOKEN, "x-tidepool-session-token": api.token or ""}
    headers += tuple((n.lower().encode(), value.encode()) for n, value in tokens.items())
    sent = []

    async def send(message):
        sent.append(message)

    await web(scope(method.upper(), path, headers=headers), receive, send)
    response = as_response(method, path, *sent)
    check_against_description(response)
    response.json = lambda: orjson.loads(response.content)
    assert begins_as_described(name, response), response.content
    return sent[0]["status"]


def as_response(method, path, head, *parts):
    headers = {n.decode(): v.decode() for n, v in head["headers"] if n != b"connection"}
    content = b"".join(part["body"] for part in parts)
    response = HttpResponse(content, status=head["status"], headers=headers)
    response.wsgi_request = SimpleNamespace(method=method.upper(), resolver_match=resolve(path))
    return response


def test_too_many_waiting_requests_are_refused_for_every_operation(world):
    names = operations_with(429)

    async def ask_all():
        web = Application(django, watch=None)
        web._scheduler = Crowded()
        return [await asked(web, world, name, gone) for name in names]

    assert dict(zip(names, asyncio.run(ask_all()), strict=True)) == dict.fromkeys(names, 429)


def test_a_body_that_stops_arriving_is_refused_by_every_operation_that_reads_one(
    world, monkeypatch
):
    monkeypatch.setattr(limits, "WAITING_PER_CALLER", 1000)  # all have one address
    monkeypatch.setattr(limits, "BODY_GRACE", 0.05)
    monkeypatch.setattr(limits, "LINGER_SECONDS", 0.05)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
    names = operations_with(408)

    async def ask_all():
        web = Application(django, watch=None)
        return await asyncio.gather(*(asked(web, world, n, never, *headers) for n in names))

    assert dict(zip(names, asyncio.run(ask_all()), strict=True)) == dict.fromkeys(names, 408)
