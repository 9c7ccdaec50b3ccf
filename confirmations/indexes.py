"""Indexes of the app's collections, and the backfill that older documents need."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from confirmations.services import states
from confirmations.store import confirmations as store
from confirmations.store import requests
from kernel import backfills, returning
from kernel.indexes import declare

ADDRESS_KEYS = "confirmations.emailKey"
_NEWEST = ("created", DESCENDING)
_TYPE_AND_STATUS = (("type", ASCENDING), ("status", ASCENDING))

declare(
    store.COLLECTION,
    IndexModel([("emailKey", ASCENDING), _NEWEST], name=store.ADDRESS_INDEX),
    IndexModel([("userId", ASCENDING), *_TYPE_AND_STATUS, _NEWEST], name="ConfirmationReceiver"),
    IndexModel([("creatorId", ASCENDING), *_TYPE_AND_STATUS, _NEWEST], name="ConfirmationSender"),
    IndexModel([("clinicId", ASCENDING), *_TYPE_AND_STATUS, _NEWEST], name="ConfirmationClinic"),
    # Created by strangers, so this is the only kind that MongoDB removes when it has expired.
    IndexModel(
        [("expiresAt", ASCENDING)],
        name="ConfirmationNoAccountCleanup",
        expireAfterSeconds=0,
        partialFilterExpression={"type": states.SHAPES[states.Kind.NO_ACCOUNT].type},
    ),
)
declare(
    requests.COLLECTION,
    IndexModel(
        [("askedTime", ASCENDING)],
        name="ConfirmationRequestCleanup",
        expireAfterSeconds=int(requests.ARE_KEPT.total_seconds()),
    ),
)
declare(
    store.GUARDS,
    IndexModel(
        [("touchedTime", ASCENDING)],
        name="ConfirmationGuardCleanup",
        expireAfterSeconds=int(store.GUARDS_ARE_KEPT.total_seconds()),
    ),
)
backfills.declare(ADDRESS_KEYS, store.fill_in_address_keys)
returning.derived("confirmations", "emailKey")
returning.kept("confirmations", "sentBy", "acceptingUntil", "acceptanceId")
