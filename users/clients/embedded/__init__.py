"""The account services kept in this service's own MongoDB: for development, tests and newcomers.

They keep rules ACCOUNT-128 to ACCOUNT-151, so that every flow works without a neighbour.
`manage.py check --deploy` refuses them.
"""

from users.clients.embedded.accounts import EmbeddedUserService
from users.clients.embedded.data import EmbeddedDataService
from users.clients.embedded.permissions import EmbeddedPermissionService
from users.clients.embedded.profiles import EmbeddedProfileService
from users.clients.embedded.restricted_tokens import EmbeddedRestrictedTokens
from users.clients.embedded.token_endpoint import EmbeddedTokenEndpoint

__all__ = [
    "EmbeddedDataService",
    "EmbeddedPermissionService",
    "EmbeddedProfileService",
    "EmbeddedRestrictedTokens",
    "EmbeddedTokenEndpoint",
    "EmbeddedUserService",
]
