"""Each protocol's tests run against the embedded implementation and, over a loopback server, the HTTP one."""

import pytest

from tests.clients import standin as wire
from users.clients import embedded, http
from users.clients.http.server_session import ServerSession


@pytest.fixture
def standin():
    server = wire.StandIn().start()
    yield server
    server.stop()


@pytest.fixture
def session(standin):
    return ServerSession(url=standin.address + "/serverlogin", name="clinics", secret=wire.SECRET)


@pytest.fixture(params=["embedded", "http"])
def kind(request):
    return request.param


@pytest.fixture
def user_service(kind, request):
    if kind == "embedded":
        return embedded.EmbeddedUserService()
    address = request.getfixturevalue("standin").address
    return http.HttpUserService(address, request.getfixturevalue("session"))


@pytest.fixture
def profile_service(kind, request):
    if kind == "embedded":
        return embedded.EmbeddedProfileService()
    address = request.getfixturevalue("standin").address
    return http.HttpProfileService(address, request.getfixturevalue("session"))


@pytest.fixture
def permission_service(kind, request):
    if kind == "embedded":
        return embedded.EmbeddedPermissionService()
    address = request.getfixturevalue("standin").address
    return http.HttpPermissionService(address, request.getfixturevalue("session"))


@pytest.fixture
def restricted_tokens(kind, request):
    if kind == "embedded":
        return embedded.EmbeddedRestrictedTokens()
    address = request.getfixturevalue("standin").address
    return http.HttpRestrictedTokens(address, request.getfixturevalue("session"))


@pytest.fixture
def data_service(kind, request):
    if kind == "embedded":
        return embedded.EmbeddedDataService()
    address = request.getfixturevalue("standin").address
    return http.HttpDataService(address, request.getfixturevalue("session"))


@pytest.fixture
def token_endpoint(kind, request):
    if kind == "embedded":
        return embedded.EmbeddedTokenEndpoint()
    return http.HttpTokenEndpoint(request.getfixturevalue("standin").address + "/oidc/token")
