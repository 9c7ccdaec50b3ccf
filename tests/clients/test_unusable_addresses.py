"""An address that cannot be called is an outage for every client, and no id changes the path of a call."""

import ast
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx2
import pytest
import stamina
from django.conf import settings as project
from django.core.cache import cache

from ehr.clients import reports
from kernel import http as outgoing
from kernel import kept_connections
from kernel.errors import RetryLater
from kernel.http import ServiceError, ServiceUnavailable
from notifications.clients import marketing
from redox.clients import redox
from tests.chaos.test_neighbours import LIMIT, Outage
from users.clients import http
from users.clients.http.server_session import ServerSession
from users.clients.protocol import AccountGone, UserUpdate
from xealth.clients import xealth

UNUSABLE = (
    "http://[::1",
    "nonsense",
    "http://services..example.org",
    f"http://{'a' * 64}",
    "http://127.0.0.1:99999",
    "http://127.0.0.1:1\n",
    "http://127.0.0.1:port",
)
NOW = datetime(2026, 11, 28, tzinfo=UTC)


class Session(ServerSession):
    """A session that has its token, so that what fails is the call itself."""

    def __init__(self):
        super().__init__(url="", name="clinics", secret="")

    def token(self, *, instead_of=""):
        return "token"


def report(user_id):
    request = reports.ReportRequest({}, {"userId": user_id}, NOW, NOW)
    return reports.draw_report(request)


# module -> its calls, given an address and an id
CALLS = {
    "users/clients/http/server_session.py": [
        lambda at, _: ServerSession(url=at, name="clinics", secret="s").token(),
    ],
    "users/clients/http/accounts.py": [
        lambda at, one: http.HttpUserService(at, Session()).check_token(one),
        lambda at, one: http.HttpUserService(at, Session()).get_user(one),
        lambda at, one: http.HttpUserService(at, Session()).create_custodial_user(one, None),
        lambda at, one: http.HttpUserService(at, Session()).update_user(one, UserUpdate(roles=())),
        lambda at, one: http.HttpUserService(at, Session()).delete_user(one),
        lambda at, one: http.HttpUserService(at, Session()).delete_sessions(one),
    ],
    "users/clients/http/profiles.py": [
        lambda at, one: http.HttpProfileService(at, Session()).get_profile(one),
        lambda at, one: http.HttpProfileService(at, Session()).update_profile(one, {}),
    ],
    "users/clients/http/permissions.py": [
        lambda at, one: http.HttpPermissionService(at, Session()).get_permissions(one, "x"),
        lambda at, one: http.HttpPermissionService(at, Session()).list_owners(one),
        lambda at, one: http.HttpPermissionService(at, Session()).set_permissions("x", one, {}),
    ],
    "users/clients/http/restricted_tokens.py": [
        lambda at, one: http.HttpRestrictedTokens(at, Session()).list_tokens(one),
        lambda at, one: http.HttpRestrictedTokens(at, Session()).create_token(one, None, None),
        lambda at, one: http.HttpRestrictedTokens(at, Session()).get_token(one),
        lambda at, one: http.HttpRestrictedTokens(at, Session()).extend_token(one, (), NOW),
        lambda at, one: http.HttpRestrictedTokens(at, Session()).delete_token(one),
    ],
    "users/clients/http/data.py": [
        lambda at, one: http.HttpDataService(at, Session()).list_data_sources(one),
        lambda at, one: http.HttpDataService(at, Session()).has_data(one),
        lambda at, one: http.HttpDataService(at, Session()).get_summary("cgm", one),
        lambda at, one: http.HttpDataService(at, Session()).set_alerts("x", one, {}),
    ],
    "users/clients/http/token_endpoint.py": [
        lambda at, _: http.HttpTokenEndpoint(at).subject_of_client("id", "secret"),
    ],
    "ehr/clients/reports.py": [lambda _, one: report(one)],
    "notifications/clients/marketing.py": [lambda _, one: marketing.refresh_user(one)],
    "redox/clients/redox.py": [
        lambda *_: redox.HttpRedox().send({}),
        lambda *_: redox.HttpRedox().upload(b"%PDF"),
    ],
    "xealth/clients/xealth.py": [
        lambda _, one: xealth.HttpXealth().write_order(one, {}),
        lambda _, one: xealth.HttpXealth().read_order(one, "x"),
        lambda _, one: xealth.HttpXealth().read_order("x", one),
    ],
}
WITHOUT_IDS = (
    "users/clients/http/server_session.py",
    "users/clients/http/token_endpoint.py",
    "redox/clients/redox.py",
)


CALLS_US = "xealth/services/demo.py"  # plays Xealth towards this service


def calls_the_client(source):
    return any(
        isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("http.request", "self._session.call", "session.call")
        for node in ast.walk(ast.parse(source))
    )


def test_the_table_names_every_module_that_calls_an_outside_service():
    root = Path(project.BASE_DIR)
    apps = [path.parent for path in root.glob("*/__init__.py") if path.parent.name != "tests"]
    modules = {
        str(path.relative_to(root))
        for app in apps
        for path in app.rglob("*.py")
        if calls_the_client(path.read_text())
    }
    assert modules - {CALLS_US} == CALLS.keys()


def test_each_service_has_a_test_in_which_it_hangs_and_one_in_which_it_is_dead():
    names = {import_module(path.removesuffix(".py").replace("/", ".")).SERVICE for path in CALLS}
    assert names <= set(Outage.SERVICE.values())
    assert Outage.SERVICE.keys() == LIMIT.keys()


@pytest.fixture
def leads_to(settings, monkeypatch):
    """Let every service be at one address; with a token, what fails is the call that needs it."""

    def lead(address, *, with_token):
        settings.EXPORT_ADDRESS = settings.MARKETO_HOST = address
        urls = ("token_url", "endpoint_url", "upload_url", "base_url")
        for name in ("REDOX", "XEALTH"):
            values = {**getattr(settings, name), **dict.fromkeys(urls, address)}
            setattr(settings, name, {**values, "client_id": "c", "client_secret": "s"})
        for key in (redox.TOKEN_KEY, xealth.TOKEN_KEY):
            cache.delete(key)
            if with_token:
                cache.set(key, "token", 60)

    monkeypatch.setattr(redox, "_assertion", lambda: "an assertion that needs no key")
    yield lead
    stamina.set_testing(False)
    lead("", with_token=False)


@pytest.mark.parametrize("module", CALLS)
@pytest.mark.parametrize("address", UNUSABLE)
def test_an_address_that_cannot_be_called_is_an_outage(leads_to, module, address):
    stamina.set_testing(True, attempts=1)
    for with_token in (True, False):
        leads_to(address, with_token=with_token)
        for call in CALLS[module]:
            with pytest.raises((ServiceUnavailable, RetryLater)):
                call(address, "0000000001")


@pytest.mark.parametrize("module", sorted(CALLS.keys() - {*WITHOUT_IDS}))
@pytest.mark.parametrize("one", ["..", ".", "", "a/../b", "a?b", "a#b", "%2e%2e"])
def test_no_id_changes_the_path(leads_to, monkeypatch, module, one):
    def paths(value):
        taken = []

        def answer(request):
            taken.append(request.url.raw_path.decode().partition("?")[0])
            return httpx2.Response(404)

        def answer_plainly(url, *_, **__):
            taken.append(urlsplit(url).path)
            return kept_connections.Answer(404, b"")

        monkeypatch.setattr(
            outgoing, "_client", httpx2.Client(transport=httpx2.MockTransport(answer))
        )
        monkeypatch.setattr(kept_connections, "get", answer_plainly)
        leads_to("http://service/base", with_token=True)
        for call in CALLS[module]:
            try:
                call("http://service/base", value)
            except (ServiceError, RetryLater, AccountGone):
                continue
        return taken

    usual, changed = paths("0000000001"), paths(one)
    assert len(usual) >= len(CALLS[module])
    assert len(changed) == len(usual)
    for before, after in zip(usual, changed, strict=True):
        assert after.count("/") == before.count("/")
        for then, now in zip(before.split("/"), after.split("/"), strict=True):
            assert then in (now, "0000000001")
            assert now == "" or unquote(now) not in ("", ".", "..")
            assert then == "" or now != ""


def test_an_ordinary_id_is_sent_as_it_is():
    assert outgoing.segment("a.b-1_2~") == "a.b-1_2~"
    assert outgoing.segment("kc:a/b c") == "kc%3Aa%2Fb%20c"
