"""/schema/accounts: valid, in step with the routes of the embedded accounts, and with what they answer."""

import base64
import re

import openapi_spec_validator
import pytest
from django.urls import URLPattern

from kernel.api import validation
from tests.cast import Api, QuickClient
from tests.contract.test_description import undescribed_parts
from users.api import urls
from users.services import accounts

PASSWORD = "correct-horse"


@pytest.fixture(scope="module")
def served():
    answer = QuickClient().get("/schema/accounts")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    return answer.json()


def operations(served):
    for path, item in served["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_is_valid_openapi(served):
    openapi_spec_validator.validate(served)


def test_routes_and_description_agree_both_ways(served):
    routed = {
        ("/" + re.sub(r"<(\w+)>", r"{\1}", str(route.pattern)), method)
        for route in urls.account_routes()
        if isinstance(route, URLPattern)
        for method in getattr(route.callback, "actions", {})
    }
    described = {(path, method) for path, method, _ in operations(served)}
    assert {pair for pair in routed if pair[1] != "head"} == described


def test_everything_is_described(served):
    for name, schema in served["components"]["schemas"].items():
        assert schema["description"], name
        assert list(undescribed_parts(schema, name)) == []
    for path, method, operation in operations(served):
        assert operation["summary"], (path, method)
        assert all(p["description"] for p in operation.get("parameters", []))


def test_only_other_methods_are_refused():
    assert QuickClient().post("/schema/accounts").status_code == 405


def test_is_not_served_beside_a_user_service(settings):
    settings.SHORELINE_ADDRESS = "http://127.0.0.1:1"
    assert urls.account_routes() == []


def check(served, answer, method, path):
    """The answer is one that is described, with the schema that is."""
    described = served["paths"][path][method]["responses"][str(answer.status_code)]
    if "$ref" in described:
        name = described["$ref"].rpartition("/")[2]
        described = served["components"]["responses"][name]
    assert set(described.get("headers", {})) <= {name.lower() for name in answer.headers}
    content = described.get("content")
    assert bool(content) == bool(answer.content), answer.content
    if content:
        name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        schema = served["components"]["schemas"][name]
        assert validation.first_failure(schema, answer.json(), of_request=False) is None
        example = content["application/json"]["example"]
        assert validation.first_failure(schema, example, of_request=False) is None
    return answer


def test_answers_are_as_described(served, settings, backend):
    kim = accounts.create_user(
        email="kim@example.org", full_name="Kim", roles=("clinician",), password=PASSWORD
    )
    basic = base64.b64encode(f"kim@example.org:{PASSWORD}".encode()).decode()
    logged_in = Api().post("/auth/login", headers={"authorization": f"Basic {basic}"})
    person = Api(check(served, logged_in, "post", "/auth/login")["x-tidepool-session-token"])
    profile = f"/metadata/{kim.user_id}/profile"
    of_profile = "/metadata/{user_id}/profile"
    for answer, method, path in (
        (Api().post("/auth/login"), "post", "/auth/login"),
        (person.get("/auth/login"), "get", "/auth/login"),
        (person.get("/auth/user"), "get", "/auth/user"),
        (person.get("/auth/user/nobody@example.org"), "get", "/auth/user/{user_id}"),
        (backend.get("/auth/user/0123456789"), "get", "/auth/user/{user_id}"),
        (backend.get("/auth/user/kim@example.org"), "get", "/auth/user/{user_id}"),
        (person.put(profile, {"fullName": "Kim K."}), "put", of_profile),
        (person.post(profile, {"fullName": 1}), "post", of_profile),
        (person.get(profile), "get", of_profile),
        (Api().post("/auth/serverlogin"), "post", "/auth/serverlogin"),
        (person.post("/auth/logout"), "post", "/auth/logout"),
        (person.get("/auth/user"), "get", "/auth/user"),
    ):
        check(served, answer, method, path)
