"""The user service (rules ACCOUNT-128 to ACCOUNT-135 and ACCOUNT-155 to ACCOUNT-159), embedded and over HTTP."""

import pytest
from bson import ObjectId

from clinics_site import settings
from kernel import db
from kernel.http import ServiceError
from tests.events import emitted
from users.clients.protocol import AccountChanged, AccountGone, EmailTaken, Expected, UserUpdate
from users.events import PasswordSet, UserDeleted, UserUpdated
from users.services import accounts

CLINIC = str(ObjectId())
UNKNOWN = "00000000-1111-4222-8333-444444444444"


@pytest.fixture
def kim():
    return accounts.create_user(email="Kim.Doe@Example.org", full_name="Kim", roles=("patient",))


class TestTokens:
    def test_a_users_token_returns_the_user(self, user_service, kim):
        principal = user_service.check_token(accounts.issue_user_token(kim.user_id))

        assert (principal.user_id, principal.is_server) == (kim.user_id, False)

    def test_a_token_keeps_its_identity_provider(self, user_service, kim):
        token = accounts.issue_user_token(kim.user_id, identity_provider="smart")

        assert user_service.check_token(token).identity_provider == "smart"

    def test_a_server_token_returns_a_server(self, user_service):
        assert user_service.check_token(user_service.server_token()).is_server

    @pytest.mark.parametrize("token", ["x", "kc:a/b:c?d=e#f%2F", "..", "é"])
    def test_an_unknown_token_is_refused(self, user_service, token):
        assert user_service.check_token(token) is None

    @pytest.mark.yardstick("T3")
    def test_tokens_of_ended_sessions_are_refused_at_once(self, user_service, kim):
        token = accounts.issue_user_token(kim.user_id)
        user_service.delete_sessions(kim.user_id)

        assert user_service.check_token(token) is None

    def test_the_services_own_token_is_reused_between_calls(self, user_service):
        assert user_service.server_token() == user_service.server_token()


class TestLookup:
    def test_a_user_is_found_by_id_and_by_address_in_any_case(self, user_service, kim):
        by_id, by_address = (user_service.get_user(k) for k in (kim.user_id, "KIM.doe@example.ORG"))

        assert by_id == by_address
        assert by_id.username == "kim.doe@example.org"
        assert by_id.emails == ("kim.doe@example.org",)
        assert by_id.roles == ("patient",)
        assert by_id.password_exists is True

    @pytest.mark.parametrize("key", [UNKNOWN, "0123456789", "nobody@example.org", "a/b?c", "."])
    def test_an_unknown_user_is_none(self, user_service, key):
        assert user_service.get_user(key) is None


class TestCustodialAccounts:
    def test_a_custodial_account_has_both_roles_and_a_lower_case_address(self, user_service):
        user = user_service.create_custodial_user(CLINIC, "New.Patient@Example.org")

        assert user.username == "new.patient@example.org"
        assert set(user.roles) == {"custodial_account", "patient"}
        assert user.password_exists is False

    def test_several_custodial_accounts_without_address_can_exist(self, user_service):
        first, second = (user_service.create_custodial_user(CLINIC, None) for _ in range(2))

        assert first.user_id != second.user_id
        assert (first.username, first.emails) == (None, ())

    def test_a_taken_address_is_refused(self, user_service, kim):
        with pytest.raises(EmailTaken):
            user_service.create_custodial_user(CLINIC, "KIM.DOE@example.org")

    @pytest.mark.parametrize(
        "email", ["no-at", "a@b", "a@b.c", "a b@example.org", "a@@example.org"]
    )
    def test_a_text_that_is_not_an_address_is_refused(self, user_service, email):
        with pytest.raises(ServiceError) as refusal:
            user_service.create_custodial_user(CLINIC, email)

        assert refusal.value.status == 400


class TestUpdate:
    def test_a_changed_address_is_stored_and_announced(self, user_service, kim):
        user = user_service.update_user(
            kim.user_id, UserUpdate(username="New@example.org", emails=("New@example.org",))
        )

        assert user.username == "new@example.org"
        assert user_service.get_user("kim.doe@example.org") is None

    def test_an_empty_list_removes_the_address(self, user_service):
        user = user_service.create_custodial_user(CLINIC, "gone@example.org")
        after = user_service.update_user(user.user_id, UserUpdate(emails=()))

        assert (after.username, after.emails) == (None, ())

    def test_a_taken_address_is_refused_and_nothing_changes(self, user_service, kim):
        other_user = user_service.create_custodial_user(CLINIC, "other@example.org")
        with pytest.raises(EmailTaken):
            user_service.update_user(other_user.user_id, UserUpdate(username="kim.doe@example.org"))

        assert user_service.get_user(other_user.user_id).username == "other@example.org"

    @pytest.mark.parametrize(
        "update",
        [
            UserUpdate(username="a@example.org", emails=("b@example.org",)),
            UserUpdate(username="a@example.org", emails=()),
            UserUpdate(emails=("a@example.org", "b@example.org")),
            UserUpdate(password="short"),
            UserUpdate(password="has a space"),
            UserUpdate(password="x" * 73),
            UserUpdate(roles=("king",)),
            UserUpdate(terms_accepted="yesterday"),
        ],
    )
    def test_an_update_that_breaks_the_rules_is_answered_with_400(self, user_service, kim, update):
        with pytest.raises(ServiceError) as refusal:
            user_service.update_user(kim.user_id, update)

        assert refusal.value.status == 400

    def test_an_update_of_a_brokered_account_is_answered_with_401(self, user_service):
        user = accounts.create_user(email="b@example.org", full_name="B", roles=("brokered",))
        with pytest.raises(ServiceError) as refusal:
            user_service.update_user(user.user_id, UserUpdate(email_verified=True))

        assert refusal.value.status == 401

    @pytest.mark.parametrize("expected", [Expected(), Expected(is_custodial=True)])
    def test_a_missing_account_and_a_changed_account_raise_different_errors(
        self, user_service, expected
    ):
        with pytest.raises(AccountGone):
            user_service.update_user(UNKNOWN, UserUpdate(email_verified=True), expected)

    def test_a_changed_field_leaves_the_others(self, user_service, kim):
        terms = "2026-01-02T03:04:05Z"
        user_service.update_user(
            kim.user_id, UserUpdate(terms_accepted=terms, roles=("clinician",))
        )
        after = user_service.get_user(kim.user_id)

        assert (after.terms_accepted, after.roles) == (terms, ("clinician",))
        assert after.username == "kim.doe@example.org"

    def test_the_first_password_claims_a_custodial_account(self, user_service, permission_service):
        user = user_service.create_custodial_user(CLINIC, "mine@example.org")
        permission_service.set_permissions(
            user.user_id, "1234567890", {"custodian": {}, "view": {}}
        )
        permission_service.set_permissions(user.user_id, "1234567891", {"custodian": {}})

        after = user_service.update_user(user.user_id, UserUpdate(password="correct-horse"))

        assert after.roles == ("patient",)
        assert after.password_exists is True
        assert permission_service.get_permissions(user.user_id, "1234567890") == {"view": {}}
        assert permission_service.get_permissions(user.user_id, "1234567891") == {}

    def test_a_new_password_ends_older_sessions(self, user_service, kim):
        token = accounts.issue_user_token(kim.user_id)
        user_service.update_user(kim.user_id, UserUpdate(password="correct-horse"))

        assert user_service.check_token(token) is None


class TestExpectations:
    """A change with a condition does not happen if the account has changed since."""

    @pytest.mark.parametrize("emails", [("new@example.org",), ()])
    def test_a_new_address_is_unverified_whatever_the_update_says(self, user_service, kim, emails):
        update = UserUpdate(emails=emails, email_verified=True)
        assert user_service.update_user(kim.user_id, update).email_verified is False

    UNEXPECTED = [
        Expected(address="other@example.org"),
        Expected(address="kim.doe@example.org", is_custodial=True),
        Expected(is_custodial=True),
    ]

    @pytest.mark.parametrize("expected", UNEXPECTED)
    def test_an_account_that_is_not_as_expected_is_not_changed(self, user_service, kim, expected):
        for change in (
            lambda: user_service.update_user(kim.user_id, UserUpdate(roles=("clinic",)), expected),
            lambda: user_service.delete_user(kim.user_id, expected),
        ):
            with pytest.raises(AccountChanged):
                change()
        assert user_service.get_user(kim.user_id).roles == ("patient",)

    def test_an_account_that_is_as_expected_is_changed(self, user_service, kim):
        expected = Expected(address="KIM.doe@example.org", is_custodial=False)
        user_service.update_user(kim.user_id, UserUpdate(email_verified=False), expected)
        after = user_service.update_user(kim.user_id, UserUpdate(email_verified=True), expected)
        assert after.email_verified
        user_service.delete_user(kim.user_id, expected)
        assert user_service.get_user(kim.user_id) is None

    def test_an_account_without_an_address_does_not_match_an_expected_address(self, user_service):
        user = user_service.create_custodial_user(CLINIC, None)
        update = UserUpdate(email_verified=True)
        with pytest.raises(AccountChanged):
            user_service.update_user(user.user_id, update, Expected(address="a@example.org"))

    def test_deleting_a_deleted_account_with_a_condition_is_no_failure(self, user_service):
        user_service.delete_user(UNKNOWN, Expected(is_custodial=True))


class TestDeletion:
    def test_a_deletion_removes_the_account_and_its_sessions(
        self, user_service, profile_service, kim
    ):
        token = accounts.issue_user_token(kim.user_id)
        user_service.delete_user(kim.user_id)

        assert user_service.get_user(kim.user_id) is None
        assert user_service.check_token(token) is None
        assert profile_service.get_profile(kim.user_id) is None

    def test_deleting_a_deleted_account_is_no_failure(self, user_service):
        user_service.delete_user(UNKNOWN)

    @pytest.mark.parametrize("role", ["clinic", "clinician"])
    def test_deleting_an_account_of_a_clinic_is_refused(self, user_service, role):
        user = accounts.create_user(email="c@example.org", full_name="C", roles=(role,))
        with pytest.raises(ServiceError) as refusal:
            user_service.delete_user(user.user_id)

        assert refusal.value.status == 401
        assert user_service.get_user(user.user_id) is not None


class TestEvents:
    """The events of the embedded service."""

    @pytest.fixture(autouse=True)
    def listeners(self, monkeypatch):
        from kernel import outbox
        from kernel.outbox import subscriptions

        monkeypatch.setattr(subscriptions, "BY_NAME", {})
        for event in (UserUpdated, UserDeleted, PasswordSet):
            outbox.subscribe(event, f"test.{event.__name__}")(lambda event: None)

    @pytest.fixture
    def kind(self):
        return "embedded"

    def test_an_update_emits_the_changed_fields(self, user_service, kim):
        user_service.update_user(kim.user_id, UserUpdate(username="new@example.org"))

        changed = ["username", "emailVerified"]
        assert {"userId": kim.user_id, "changed": changed} in emitted("user.updated")

    def test_an_update_that_changes_nothing_emits_nothing(self, user_service, kim):
        user_service.update_user(kim.user_id, UserUpdate(username="kim.doe@example.org"))

        assert not emitted("user.updated")

    def test_a_refused_update_emits_nothing(self, user_service, kim):
        other_user = user_service.create_custodial_user(CLINIC, None)
        with pytest.raises(EmailTaken):
            user_service.update_user(other_user.user_id, UserUpdate(username="kim.doe@example.org"))

        assert not emitted()

    def test_the_first_password_is_announced_once(self, user_service):
        user = user_service.create_custodial_user(CLINIC, None)
        user_service.update_user(user.user_id, UserUpdate(password="correct-horse"))
        first = emitted("user.password_set")
        user_service.update_user(user.user_id, UserUpdate(password="other-horse"))

        assert {"userId": user.user_id} in first
        assert emitted("user.password_set") == first

    def test_a_deletion_is_announced(self, user_service, kim):
        user_service.delete_user(kim.user_id)

        assert {"userId": kim.user_id} in emitted("user.deleted")


class TestStorage:
    @pytest.mark.yardstick("T1")
    def test_tokens_and_passwords_are_stored_as_hashes(self):
        user = accounts.create_user(email="k@example.org", full_name="K", password="correct-horse")
        token = accounts.issue_user_token(user.user_id)

        assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
        stored = str(list(db.collection("accounts").find({})))
        stored += str(list(db.collection("accountTokens").find({})))
        assert "argon2" in stored
        assert token not in stored
        assert "correct-horse" not in stored

    def test_an_expired_token_is_refused_before_it_is_cleaned_up(self, kim):
        from kernel import clock
        from users.clients.embedded import EmbeddedUserService

        token = accounts.issue_user_token(kim.user_id)
        db.collection("accountTokens").update_many({}, {"$set": {"expiresTime": clock.now()}})

        assert EmbeddedUserService().check_token(token) is None
