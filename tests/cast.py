"""The people of the tests, and a client that checks every answer against the served description."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
import pytest
from django.test import Client
from django.test.client import ClientHandler

from kernel.api import validation
from tests import example_objects, reached
from tests.commands import (  # noqa: F401 (fixtures; must register before the first connection)
    mongo_commands,
    written,
)
from tests.replay import replayed


@cache
def description():
    """The served description, rendered once."""
    from drf_spectacular.generators import SchemaGenerator

    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def described_operations():
    operations = {}
    for path, item in description()["paths"].items():
        for method, operation in item.items():
            operations[operation["operationId"]] = (method, path, operation)
    return operations


@cache
def _handler() -> ClientHandler:
    handler = ClientHandler(enforce_csrf_checks=False)
    handler.load_middleware()
    return handler


class QuickClient(Client):
    """A test client that shares its middleware with the others: each of Django's clients builds its own,
    which searches for all static files.

    Gain: 25 ms for each client, half of many tests.
    Remove when: Django's clients share the middleware, or WhiteNoise finds files on demand.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.handler = _handler()


def json_body_of(operation: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of the request's body; None where it takes none, or one that is no JSON."""
    content = operation.get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("schema")


class Api:
    """`api.get(path)` etc. with a token; answers with a JSON body are checked against the description."""

    def __init__(self, token: str | None = None) -> None:
        self._client = QuickClient(raise_request_exception=False)
        self.token = token

    def request(self, method: str, path: str, body: Any = None, **extra: Any):
        headers = dict(extra.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("x-tidepool-session-token", self.token)
        data = (
            body
            if isinstance(body, bytes)
            else b""
            if body is None
            else orjson.dumps(body, default=str)
        )
        content_type = extra.pop("content_type", "application/json")
        response = self._client.generic(
            method.upper(), path, data, content_type, headers=headers, **extra
        )
        check_against_description(response)
        return response

    def get(self, path: str, **extra: Any):
        return self.request("get", path, **extra)

    def post(self, path: str, body: Any = None, **extra: Any):
        return self.request("post", path, body, **extra)

    def put(self, path: str, body: Any = None, **extra: Any):
        return self.request("put", path, body, **extra)

    def patch(self, path: str, body: Any = None, **extra: Any):
        return self.request("patch", path, body, **extra)

    def delete(self, path: str, body: Any = None, **extra: Any):
        return self.request("delete", path, body, **extra)


MOST_KEPT = 5_000
_checked: set[tuple[str, int, bytes]] = set()  # valid answers that walks receive many times


def check_against_description(response) -> None:
    """Every answer of an operation, whatever its status, is one that the description lists."""
    operation_id = operation_of(response.wsgi_request)
    if operation_id is None:
        return
    status = response.status_code
    reached.note(operation_id, status)
    _, _, operation = described_operations()[operation_id]
    described = operation["responses"].get(str(status))
    assert described is not None, f"{operation_id} does not describe {status}"
    if not response.streaming:
        check_body(operation_id, response, content_of(described))


def operation_of(request) -> str | None:
    """None where the route, or its method, is not a described operation."""
    view = getattr(request.resolver_match, "func", None)
    name = (
        ""
        if request.method == "HEAD"
        else getattr(view, "actions", {}).get(request.method.lower(), "")
    )
    operation = getattr(getattr(getattr(view, "cls", None), name, None), "operation", None)
    return getattr(operation, "id", None)


def content_of(described):
    """content type -> what the described response has of it; `described` may refer to a shared response."""
    name = described.get("$ref", "").rpartition("/")[2]
    described = description()["components"]["responses"][name] if name else described
    return described.get("content", {})


def check_body(operation_id: str, response, content) -> None:
    status, schema = response.status_code, content.get("application/json", {}).get("schema")
    check_content_type(operation_id, response, content)
    answer = (operation_id, status, response.content)
    if schema is None or not response.content or answer in _checked:
        return
    body = orjson.loads(response.content)
    example_objects.note(operation_id, status, body)
    failure = validation.first_failure(schema, body, of_request=False)
    if failure is not None:
        pytest.fail(f"{operation_id} {status}: {validation.path_of(failure)}: {failure.message}")
    if len(_checked) < MOST_KEPT and len(response.content) < 10_000:
        _checked.add(answer)


def check_content_type(operation_id: str, response, content) -> None:
    """The content type is as described, and the answer states it; an empty answer has none."""
    stated = response.headers.get("Content-Type", "").partition(";")[0]
    expected = set(content) or {"text/plain"} if response.content else {""}
    assert stated in expected, (operation_id, stated)


@dataclass(frozen=True)
class Person:
    user_id: str
    token: str
    email: str

    @property
    def api(self) -> Api:
        return Api(self.token)


def make_person(name: str, *, roles: tuple[str, ...] = ()) -> Person:
    """An account with profile and a session. `name` is also the local part of the address."""
    from users.services import accounts

    email = f"{name.lower().replace(' ', '.')}@example.org"
    user = accounts.create_user(email=email, full_name=name, roles=roles)
    return Person(user.user_id, accounts.issue_user_token(user.user_id), email)


def _cast(fixture: str, name: str, *, roles: tuple[str, ...] = ()) -> Person:
    return replayed(fixture, lambda: make_person(name, roles=roles))


@pytest.fixture
def backend() -> Api:
    def make():
        from users.services import accounts

        return accounts.issue_server_token()

    return Api(replayed("backend", make))


@pytest.fixture
def ada() -> Person:
    """Admin of `clinic`."""
    return _cast("ada", "Ada Admin", roles=("clinician",))


@pytest.fixture
def ben() -> Person:
    """Member of `clinic` (once the `clinic` fixture is used)."""
    return _cast("ben", "Ben Member", roles=("clinician",))


@pytest.fixture
def cy() -> Person:
    """Member of `other_clinic`."""
    return _cast("cy", "Cy Member", roles=("clinician",))


@pytest.fixture
def dot() -> Person:
    """A patient with an account of her own."""
    return _cast("dot", "Dot Patient", roles=("patient",))


@pytest.fixture
def eve() -> Person:
    """A stranger with a valid token."""
    return _cast("eve", "Eve Stranger")


@pytest.fixture
def anonymous() -> Api:
    return Api()


CLINIC = {
    "name": "Lakeside Diabetes",
    "address": "1 Main Street",
    "city": "Springfield",
    "state": "IL",
    "postalCode": "62701",
    "country": "US",
    "clinicType": "provider_practice",
    "preferredBgUnits": "mg/dL",
}


def make_clinic(admin: Person, **profile: Any) -> dict[str, Any]:
    """A clinic as its creator sees it. `profile` replaces or (with None) leaves out parts of CLINIC."""
    body = {name: value for name, value in {**CLINIC, **profile}.items() if value is not None}
    response = admin.api.post("/v1/clinics", body)
    assert response.status_code == 200, response.content
    return response.json()


def add_member(
    clinic: dict[str, Any], person: Person, *, roles: tuple[str, ...] = ("CLINIC_MEMBER",)
) -> None:
    from clinics.services import clinicians

    clinicians.create_clinician(
        clinic_id=clinic["id"],
        details=clinicians.ClinicianDetails(
            user_id=person.user_id, email=person.email, name=None, roles=roles
        ),
    )


@pytest.fixture
def clinic(ada: Person, ben: Person) -> dict[str, Any]:
    """Ada's clinic, of which Ben is a member; the API's own representation (`clinic["id"]`)."""

    def make() -> dict[str, Any]:
        clinic = make_clinic(ada)
        add_member(clinic, ben)
        return clinic

    return replayed("clinic", make)


@pytest.fixture
def other_clinic(cy: Person) -> dict[str, Any]:
    """A clinic that the others do not belong to; Cy is its admin."""
    return replayed("other_clinic", lambda: make_clinic(cy, name="Hillside Clinic"))
