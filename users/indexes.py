"""Indexes of the embedded account services' collections."""

from pymongo import ASCENDING, IndexModel

from clinics_site.core.indexes import declare
from users.clients import embedded

declare(
    embedded.ACCOUNTS,
    IndexModel([("username", ASCENDING)], name="AccountUsername", unique=True, sparse=True),
)
declare(
    embedded.TOKENS,
    IndexModel([("userId", ASCENDING)], name="TokensOfUser"),
    IndexModel([("expires", ASCENDING)], name="TokenCleanup", expireAfterSeconds=0),
)
declare(embedded.GRANTS, IndexModel([("granteeId", ASCENDING)], name="GrantsOfGrantee"))
declare(embedded.RESTRICTED_TOKENS, IndexModel([("userId", ASCENDING)], name="TokensOfUser"))
