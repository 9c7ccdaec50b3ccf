"""Indexes of the app's collections."""

from datetime import timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel

from kernel import indexes
from webhooks.choices import WebhookState

# Long enough to ask what became of a message, and to send it again.
KEEP_DELIVERIES = timedelta(days=30)

indexes.declare(
    "webhooks",
    # The few of a clinic, and of the installation (no clinic).
    IndexModel([("clinicId", ASCENDING), ("_id", ASCENDING)], name="WebhooksByClinic"),
    # There are no more places than webhooks a clinic may have, however many are registered at once.
    IndexModel(
        [("clinicId", ASCENDING), ("place", ASCENDING)],
        name="UniqueWebhookPlace",
        unique=True,
        partialFilterExpression={"place": {"$exists": True}},
    ),
    IndexModel(
        [("kinds", ASCENDING), ("clinicId", ASCENDING)],
        name="WebhooksListening",
        partialFilterExpression={"state": WebhookState.ON.value},
    ),
    IndexModel([("state", ASCENDING)], name="WebhooksByState"),
    IndexModel(
        [("endedTime", ASCENDING)],
        name="WebhooksCleanup",
        expireAfterSeconds=int(KEEP_DELIVERIES.total_seconds()),
    ),
)
indexes.declare(
    "webhookDeliveries",
    # A worker that died after it had stored the deliveries of an event stores no second ones.
    IndexModel(
        [("eventId", ASCENDING), ("webhookId", ASCENDING)], name="UniqueDelivery", unique=True
    ),
    IndexModel([("webhookId", ASCENDING), ("_id", DESCENDING)], name="DeliveriesByWebhook"),
    IndexModel(
        [("webhookId", ASCENDING), ("state", ASCENDING), ("_id", DESCENDING)],
        name="DeliveriesByState",
    ),
    IndexModel(
        [("createdTime", ASCENDING)],
        name="DeliveriesCleanup",
        expireAfterSeconds=int(KEEP_DELIVERIES.total_seconds()),
    ),
)
