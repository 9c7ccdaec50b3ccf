"""Indexes of the app's collections, and backfills for older documents."""

from pymongo import ASCENDING, IndexModel

from kernel import backfills
from kernel.indexes import declare
from users.store import accounts, grants, restricted_tokens, session_tokens

# Sparse, not partial: the planner uses it for equality (fact F20), and accounts without address do not collide.
declare(
    accounts.COLLECTION,
    IndexModel([("username", ASCENDING)], name="AccountUsername", unique=True, sparse=True),
)
declare(
    session_tokens.COLLECTION,
    IndexModel([("userId", ASCENDING)], name="AccountTokenUser"),
    IndexModel([("expiresTime", ASCENDING)], name="AccountTokenExpiry", expireAfterSeconds=0),
)
declare(
    grants.COLLECTION,
    IndexModel(
        [("ownerId", ASCENDING), ("granteeId", ASCENDING)], name="AccountGrantPair", unique=True
    ),
    IndexModel([("granteeId", ASCENDING)], name="AccountGrantGrantee"),
)
declare(
    restricted_tokens.COLLECTION,
    IndexModel([("userId", ASCENDING), ("createdTime", ASCENDING)], name="RestrictedTokenUser"),
    # Kept for a day after expiry, so that "expired" can be distinguished from "unknown" for a while.
    IndexModel(
        [("expirationTime", ASCENDING)], name="RestrictedTokenExpiry", expireAfterSeconds=86400
    ),
)
backfills.declare(
    "accounts.username",
    lambda: backfills.make_addresses_canonical(accounts.COLLECTION, "username"),
)
