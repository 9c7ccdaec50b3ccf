"""Tests for the HTTP clients alone: logins, headers, statuses, outages (rules ACCOUNT-153 to ACCOUNT-165)."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx2
import pytest

from kernel import clock, deadline
from kernel.errors import Unavailable
from kernel.http import ServiceError, ServiceUnavailable
from tests import pace
from tests.clients import standin as wire
from users.clients import http
from users.clients.http import server_session
from users.clients.http.server_session import ServerSession
from users.clients.protocol import AccountChanged, Expected, UserUpdate
from users.services import accounts

OWNER = "00000000aa"
SOON = 1.5  # seconds until a caller is told that a service cannot be reached (yardstick T4)


@pytest.fixture
def users(standin, session):
    return http.HttpUserService(standin.address, session)


def logins(standin):
    return standin.calls.count("POST /serverlogin")


class TestServerLogin:
    def test_many_calls_share_one_login_with_name_and_secret(self, standin, users):
        users.get_user(OWNER)
        users.get_user(OWNER)

        assert logins(standin) == 1
        assert standin.headers[0]["x-tidepool-server-name"] == "clinics"
        assert standin.headers[0]["x-tidepool-server-secret"] == wire.SECRET
        assert "x-tidepool-session-token" not in standin.headers[0]

    def test_the_login_is_repeated_after_the_tokens_lifetime(self, standin):
        session = ServerSession(
            url=standin.address + "/serverlogin", name="clinics", secret=wire.SECRET, lifetime=0.05
        )
        session.token()
        time.sleep(0.06)
        session.token()

        assert logins(standin) == 2

    def test_the_login_is_repeated_once_after_a_401(self, standin, users, monkeypatch):
        from users.embedded import sessions

        users.get_user(OWNER)
        sessions.end_all(sessions.SERVICE_ACCOUNT_ID)
        monkeypatch.setattr(server_session, "_TRUSTED", 0)

        assert users.get_user(OWNER) is None
        assert logins(standin) == 2

    def test_bad_tokens_of_callers_do_not_cause_logins(self, standin, users):
        for number in range(10):
            assert users.check_token(f"bad{number}") is None

        assert logins(standin) == 1

    def test_a_wrong_secret_is_an_outage_and_not_a_logout(self, standin):
        session = ServerSession(url=standin.address + "/serverlogin", name="clinics", secret="no")
        with pytest.raises(ServiceUnavailable):
            http.HttpUserService(standin.address, session).check_token("x")

    def test_a_login_answered_without_a_token_is_an_error(self, standin, users):
        standin.override["POST /serverlogin"] = (200, None)
        with pytest.raises(ServiceError):
            users.get_user(OWNER)


class TestTokenCheck:
    @pytest.mark.parametrize("status", [400, 401, 403, 404])
    def test_a_refused_token_is_invalid(self, standin, users, status):
        standin.override["GET /token/x"] = (status, {"code": status})
        assert users.check_token("x") is None

    @pytest.mark.yardstick("T4")
    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_an_outage_is_not_a_logout(self, standin, users, status):
        standin.override["GET /token/x"] = (status, None)
        with pytest.raises(ServiceUnavailable):
            users.check_token("x")

    @pytest.mark.yardstick("T4", "V2")
    def test_a_user_service_that_hangs_is_unavailable_after_a_few_seconds(
        self, standin, users, monkeypatch
    ):
        from users.clients.http import accounts as client

        monkeypatch.setattr(client, "_CHECK_TIMEOUT", httpx2.Timeout(0.1))
        standin.delay = 1.0 * pace.slowness()
        started = time.monotonic()
        with pytest.raises(ServiceUnavailable):
            users.check_token("x")
        assert time.monotonic() - started < 1 * pace.slowness()
        assert len([call for call in standin.calls if "/token/" in call]) == 2

    @pytest.mark.yardstick("T4")
    def test_a_user_service_that_hangs_is_unavailable_within_one_and_a_half_seconds(
        self, standin, users
    ):
        standin.delay = 3.0 * pace.slowness()
        started = time.monotonic()
        with pytest.raises(ServiceUnavailable):
            users.check_token("x")
        assert time.monotonic() - started < SOON * pace.slowness()

    @pytest.mark.parametrize(
        "body", [None, [], {}, {"isserver": True}, {"isserver": True, "userid": ""}, {"userid": 7}]
    )
    def test_an_answer_without_a_user_is_a_refusal(self, standin, users, body):
        standin.override["GET /token/x"] = (200, body)
        assert users.check_token("x") is None

    def test_field_names_are_accepted_in_any_case(self, standin, users):
        standin.override["GET /token/x"] = (
            200,
            {"ISSERVER": True, "UserId": OWNER, "identityprovider": "p"},
        )
        principal = users.check_token("x")
        assert (principal.user_id, principal.is_server, principal.identity_provider) == (
            OWNER,
            True,
            "p",
        )

    def test_checks_of_one_token_at_one_moment_share_an_answer(self, standin, users):
        standin.delay = 0.3
        with ThreadPoolExecutor(12) as threads:
            answers = list(threads.map(users.check_token, ["x"] * 11 + ["y"]))
        assert answers == [None] * 12
        checks = [call for call in standin.calls if "/token/" in call]
        assert checks.count("GET /token/x") <= 3
        assert checks.count("GET /token/y") == 1

    def test_a_check_never_takes_the_answer_of_one_that_began_earlier(self, standin, users):
        """The token is refused while an earlier check of it is still on its way."""
        standin.override["GET /token/x"] = (200, {"userid": OWNER})
        users.check_token("x")
        standin.delay = 0.3
        with ThreadPoolExecutor(1) as threads:
            earlier = threads.submit(users.check_token, "x")
            time.sleep(0.1)
            standin.override["GET /token/x"] = (401, None)
            assert users.check_token("x") is None
            earlier.result()

    def test_the_token_is_sent_as_one_path_segment(self, standin, users):
        users.check_token("kc:a/b?c=1#d e")
        assert standin.calls[-1] == "GET /token/kc%3Aa%2Fb%3Fc%3D1%23d%20e"


class TestLogin:
    @pytest.mark.yardstick("T4", "V2")
    def test_a_request_waits_for_the_login_of_another_thread_no_longer_than_it_may(self, session):
        """The user service hangs, and with it the thread that logs in, which has more time left."""
        with session._lock, deadline.within(0.05), pytest.raises(Unavailable):
            session.token()
        assert session.token()


class TestStatuses:
    @pytest.mark.parametrize("status", [401, 500])
    def test_a_failed_look_up_is_an_error_and_not_an_unknown_user(self, standin, users, status):
        standin.override[f"GET /user/{OWNER}"] = (status, None)
        with pytest.raises(ServiceError) as failure:
            users.get_user(OWNER)
        assert failure.value.status == status

    def test_an_account_without_id_is_an_error(self, standin, users):
        standin.override["POST /v1/clinics/c/users"] = (201, {"userid": ""})
        with pytest.raises(ServiceError):
            users.create_custodial_user("c", None)

    def test_an_unreadable_answer_is_an_error(self, standin, session):
        standin.override[f"GET /{OWNER}/profile"] = (200, "text")
        with pytest.raises(ServiceError):
            http.HttpProfileService(standin.address, session).get_profile(OWNER)

    def test_updating_the_profile_of_an_unknown_account_is_no_failure(self, standin, session):
        standin.override[f"POST /{OWNER}/profile"] = (404, None)
        service = http.HttpProfileService(standin.address, session)
        assert service.update_profile(OWNER, {"fullName": "A"}) == {}

    @pytest.mark.parametrize("status", [200, 204])
    def test_a_deleted_restricted_token_may_be_answered_with_200_or_204(
        self, standin, session, status
    ):
        standin.override["DELETE /v1/restricted_tokens/x"] = (status, None)
        http.HttpRestrictedTokens(standin.address, session).delete_token("x")

    @pytest.mark.yardstick("T4")
    def test_a_service_that_is_down_is_unavailable_at_once(self, session):
        started = time.monotonic()
        with pytest.raises(ServiceUnavailable):
            http.HttpUserService("http://127.0.0.1:1", session).get_user(OWNER)
        assert time.monotonic() - started < SOON * pace.slowness()


class TestAuthService:
    def test_the_service_secret_replaces_the_session_token(self, standin, session, settings):
        settings.SERVICE_SECRET = "service-secret"
        http.HttpRestrictedTokens(standin.address, session).get_token("x")

        assert standin.headers[-1]["x-tidepool-service-secret"] == "service-secret"
        assert "x-tidepool-session-token" not in standin.headers[-1]
        assert logins(standin) == 0

    def test_the_auth_service_uses_its_own_login_if_configured(self, standin, settings):
        from users.clients.http.sessions import auth_session

        settings.AUTH_EXTERNAL_ADDRESS = standin.address
        settings.AUTH_EXTERNAL_SECRET = wire.SECRET
        auth_session.cache_clear()
        try:
            http.HttpRestrictedTokens(standin.address).get_token("x")
        finally:
            auth_session.cache_clear()

        assert standin.calls[0] == "POST /auth/serverlogin"
        assert standin.headers[0]["x-tidepool-server-name"] == "clinic"
        assert standin.headers[-1]["x-tidepool-session-token"]

    def test_times_with_an_offset_are_accepted(self, standin, session):
        row = {
            "id": "x",
            "userId": OWNER,
            "expirationTime": "2026-01-01T01:00:00+01:00",
            "createdTime": "2025-12-31T00:00:00Z",
        }
        standin.override["GET /v1/restricted_tokens/x"] = (200, row)
        token = http.HttpRestrictedTokens(standin.address, session).get_token("x")
        assert clock.format_time(token.expiration_time) == "2026-01-01T00:00:00Z"
        assert token.expiration_time.utcoffset() == timedelta(0)


class TestTokenEndpoint:
    @pytest.fixture
    def endpoint(self, standin):
        standin.endpoint.register_client("ehr", "s3cret", OWNER)
        return http.HttpTokenEndpoint(standin.address + "/oidc/token")

    def test_credentials_are_sent_as_basic_first(self, standin, endpoint):
        assert endpoint.subject_of_client("ehr", "s3cret") == OWNER
        assert len(standin.calls) == 1

    def test_credentials_are_sent_as_form_fields_if_basic_is_refused(self, standin, endpoint):
        standin.basic_allowed = False
        assert endpoint.subject_of_client("ehr", "s3cret") == OWNER
        assert len(standin.calls) == 2

    @pytest.mark.parametrize(
        "body", [{}, {"id_token": "x"}, {"id_token": 7}, {"access_token": "only"}]
    )
    def test_an_answer_without_subject_is_an_error(self, standin, endpoint, body):
        standin.override["POST /oidc/token"] = (200, body)
        with pytest.raises(ServiceError):
            endpoint.subject_of_client("ehr", "s3cret")


def test_tokens_are_not_logged(standin, users, caplog):
    token = accounts.issue_user_token(OWNER)
    with caplog.at_level("DEBUG", logger="kernel"):
        users.check_token(token)
    assert token not in caplog.text


class TestExpectations:
    """The service has no conditional updates, so changes between reading and writing are detected
    afterwards."""

    def test_an_address_that_changes_during_an_update_is_not_verified(
        self, standin, users, monkeypatch
    ):
        user = accounts.create_user(email="old@example.org", full_name="O", roles=("patient",))
        standin.users.update_user(user.user_id, UserUpdate(email_verified=False))
        put = http.HttpUserService._put
        moved = UserUpdate(username="new@example.org", emails=("new@example.org",))

        def overtaken(self, user_id, update):
            monkeypatch.setattr(http.HttpUserService, "_put", put)
            standin.users.update_user(user_id, moved)
            return put(self, user_id, update)

        monkeypatch.setattr(http.HttpUserService, "_put", overtaken)
        with pytest.raises(AccountChanged):
            users.update_user(
                user.user_id, UserUpdate(email_verified=True), Expected(address="old@example.org")
            )

        after = standin.users.get_user(user.user_id)
        assert (after.username, after.email_verified) == ("new@example.org", False)

    def test_a_new_address_is_sent_as_unverified(self, users, monkeypatch):
        sent = []
        monkeypatch.setattr(
            http.HttpUserService, "_call", lambda *_, json, **__: sent.append(json) or 1 / 0
        )
        with pytest.raises(ZeroDivisionError):
            users.update_user(OWNER, UserUpdate(emails=("new@example.org",)))
        assert sent == [{"updates": {"emails": ("new@example.org",), "emailVerified": False}}]
