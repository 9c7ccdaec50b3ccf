"""Answers that reveal whether someone has an account: who gets them, how often, and that they are logged."""

from datetime import timedelta

import pytest
import time_machine
from bson import ObjectId

from kernel.errors import RateLimited
from patients.services import taken_addresses
from tests.cast import described_operations, make_person
from tests.security.test_enumeration import at_once

BODY = {"fullName": "Iris Example", "birthDate": "1990-01-02"}

# Every operation that takes an address in its path, query or body, and whether its answer reveals that
# another account has it. A new one fails the test below until it has a row here.
TELLS = {"CreatePatientAccount", "UpdatePatient"}
SILENT = {
    "AcceptPasswordChange",
    "CancelInvite",
    "CreateClinician",
    "InviteClinician",
    "ListClinicians",
    "ResendAccountSignup",
    "SendCareTeamInvite",
    "SendPasswordReset",
    "SendPasswordResetMail",
    "UpdateClinicUserDetails",
    "UpdateClinician",
}


def takes_an_address(operation):
    from kernel.api.schema import COMPONENTS

    def properties(schema):
        if "$ref" in schema:
            schema = COMPONENTS[schema["$ref"].rpartition("/")[2]]
        return set(schema.get("properties", {})).union(
            *(properties(part) for part in schema.get("allOf", []))
        )

    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    in_body = "email" in properties(body.get("schema", {}))
    return in_body or any(
        parameter["name"] == "email" or parameter["schema"].get("format") == "email"
        for parameter in operation.get("parameters", [])
    )


def test_every_operation_that_takes_an_address_has_a_row():
    operations = {name for name, (_, _, o) in described_operations().items() if takes_an_address(o)}
    assert operations == TELLS | SILENT


@pytest.fixture
def path(clinic):
    return f"/v1/clinics/{clinic['id']}/patients"


@pytest.fixture(params=sorted(TELLS))
def tell(request, path, ada):
    """Call each operation that reveals taken addresses with an address."""
    if request.param == "CreatePatientAccount":
        return lambda email, api=ada.api: api.post(path, {**BODY, "email": email})
    patient_id = ada.api.post(path, BODY).json()["id"]
    return lambda email, api=ada.api: api.put(f"{path}/{patient_id}", {**BODY, "email": email})


def test_a_person_beyond_the_limit_gets_no_more_answers(settings, tell, ben, cy, dot, eve, backend):
    settings.TAKEN_ADDRESSES_PER_CALLER = "3/hour"
    statuses = [tell(person.email).status_code for person in (dot, ben, eve, cy)]
    assert statuses == [409, 409, 409, 429]
    assert tell(dot.email).status_code == 409, "what was told is told again"

    refused = tell("free@example.org")
    assert refused.status_code == 429, "a free address is no different"
    assert int(refused["Retry-After"]) > 0
    assert tell(None).status_code != 429, "without an address nothing is asked"
    assert tell(dot.email, ben.api).status_code == 409, "others have answers of their own"
    for _ in range(4):
        assert tell(dot.email, backend).status_code == 409, "services are not counted"


def test_the_limit_is_exact_for_parallel_attempts(settings, path, ada):
    settings.TAKEN_ADDRESSES_PER_CALLER = "5/hour"
    emails = [make_person(f"person {number}").email for number in range(20)]
    statuses = at_once(lambda at: ada.api.post(path, {**BODY, "email": emails[at]}), 20)
    statuses = [answer.status_code for answer in statuses]
    assert (statuses.count(409), statuses.count(429)) == (5, 15)


def test_an_answer_that_came_too_late_is_not_told_again_either(
    settings, tell, ben, dot, monkeypatch
):
    """Both have found room, and the other one was counted first."""
    settings.TAKEN_ADDRESSES_PER_CALLER = "1/hour"
    with monkeypatch.context() as both:
        both.setattr(taken_addresses, "_used_up", lambda _: None)
        assert [tell(person.email).status_code for person in (dot, ben)] == [409, 429]
    assert [tell(person.email).status_code for person in (dot, ben)] == [409, 429]


def test_what_is_told_again_is_remembered_from_then_on(settings):
    settings.TAKEN_ADDRESSES_PER_CALLER = "1/hour"

    def check_free():
        with taken_addresses.counted("caller", ObjectId(), "free@example.org", is_check=True):
            pass

    with time_machine.travel("2026-03-02T10:00:00Z", tick=False) as moment:
        check_free()
        moment.shift(timedelta(minutes=50))
        check_free()
        with (
            pytest.raises(taken_addresses.AddressTaken),
            taken_addresses.counted("caller", ObjectId(), "taken@example.org"),
        ):
            raise taken_addresses.AddressTaken
        moment.shift(timedelta(minutes=50))
        check_free()
        moment.shift(timedelta(minutes=5))
        with pytest.raises(RateLimited), taken_addresses.counted("caller", ObjectId(), "other"):
            pass


def test_each_answer_is_logged_with_ids_only(tell, clinic, ada, dot, log):
    tell(dot.email)
    [line] = [line for line in log().splitlines() if "address.taken" in line]
    assert clinic["id"] in line
    assert ada.user_id in line
    assert "@" not in line


def test_patients_can_be_created_without_redis(path, ada, monkeypatch):
    from redis.exceptions import ConnectionError as Down

    from kernel import ratelimit

    class Broken:
        def test(self, *_):
            raise Down

        hit = test

    monkeypatch.setattr(ratelimit, "_limiter", Broken)
    assert ada.api.post(path, {**BODY, "email": "new@example.org"}).status_code == 200
