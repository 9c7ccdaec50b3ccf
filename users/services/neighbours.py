"""Which implementation of each account service is in use: HTTP where an address is set, else embedded."""

from functools import cache

from django.conf import settings

from users.clients import embedded, http
from users.clients.protocol import (
    DataService,
    PermissionService,
    ProfileService,
    RestrictedTokens,
    TokenEndpoint,
    UserService,
)


@cache
def user_service() -> UserService:
    if settings.SHORELINE_ADDRESS:
        return http.HttpUserService(settings.SHORELINE_ADDRESS)
    return embedded.EmbeddedUserService()


@cache
def profile_service() -> ProfileService:
    if settings.SEAGULL_ADDRESS:
        return http.HttpProfileService(settings.SEAGULL_ADDRESS)
    return embedded.EmbeddedProfileService()


@cache
def permission_service() -> PermissionService:
    if settings.GATEKEEPER_ADDRESS:
        return http.HttpPermissionService(settings.GATEKEEPER_ADDRESS)
    return embedded.EmbeddedPermissionService()


@cache
def restricted_tokens() -> RestrictedTokens:
    if settings.AUTH_ADDRESS:
        return http.HttpRestrictedTokens(settings.AUTH_ADDRESS)
    return embedded.EmbeddedRestrictedTokens()


@cache
def data_service() -> DataService:
    if settings.DATA_ADDRESS:
        return http.HttpDataService(settings.DATA_ADDRESS)
    return embedded.EmbeddedDataService()


@cache
def token_endpoint() -> TokenEndpoint:
    if settings.AUTH_TOKEN_ENDPOINT:
        return http.HttpTokenEndpoint(settings.AUTH_TOKEN_ENDPOINT)
    return embedded.EmbeddedTokenEndpoint()
