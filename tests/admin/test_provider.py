"""Login through an identity provider: every part of its answer is checked, and an address alone identifies no one."""

import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import requests  # noqa: TID251 (the library's own client)
from django.contrib.auth.models import Group, User

from kernel.staff.sign_in import attempts, factors, store
from tests.admin.conftest import PASSWORD, events, text
from tests.admin.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from tests.admin.sign_in import CODE_PAGE, SET_UP_PAGE, is_in, log_in, make_staff, with_factor
from tests.cast import QuickClient

START, CALLBACK = "/admin/login/provider/", "/admin/login/provider/callback/"


@pytest.fixture(scope="module")
def running_provider():
    identity_provider = IdentityProvider()
    yield identity_provider
    identity_provider.close()


@pytest.fixture
def provider(running_provider, settings):
    running_provider.configure(settings)
    running_provider.claims = {
        "sub": "person-1",
        "email": "sam@example.org",
        "email_verified": True,
    }
    running_provider.userinfo, running_provider.broken = {}, ""
    running_provider.encode = running_provider.signed
    running_provider.requests.clear()
    return running_provider


@pytest.fixture
def sam():
    return make_staff("sam", "support")


def log_in_by_provider(provider, client=None, path=START):
    """To the provider and back."""
    client = client or QuickClient()
    redirect = client.get(path)
    assert redirect.status_code == 302
    return client, client.get(CALLBACK, provider.authorize(redirect.headers["Location"]))


def is_refused(client, response):
    return response.status_code == 403 and not is_in(client) and "Log in" in text(response)


def reasons():
    return [event["scope"]["why"] for event in events(action="staff.login", outcome="denied")]


# --- the way there and back ------------------------------------------------------------------------------------
def test_staff_log_in_by_the_provider(provider, sam):
    client, response = log_in_by_provider(provider)
    assert response.headers["Location"] == "/admin/"
    assert is_in(client)
    assert store.find_identity(issuer=provider.url, subject="person-1")["userId"] == sam.pk
    (event,) = events(action="staff.login")
    assert (event["actor"]["name"], event["outcome"], event["scope"]) == (
        "sam",
        "done",
        {"by": "provider"},
    )
    client.post("/admin/logout/")
    assert events(action="staff.logout")
    assert not is_in(client)


def test_the_authorization_request_has_state_nonce_and_a_challenge(provider):
    query = parse_qs(urlsplit(QuickClient().get(START).headers["Location"]).query)
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [f"http://testserver{CALLBACK}"]
    assert {len(query[name][0]) for name in ("state", "nonce")} == {43}
    second_query = parse_qs(urlsplit(QuickClient().get(START).headers["Location"]).query)
    assert not [
        name for name in ("state", "nonce", "code_challenge") if second_query[name] == query[name]
    ]


def test_the_login_page_offers_the_provider(provider, settings):
    settings.OIDC_NAME = "Harbor ID"
    page = text(QuickClient().get("/admin/login/?next=/admin/clinics/"))
    assert "Log in with Harbor ID" in page
    assert f"{START}?next=/admin/clinics/" in page
    assert 'name="password"' in page


def test_without_a_provider_its_pages_are_not_found():
    assert QuickClient().get(START).status_code == 404
    assert QuickClient().get(CALLBACK, {"code": "1", "state": "2"}).status_code == 404


def test_where_passwords_are_switched_off_none_logs_in(provider, sam, settings):
    settings.STAFF_PASSWORD_LOGIN = False
    settings.AUTHENTICATION_BACKENDS = ["kernel.staff.sign_in.oidc.Backend"]
    assert 'name="password"' not in text(QuickClient().get("/admin/login/"))
    client, response = log_in()
    assert response.status_code == 403
    assert not is_in(client)
    client, _ = log_in_by_provider(provider)
    assert is_in(client)


def test_switching_passwords_off_ends_the_sessions_opened_with_them(provider, sam, settings):
    client, _ = log_in()
    assert is_in(client)
    settings.AUTHENTICATION_BACKENDS = ["kernel.staff.sign_in.oidc.Backend"]
    assert not is_in(client)


def test_an_answer_without_a_request_of_this_session_is_ignored(provider, sam):
    _, victim = QuickClient(), QuickClient()
    answer = provider.authorize(QuickClient().get(START).headers["Location"])
    assert is_refused(victim, victim.get(CALLBACK, answer))
    assert is_refused(victim, victim.get(CALLBACK, {"code": "x"}))
    assert is_refused(victim, victim.get(CALLBACK, {"error": "access_denied"}))
    assert provider.requests == []


def test_a_stranger_cannot_log_anyone_out_by_a_link(provider, sam):
    client, _ = log_in_by_provider(provider)
    client.get(CALLBACK, {"error": "x"})
    assert is_in(client)


def test_an_answer_works_once(provider, sam):
    client = QuickClient()
    answer = provider.authorize(client.get(START).headers["Location"])
    assert client.get(CALLBACK, answer).status_code == 302
    assert client.get(CALLBACK, answer).status_code == 403


def test_a_refusal_by_the_provider_is_a_refusal_here(provider, sam):
    client = QuickClient()
    state = provider.authorize(client.get(START).headers["Location"])["state"]
    assert is_refused(client, client.get(CALLBACK, {"error": "access_denied", "state": state}))
    assert reasons() == ["refused there"]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_the_redirect_after_login_stays_on_the_site(target, provider, sam):
    _, response = log_in_by_provider(provider, path=f"{START}?next={target}")
    assert response.headers["Location"] == "/admin/"


def test_the_requested_page_is_opened_after_login(provider, sam):
    _, response = log_in_by_provider(provider, path=f"{START}?next=/admin/clinics/")
    assert response.headers["Location"] == "/admin/clinics/"


def test_login_by_the_provider_starts_a_new_session(provider, sam):
    client = QuickClient()
    redirect = client.get(START)
    old_session = client.cookies["sessionid"].value
    client.get(CALLBACK, provider.authorize(redirect.headers["Location"]))
    assert client.cookies["sessionid"].value != old_session
    thief = QuickClient()
    thief.cookies["sessionid"] = old_session
    assert not is_in(thief)


def test_after_logging_out_the_page_links_to_the_logout_of_the_provider(provider, sam, settings):
    settings.OIDC_LOGOUT_ENDPOINT = "https://id.example.org/logout"
    client, _ = log_in_by_provider(provider)
    assert 'href="https://id.example.org/logout"' in text(client.post("/admin/logout/"))


# --- what the provider says ------------------------------------------------------------------------------------
NOW = time.time()
WRONG_CLAIMS = {
    "another audience": {"aud": "someone-else"},
    "no audience": {"aud": None},
    "several audiences and no party": {"aud": [CLIENT_ID, "someone-else"]},
    "several audiences and another party": {
        "aud": [CLIENT_ID, "someone-else"],
        "azp": "someone-else",
    },
    "another party": {"azp": "someone-else"},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "expired": {"exp": int(NOW) - 120},
    "no end": {"exp": None},
    "from the future": {"iat": int(NOW) + 3600},
    "not yet valid": {"nbf": int(NOW) + 3600},
    "no time": {"iat": None},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "an empty nonce": {"nonce": ""},
    "a nonce that is not a text": {"nonce": 7},
    "no subject": {"sub": None},
    "a subject that is not a text": {"sub": 7},
}


@pytest.mark.yardstick("T6")
@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
def test_a_token_for_another_purpose_is_refused(wrong, provider, sam):
    provider.claims |= WRONG_CLAIMS[wrong]
    assert is_refused(*log_in_by_provider(provider))
    assert reasons() == ["answer not usable"]


FORGERIES = {
    "no signature": lambda provider: provider.unsigned,
    "the public key as a shared secret": lambda provider: provider.signed_with_the_public_key,
    "another key": lambda provider: provider.signed_by_another_key,
    "an unknown key": lambda provider: lambda claims: provider.signed(claims, kid="key-2"),
    "a changed token": lambda provider: lambda claims: _changed(provider.signed(claims)),
    "no token": lambda provider: lambda claims: None,
    "no token at all": lambda provider: lambda claims: "nonsense",
}


def _changed(token):
    head, body, signature = token.split(".")
    return f"{head}.{body[:-4]}AAAA.{signature}"


@pytest.mark.yardstick("T6")
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_is_refused(forgery, provider, sam):
    provider.encode = FORGERIES[forgery](provider)
    assert is_refused(*log_in_by_provider(provider))
    assert reasons() == ["answer not usable"]


@pytest.mark.yardstick("T6")
@pytest.mark.parametrize("algorithm", ["RS384", "PS256"])
def test_the_algorithm_named_in_a_token_is_not_trusted(algorithm, provider, sam):
    import jwt

    provider.encode = lambda claims: jwt.encode(
        claims, provider.key, algorithm, headers={"kid": "key-1"}
    )
    assert is_refused(*log_in_by_provider(provider))


@pytest.mark.parametrize(
    "broken", ["token", "token down", "keys", "keys down", "user", "user down"]
)
def test_with_a_broken_provider_no_one_can_log_in(broken, provider, sam, settings):
    settings.OIDC_OP_USER_ENDPOINT = f"{provider.url}/user"
    provider.userinfo = {"sub": "person-1"}
    provider.broken = broken
    assert is_refused(*log_in_by_provider(provider))
    assert reasons() == ["answer not usable"]


def test_with_an_unreachable_provider_no_one_can_log_in(provider, sam, settings):
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:1/token"
    assert is_refused(*log_in_by_provider(provider))


UNUSABLE = ("http://[::1", "nonsense", "http://a..b", "http://127.0.0.1:99999", "http://a:port")


@pytest.mark.parametrize("address", UNUSABLE)
@pytest.mark.parametrize("name", ["TOKEN", "JWKS", "USER"])
def test_with_an_address_that_cannot_be_called_no_one_can_log_in(
    name, address, provider, sam, settings
):
    setattr(settings, f"OIDC_OP_{name}_ENDPOINT", address)
    client, response = log_in_by_provider(provider)
    assert is_refused(client, response)


def test_no_one_is_sent_to_an_address_that_cannot_be_opened(provider, settings):
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = "http://[::1"
    client = QuickClient()
    assert is_refused(client, client.get(START))


def test_every_call_to_the_provider_has_a_timeout(provider, sam, settings, monkeypatch):
    settings.OIDC_OP_USER_ENDPOINT = f"{provider.url}/user"
    provider.userinfo = {"sub": "person-1"}
    limits, send = [], requests.Session.request

    def remember(self, method, url, **options):
        limits.append(options.get("timeout"))
        return send(self, method, url, **options)

    monkeypatch.setattr(requests.Session, "request", remember)
    log_in_by_provider(provider)
    assert limits == [(2, 5)] * 3


def test_user_information_about_someone_else_is_refused(provider, sam, settings):
    settings.OIDC_OP_USER_ENDPOINT = f"{provider.url}/user"
    provider.userinfo = {"sub": "person-2"}
    assert is_refused(*log_in_by_provider(provider))


def test_the_token_takes_precedence_over_the_user_information(provider, sam, settings):
    make_staff("root", is_superuser=True)
    settings.OIDC_OP_USER_ENDPOINT = f"{provider.url}/user"
    provider.userinfo = {"sub": "person-1", "email": "root@example.org", "email_verified": True}
    client, _ = log_in_by_provider(provider)
    assert events(action="staff.login")[0]["actor"]["name"] == "sam"
    assert is_in(client)


def test_the_secret_is_sent_only_to_the_token_endpoint(provider, sam):
    log_in_by_provider(provider)
    endpoints = [name for name, form, _ in provider.requests if CLIENT_SECRET in str(form)]
    assert endpoints == ["token"]


def test_the_provider_is_told_nothing_of_the_account(provider, sam):
    log_in_by_provider(provider)
    assert provider.requests
    for _, form, token in provider.requests:
        # Codes and verifiers are chance: a short name may occur inside one.
        assert not {"sam", sam.email, str(sam.pk)} & {*form.values(), token}
        assert sam.email not in str(form)


# --- which account it is
# -----------------------------------------------------------------------------------------------
def test_after_the_first_link_the_subject_counts_and_the_address_does_not(provider, sam):
    log_in_by_provider(provider)
    eve = make_staff("eve")
    provider.claims |= {"email": "eve@example.org"}
    log_in_by_provider(provider)
    assert events(action="staff.login")[-1]["actor"]["name"] == "sam"
    assert store.find_identity_of(eve.pk) is None
    provider.claims |= {"sub": "person-2", "email": "sam@example.org"}
    assert is_refused(*log_in_by_provider(provider))
    assert reasons() == ["account linked already"]


UNLINKED = {
    "an address that is not verified": {"email_verified": False},
    "an address of which nothing is said": {"email_verified": None},
    "no address": {"email": None},
    "an address that only looks the same": {"email": "sаm@example.org"},  # Cyrillic
    "an address with something invisible in it": {"email": "sa\u00adm@example.org"},
    "another address": {"email": "nobody@example.org"},
}


@pytest.mark.parametrize("who", UNLINKED)
def test_no_one_is_linked_by(who, provider, sam):
    provider.claims |= UNLINKED[who]
    assert is_refused(*log_in_by_provider(provider))
    assert store.find_identity_of(sam.pk) is None


def test_an_address_is_found_in_its_canonical_form(provider, sam):
    provider.claims |= {"email": " ＳＡＭ@Example.ORG"}
    client, _ = log_in_by_provider(provider)
    assert is_in(client)


def test_an_address_of_two_accounts_links_neither(provider, sam):
    User.objects.create_user("sam2", "SAM@example.org", PASSWORD, is_staff=True)
    assert is_refused(*log_in_by_provider(provider))
    assert reasons() == ["several accounts with this address"]


@pytest.mark.parametrize("what", ["is_active", "is_staff"])
def test_an_account_that_was_switched_off_cannot_log_in(what, provider, sam):
    log_in_by_provider(provider)
    setattr(sam, what, False)
    sam.save()
    assert is_refused(*log_in_by_provider(provider))


def test_a_session_ends_when_its_account_is_switched_off(provider, sam):
    client, _ = log_in_by_provider(provider)
    sam.is_active = False
    sam.save()
    assert not is_in(client)


def test_new_accounts_are_created_only_where_configured_and_have_no_role(provider, settings):
    assert is_refused(*log_in_by_provider(provider))
    settings.OIDC_NEW_ACCOUNTS = "create"
    client, _ = log_in_by_provider(provider)
    assert is_in(client)
    account = User.objects.get(username="sam@example.org")
    assert (account.is_superuser, list(account.groups.all()), account.has_usable_password()) == (
        False,
        [],
        False,
    )
    assert events(action="staff.user_created")
    assert client.get("/admin/clinics/").status_code == 403


def test_a_name_that_is_taken_is_not_taken_over(provider, settings):
    settings.OIDC_NEW_ACCOUNTS = "create"
    User.objects.create_user("sam@example.org", "other@example.org", PASSWORD, is_staff=True)
    assert is_refused(*log_in_by_provider(provider))
    assert reasons() == ["account name taken"]


def test_the_allowed_domains_are_checked_at_every_login(provider, sam, settings):
    log_in_by_provider(provider)
    settings.OIDC_ALLOWED_DOMAINS = ["harbor.example"]
    assert is_refused(*log_in_by_provider(provider))
    settings.OIDC_ALLOWED_DOMAINS = ["harbor.example", "Example.org"]
    client, _ = log_in_by_provider(provider)
    assert is_in(client)


def test_two_parallel_first_logins_create_one_account_and_one_link(provider, settings):
    settings.OIDC_NEW_ACCOUNTS = "create"
    clients = [QuickClient() for _ in range(4)]
    answers = [provider.authorize(c.get(START).headers["Location"]) for c in clients]
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda pair: pair[0].get(CALLBACK, pair[1]), zip(clients, answers, strict=True)
            )
        )
    assert User.objects.count() == 1
    assert store.find_identity(issuer=provider.url, subject="person-1") is not None


# --- roles -----------------------------------------------------------------------------------------------------
@pytest.fixture
def groups(settings):
    settings.OIDC_GROUPS_CLAIM = "groups"
    settings.OIDC_GROUP_ROLES = ["desk=support", "desk=viewer", "a=b=auditor", "boss=superuser"]


def roles_of(user):
    return sorted(user.groups.values_list("name", flat=True))


@pytest.mark.usefixtures("groups")
@pytest.mark.parametrize(
    ("given", "roles"),
    [
        (["desk"], ["support", "viewer"]),
        ("desk", ["support", "viewer"]),
        (["a=b", "unknown", 7], ["auditor"]),
        (["boss"], []),
        ([], []),
        (None, []),
    ],
)
def test_groups_become_roles_and_nothing_else(given, roles, provider, sam):
    Group.objects.get_or_create(name="superuser")
    provider.claims |= {"groups": given}
    client, _ = log_in_by_provider(provider)
    assert is_in(client)
    assert roles_of(sam) == roles
    sam.refresh_from_db()
    assert not sam.is_superuser
    changes = events(action="staff.roles_taken")
    assert changes[0]["before"] == {"roles": ["support"]}
    assert changes[0]["after"] == {"roles": roles}


def test_without_a_groups_claim_roles_are_managed_here(provider, sam):
    provider.claims |= {"groups": ["desk"]}
    log_in_by_provider(provider)
    assert roles_of(sam) == ["support"]


# --- with a second factor --------------------------------------------------------------------------------------
def test_the_second_factor_is_left_to_the_provider_unless_configured_otherwise(
    provider, sam, settings
):
    settings.STAFF_SECOND_FACTOR = "required"
    client, _ = log_in_by_provider(provider)
    assert is_in(client)
    settings.OIDC_SECOND_FACTOR = "here"
    assert not is_in(client)
    client, response = log_in_by_provider(provider)
    assert response.headers["Location"] == SET_UP_PAGE
    assert not is_in(client)
    phone, _ = with_factor(sam)
    client, response = log_in_by_provider(provider)
    assert response.headers["Location"] == CODE_PAGE
    assert not is_in(client)
    assert client.post(CODE_PAGE, {"code": phone.code()}).status_code == 302
    assert is_in(client)
    assert factors.is_set_up(store.find_factor(sam.pk))


# --- how often -------------------------------------------------------------------------------------------------
def test_logins_begun_and_ended_by_strangers_are_limited(provider, monkeypatch):
    monkeypatch.setattr(attempts, "PROVIDER", "3/15minute")
    clients = [QuickClient() for _ in range(4)]
    started = [client.get(START) for client in clients]
    assert [response.status_code for response in started] == [302, 302, 302, 429]
    client = QuickClient()
    assert client.get(START, REMOTE_ADDR="10.0.0.9").status_code == 302
    for _ in range(3):
        session = client.session
        session["oidc_states"] = {"s": {"nonce": "n", "code_verifier": "v"}}
        session.save()
        assert client.get(CALLBACK, {"code": "x", "state": "s"}).status_code == 403
    session = client.session
    session["oidc_states"] = {"s": {"nonce": "n", "code_verifier": "v"}}
    session.save()
    assert client.get(CALLBACK, {"code": "x", "state": "s"}).status_code == 429
