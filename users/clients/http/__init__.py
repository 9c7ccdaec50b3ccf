"""The account services over HTTP (rules ACCOUNT-153 to ACCOUNT-165)."""

from users.clients.http.accounts import HttpUserService
from users.clients.http.data import HttpDataService
from users.clients.http.permissions import HttpPermissionService
from users.clients.http.profiles import HttpProfileService
from users.clients.http.restricted_tokens import HttpRestrictedTokens
from users.clients.http.token_endpoint import HttpTokenEndpoint

__all__ = [
    "HttpDataService",
    "HttpPermissionService",
    "HttpProfileService",
    "HttpRestrictedTokens",
    "HttpTokenEndpoint",
    "HttpUserService",
]
