"""Profiles, permissions, restricted tokens, data, client credentials (rules ACCOUNT-160 to ACCOUNT-165),
embedded and over HTTP."""

from datetime import timedelta

import pytest
from bson import ObjectId

from kernel import clock, db
from kernel.http import ServiceError
from users.clients.embedded import EmbeddedDataService, EmbeddedTokenEndpoint

OWNER, GRANTEE, OTHER = "00000000aa", "00000000bb", "00000000cc"


class TestProfiles:
    def test_a_missing_profile_is_none(self, profile_service):
        assert profile_service.get_profile(OWNER) is None

    def test_each_top_level_key_replaces_and_the_others_stay(self, profile_service):
        profile_service.update_profile(OWNER, {"fullName": "A", "patient": {"mrn": "1", "x": 1}})
        result = profile_service.update_profile(OWNER, {"patient": {"birthday": "2000-01-01"}})

        assert result == {"fullName": "A", "patient": {"birthday": "2000-01-01"}}
        assert profile_service.get_profile(OWNER) == result

    def test_profile_keys_with_dots_and_dollar_signs_are_stored_literally(self, profile_service):
        changes = {"a.b": 1, "$set": {"x": "$fullName"}, "_id": "z"}
        profile_service.update_profile(OWNER, changes)

        assert profile_service.get_profile(OWNER) == changes

    def test_an_update_without_changes_creates_an_empty_profile(self, profile_service):
        assert profile_service.update_profile(OWNER, {}) == {}


class TestPermissions:
    def test_without_grants_the_permissions_are_empty(self, permission_service):
        assert permission_service.get_permissions(OWNER, GRANTEE) == {}

    def test_a_grant_replaces_the_earlier_one_without_root(self, permission_service):
        permission_service.set_permissions(OWNER, GRANTEE, {"view": {}, "note": {}})
        permission_service.set_permissions(OWNER, GRANTEE, {"upload": {}, "root": {}})

        assert permission_service.get_permissions(OWNER, GRANTEE) == {"upload": {}}
        assert permission_service.get_permissions(GRANTEE, OWNER) == {}

    def test_an_empty_map_removes_the_grant(self, permission_service):
        permission_service.set_permissions(OWNER, GRANTEE, {"view": {}})
        permission_service.set_permissions(OWNER, GRANTEE, {})

        assert permission_service.list_owners(GRANTEE) == {GRANTEE: {"root": {}}}

    def test_owners_always_have_root_over_themselves(self, permission_service):
        permission_service.set_permissions(OWNER, OWNER, {"view": {}})

        assert permission_service.get_permissions(OWNER, OWNER) == {"root": {}}

    def test_owners_are_listed_with_their_grants(self, permission_service):
        permission_service.set_permissions(OWNER, GRANTEE, {"view": {}})
        permission_service.set_permissions(OTHER, GRANTEE, {"custodian": {}})

        assert permission_service.list_owners(GRANTEE) == {
            OWNER: {"view": {}},
            OTHER: {"custodian": {}},
            GRANTEE: {"root": {}},
        }

    def test_permissions_of_clinics_are_not_reported_as_grants_of_the_owner(
        self, permission_service
    ):
        clinic = ObjectId()
        db.collection("patients").insert_one(
            {"userId": OWNER, "clinicId": clinic, "permissions": {"custodian": {}}}
        )
        db.collection("clinicians").insert_one(
            {"userId": GRANTEE, "clinicId": clinic, "roles": ["CLINIC_ADMIN"]}
        )
        permission_service.set_permissions(OWNER, GRANTEE, {"note": {}})

        assert permission_service.get_permissions(OWNER, GRANTEE) == {"note": {}}
        assert permission_service.list_owners(GRANTEE)[OWNER] == {"note": {}}
        assert permission_service.get_permissions(OWNER, OTHER) == {}


class TestRestrictedTokens:
    def test_a_token_without_a_time_lasts_an_hour_on_any_path(self, restricted_tokens):
        token = restricted_tokens.create_token(OWNER, None, None)

        assert token.paths is None
        assert len(token.id) == 32
        assert token.expiration_time - token.created_time == timedelta(hours=1)
        assert restricted_tokens.get_token(token.id) == token

    def test_paths_and_time_of_a_token_are_stored(self, restricted_tokens):
        expires = clock.now() + timedelta(days=30)
        token = restricted_tokens.create_token(OWNER, ("/v1/oauth/dexcom",), expires)

        assert restricted_tokens.list_tokens(OWNER) == [token]
        assert (token.paths, token.expiration_time) == (("/v1/oauth/dexcom",), expires)

    def test_an_unknown_token_is_none_and_a_stranger_has_no_tokens(self, restricted_tokens):
        assert restricted_tokens.get_token("0" * 32) is None
        assert restricted_tokens.list_tokens(OTHER) == []

    def test_a_token_can_be_extended(self, restricted_tokens):
        token = restricted_tokens.create_token(OWNER, ("/a",), None)
        expires = clock.now() + timedelta(days=30)
        restricted_tokens.extend_token(token.id, ("/a", "/b"), expires)

        after = restricted_tokens.get_token(token.id)
        assert (after.paths, after.expiration_time) == (("/a", "/b"), expires)

    def test_an_unknown_token_cannot_be_extended(self, restricted_tokens):
        with pytest.raises(ServiceError) as refusal:
            restricted_tokens.extend_token("0" * 32, ("/a",), clock.now() + timedelta(hours=1))

        assert refusal.value.status == 404

    def test_deleting_a_deleted_token_is_no_failure(self, restricted_tokens):
        token = restricted_tokens.create_token(OWNER, None, None)
        restricted_tokens.delete_token(token.id)
        restricted_tokens.delete_token(token.id)

        assert restricted_tokens.get_token(token.id) is None

    @pytest.mark.parametrize(
        ("paths", "days"),
        [(("no-slash",), 1), ((), 1), (("/x",) * 11, 1), (None, 91), (None, -1)],
    )
    def test_a_token_that_breaks_the_rules_is_answered_with_400(
        self, restricted_tokens, paths, days
    ):
        with pytest.raises(ServiceError) as refusal:
            restricted_tokens.create_token(OWNER, paths, clock.now() + timedelta(days=days))

        assert refusal.value.status == 400


class TestData:
    def test_a_stranger_has_no_data(self, data_service):
        assert data_service.list_data_sources(OWNER) == []
        assert data_service.has_data(OWNER) is False
        assert data_service.get_summary("cgm", OWNER) is None

    def test_the_embedded_data_service_returns_what_was_stored(self, data_service):
        embedded = EmbeddedDataService()
        embedded.set_data_sources(OWNER, [{"providerName": "dexcom", "state": "connected"}])
        embedded.set_has_data(OWNER)
        embedded.set_summary("bgm", OWNER, {"id": "1", "type": "bgm"})

        assert data_service.list_data_sources(OWNER)[0]["providerName"] == "dexcom"
        assert data_service.has_data(OWNER) is True
        assert data_service.get_summary("bgm", OWNER) == {"id": "1", "type": "bgm"}
        assert data_service.get_summary("cgm", OWNER) is None

    def test_alerts_are_set_per_follower(self, data_service):
        data_service.set_alerts(OWNER, GRANTEE, {"urgentLow": {"enabled": True}})

        assert EmbeddedDataService().get_alerts(OWNER, GRANTEE) == {"urgentLow": {"enabled": True}}
        assert EmbeddedDataService().get_alerts(OWNER, OTHER) is None


class TestClientCredentials:
    @pytest.fixture(autouse=True)
    def known_client(self):
        EmbeddedTokenEndpoint().register_client("ehr", "s3cret: with colon", OWNER)

    def test_known_credentials_return_their_account(self, token_endpoint):
        assert token_endpoint.subject_of_client("ehr", "s3cret: with colon") == OWNER

    @pytest.mark.parametrize("pair", [("ehr", "wrong"), ("nobody", "s3cret: with colon")])
    def test_unknown_credentials_return_none(self, token_endpoint, pair):
        assert token_endpoint.subject_of_client(*pair) is None
