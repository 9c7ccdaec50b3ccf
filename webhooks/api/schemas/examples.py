"""Examples of webhooks."""

from kernel.api import examples
from kernel.api.examples import CHANGED, CLINIC, MADE, USER

_ID, _MESSAGE_ID = "6b09f5d3c72cce972de3a90c", "6b09f5d3c72cce972de3a90d"
_STATED = {
    "url": "https://receiver.example.org/clinics",
    "events": ["patient.created", "summary.updated"],
    "description": "Data warehouse",
}
_WEBHOOK = {
    "id": _ID,
    **_STATED,
    "active": True,
    "lastDeliveredTime": CHANGED,
    "createdTime": MADE,
    "updatedTime": MADE,
}
_NEW = {"id": _ID, **_STATED, "active": True, "createdTime": MADE, "updatedTime": MADE}
_SECRET = "whsec_Zm9yLXRoZS1kZXNjcmlwdGlvbi1vbmx5LTEyMzQ1Njc="  # noqa: S105 (of the description)
_DATA = {"clinicId": CLINIC, "userId": USER}
_DELIVERY = {
    "id": _MESSAGE_ID,
    "event": "patient.created",
    "state": "delivered",
    "attempts": 1,
    "data": _DATA,
    "lastStatus": 204,
    "eventTime": CHANGED,
    "createdTime": CHANGED,
    "lastAttemptTime": CHANGED,
}

examples.answers(
    {
        "webhook.v1": _WEBHOOK,
        "webhookWithSecret.v1": {**_NEW, "secret": _SECRET},
        "webhookSecret.v1": {"secret": _SECRET, "oldSecretValidUntil": CHANGED},
        "webhookDelivery.v1": _DELIVERY,
        "webhookDeliveriesMeta.v1": {"totalCount": 1},
        "webhookMessage.v1": {
            "id": _MESSAGE_ID,
            "type": "patient.created",
            "timestamp": CHANGED,
            "data": _DATA,
        },
    }
)
examples.answers_of(
    {
        "TestWebhook": {
            "id": _MESSAGE_ID,
            "event": "webhook.test",
            "state": "waiting",
            "attempts": 0,
            "data": {"clinicId": CLINIC},
            "eventTime": CHANGED,
            "createdTime": CHANGED,
        }
    }
)
examples.requests({"WebhookCreate": _STATED, "WebhookUpdate": {**_STATED, "active": True}})
