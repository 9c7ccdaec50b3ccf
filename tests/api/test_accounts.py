"""Log in to the embedded accounts: the user service's routes for newcomers (rules ACCOUNT-136 to ACCOUNT-152)."""

import base64

import pytest
from django.core.management import CommandError, call_command

from kernel import db
from tests.cast import Api
from users.clients import embedded
from users.services import accounts

PASSWORD = "correct-horse"
TOKEN = "x-tidepool-session-token"


def basic(email, password=PASSWORD):
    return {"Authorization": "Basic " + base64.b64encode(f"{email}:{password}".encode()).decode()}


@pytest.fixture
def kim():
    return accounts.create_user(
        email="kim@example.org", full_name="Kim", roles=("clinician",), password=PASSWORD
    )


def log_in(email="kim@example.org", password=PASSWORD):
    return Api().post("/auth/login", headers=basic(email, password))


@pytest.mark.parametrize("method", ["options", "patch", "delete"])
@pytest.mark.parametrize("path", ["/auth/login", "/auth/user", "/metadata/x/profile"])
def test_unserved_method_is_refused_without_naming_classes(path, method):
    answer = Api().request(method, path)
    assert (answer.status_code, answer.json()) == (
        405,
        {"code": 405, "reason": "Method Not Allowed"},
    )


class TestLogin:
    def test_answers_the_account_and_a_token_that_works(self, kim):
        answer = log_in("KIM@example.org")

        assert answer.status_code == 200
        assert answer.json() == {
            "userid": kim.user_id,
            "username": "kim@example.org",
            "emails": ["kim@example.org"],
            "roles": ["clinician"],
            "emailVerified": True,
        }
        assert Api(answer.headers[TOKEN]).get("/auth/user").json()["userid"] == kim.user_id

    @pytest.mark.parametrize(
        "pair", [("kim@example.org", "wrong-horse"), ("nobody@example.org", PASSWORD)]
    )
    def test_wrong_credentials_get_one_answer(self, kim, pair):
        answer = log_in(*pair)

        assert answer.status_code == 401
        assert answer.json() == {"code": 401, "reason": "No user matched the given details"}
        assert TOKEN not in answer.headers

    def test_an_account_without_password_cannot_log_in(self):
        accounts.create_user(email="kim@example.org", full_name="Kim")
        assert log_in().status_code == 401

    def test_an_unverified_address_cannot_log_in(self, kim):
        db.collection("accounts").update_many({}, {"$set": {"emailVerified": False}})
        assert log_in().status_code == 403

    @pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Basic a2lt", "Bearer a2ltOng="])
    def test_needs_basic_credentials(self, header):
        answer = Api().post("/auth/login", headers={"Authorization": header})
        assert (answer.status_code, answer.json()["code"]) == (400, 400)

    def test_too_many_wrong_passwords_stop_the_right_one_too(self, kim):
        for _ in range(10):
            assert log_in(password="wrong-horse").status_code == 401
        answer = log_in()

        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["code"] == 429

    def test_renewing_keeps_the_token_and_moves_its_end(self, kim):
        token = log_in().headers[TOKEN]
        before = db.collection("accountTokens").find_one({"userId": kim.user_id})["expiresTime"]
        answer = Api(token).get("/auth/login")

        assert answer.headers[TOKEN] == token
        assert answer.json()["userid"] == kim.user_id
        after = db.collection("accountTokens").find_one({"userId": kim.user_id})["expiresTime"]
        assert after > before

    @pytest.mark.yardstick("T3")
    def test_logging_out_ends_the_session_at_once(self, kim):
        client = Api(log_in().headers[TOKEN])
        assert client.post("/auth/logout").status_code == 200

        assert client.get("/auth/user").status_code == 401
        assert client.get("/v1/patients").status_code == 401

    def test_a_wrong_method_is_405(self):
        answer = Api().delete("/auth/login")
        assert (answer.status_code, answer.json()) == (
            405,
            {"code": 405, "reason": "Method Not Allowed"},
        )


class TestServerLogin:
    def test_gives_a_server_token_for_the_secret(self, settings):
        settings.SERVER_TOKEN_SECRET = "secret"
        headers = {"x-tidepool-server-name": "export", "x-tidepool-server-secret": "secret"}
        answer = Api().post("/auth/serverlogin", headers=headers)

        assert (answer.status_code, answer.content) == (200, b"")
        assert embedded.EmbeddedUserService().check_token(answer.headers[TOKEN]).is_server

    @pytest.mark.parametrize(
        ("configured", "given", "status"),
        [("secret", "wrong", 401), ("", "x", 401), ("x", "", 400)],
    )
    def test_refuses_everything_else(self, settings, configured, given, status):
        settings.SERVER_TOKEN_SECRET = configured
        headers = {"x-tidepool-server-name": "export", "x-tidepool-server-secret": given}
        answer = Api().post("/auth/serverlogin", headers=headers)

        assert answer.status_code == status
        assert TOKEN not in answer.headers


class TestUsers:
    def test_services_find_any_account_by_id_and_address(self, backend, kim):
        for key in (kim.user_id, "Kim@Example.org"):
            answer = backend.get(f"/auth/user/{key}")
            assert answer.json()["userid"] == kim.user_id
            assert answer.json()["passwordExists"] is True
        assert backend.get("/auth/user/0123456789").json() == {
            "code": 404,
            "reason": "User not found",
        }

    def test_people_read_only_their_own_account(self, ada, eve):
        assert ada.api.get(f"/auth/user/{ada.user_id}").json()["username"] == ada.email
        assert "passwordExists" not in ada.api.get("/auth/user").json()
        for key in (eve.user_id, eve.email, "0123456789", "nobody@example.org"):
            assert ada.api.get(f"/auth/user/{key}").status_code == 401

    def test_a_custodian_sees_the_account_until_it_is_claimed(self, ada, dot):
        grants = embedded.EmbeddedPermissionService()
        child = embedded.EmbeddedUserService().create_custodial_user("c" * 24, None)
        grants.set_permissions(child.user_id, ada.user_id, {"custodian": {}})
        answer = ada.api.get(f"/auth/user/{child.user_id}")
        assert answer.json()["userid"] == child.user_id

        grants.set_permissions(dot.user_id, ada.user_id, {"custodian": {}})
        assert ada.api.get(f"/auth/user/{dot.user_id}").status_code == 401

    @pytest.mark.parametrize("path", ["/auth/user", "/auth/user/0123456789", "/auth/login"])
    def test_a_token_is_needed(self, anonymous, path):
        assert anonymous.get(path).status_code == 401


class TestProfiles:
    def test_own_profile_is_read_and_changed_by_key(self, dot):
        path = f"/metadata/{dot.user_id}/profile"
        answer = dot.api.put(path, {"patient": {"birthday": "2001-02-03"}})

        assert answer.json() == {"fullName": "Dot Patient", "patient": {"birthday": "2001-02-03"}}
        assert dot.api.get(path).json() == answer.json()

    def test_strangers_see_the_name_alone(self, dot, eve):
        path = f"/metadata/{dot.user_id}/profile"
        dot.api.post(path, {"patient": {"birthday": "2001-02-03"}})

        assert eve.api.get(path).json() == {"fullName": "Dot Patient"}
        assert eve.api.put(path, {"fullName": "X"}).status_code == 401

    def test_trusted_people_read_a_profile_and_only_a_custodian_changes_it(self, dot, eve):
        path = f"/metadata/{dot.user_id}/profile"
        dot.api.post(path, {"patient": {"birthday": "2001-02-03"}})
        grants = embedded.EmbeddedPermissionService()
        grants.set_permissions(dot.user_id, eve.user_id, {"view": {}})

        assert "patient" in eve.api.get(path).json()
        assert eve.api.put(path, {"fullName": "X"}).status_code == 401
        child = embedded.EmbeddedUserService().create_custodial_user("c" * 24, None).user_id
        grants.set_permissions(child, eve.user_id, {"custodian": {}})
        changed = eve.api.put(f"/metadata/{child}/profile", {"fullName": "X"})
        assert changed.json()["fullName"] == "X"

    def test_no_profile_is_404(self, backend):
        assert backend.get("/metadata/0123456789/profile").status_code == 404

    @pytest.mark.parametrize("body", [b"{", b"[]", b'{"fullName": 1}', b'{"$set": {}}'])
    def test_profile_with_wrong_values_is_refused(self, dot, body):
        answer = dot.api.put(f"/metadata/{dot.user_id}/profile", body)
        assert (answer.status_code, answer.json()["code"]) == (400, 400)


class TestCommands:
    def run(self, capsys, *args):
        call_command(*args)
        return capsys.readouterr().out.strip()

    def test_an_account_and_its_token_work_at_once(self, capsys):
        user_id = self.run(
            capsys, "create_user", "--email=New@example.org", "--name=New", "--clinician"
        )
        for key in (user_id, "new@example.org"):
            token = self.run(capsys, "token", "--user", key)
            assert Api(token).get("/auth/user").json()["roles"] == ["clinician"]

    def test_account_made_with_a_password_can_log_in(self, capsys):
        self.run(
            capsys, "create_user", "--email=new@example.org", "--name=New", f"--password={PASSWORD}"
        )
        assert log_in("new@example.org").status_code == 200

    def test_server_token_acts_as_a_service(self, capsys):
        token = self.run(capsys, "token", "--server")
        assert Api(token).get("/v1/clinics").status_code in (200, 404)
        assert embedded.EmbeddedUserService().check_token(token).is_server

    @pytest.mark.parametrize(
        "args",
        [
            ("create_user", "--email=kim@example.org", "--name=Again"),
            ("create_user", "--email=nonsense", "--name=X"),
            ("create_user", "--email=x@example.org", "--name=X", "--password=short"),
            ("token", "--user=nobody@example.org"),
        ],
    )
    def test_wrong_arguments_get_a_one_sentence_error(self, kim, args):
        with pytest.raises(CommandError):
            call_command(*args)

    @pytest.mark.parametrize(
        "args", [("create_user", "--email=a@example.org", "--name=A"), ("token", "--user=x")]
    )
    def test_commands_make_no_accounts_in_a_real_account_service(self, settings, args):
        settings.SHORELINE_ADDRESS = "http://127.0.0.1:1"
        with pytest.raises(CommandError, match="user service"):
            call_command(*args)


def test_account_routes_are_outside_the_described_contract(settings):
    from tests.cast import description
    from users.api import urls

    assert not [p for p in description()["paths"] if p.startswith(("/auth", "/metadata"))]
    settings.SHORELINE_ADDRESS = "http://127.0.0.1:1"
    assert urls.account_routes() == []
