"""Schemas of webhooks, of their deliveries, and of the messages that are sent."""

from kernel.api import schema as s
from webhooks.choices import DeliveryFailure, DeliveryState, EventKind, OffReason

LONGEST_URL = 2000
LONGEST_DESCRIPTION = 200

EVENT = s.component(
    "WebhookEvent",
    s.string(
        enum=EventKind.values,
        description="`patient.created`: a patient's record is there; `patient.updated`: it was changed; "
        "`patient.removed`: it is gone; `summary.updated`: the summary of a patient's data was replaced or removed; "
        "`invitation.accepted`: someone has joined the clinic by an invitation; `order.processed`: an order of a "
        "health record was carried out, or could not be; `merge.finished`: another clinic has become a part of this "
        "one, or this one of another.",
    ),
)
_OFF_REASON = s.component(
    "WebhookInactiveReason",
    s.string(
        enum=OffReason.values,
        description="`requested`: someone switched it off; `failing`: nothing was delivered for three days, although "
        "it was tried; `gone`: the receiver answered 410.",
    ),
)
STATE = s.component(
    "WebhookDeliveryState",
    s.string(
        enum=DeliveryState.values,
        description="`waiting`: it is tried for a day; `delivered`: the receiver answered with a status from 200 to "
        "299; `parked`: it is not tried any more, and can be sent again.",
    ),
)
_FAILURE = s.component(
    "WebhookDeliveryFailure",
    s.string(
        enum=DeliveryFailure.values,
        description="`unreachable`: no answer within ten seconds, or no trusted connection; `address_refused`: the "
        "address is not one of the internet, or its name is not known there; `status`: see `lastStatus`; "
        "`switched_off`: the webhook is off; `receiver_failing`: it waited behind others that failed; "
        "`secret_unreadable` and `fault`: see the operator of the service.",
    ),
)


def _time(words: str) -> s.Schema:
    return s.date_time(read_only=True, description=words)


_ID = s.object_id(read_only=True, description="Id of the webhook.")
_FIELDS = {
    "id": _ID,
    "url": s.at_most(
        LONGEST_URL,
        s.literal(
            format="uri",
            description="Where messages are sent by POST: an https address on the internet, without a user name or a "
            "fragment. Redirects are not followed.",
        ),
    ),
    "events": s.array(
        EVENT,
        min_items=1,
        unique_items=True,
        description="What the receiver is told of.",
    ),
    "description": s.at_most(
        LONGEST_DESCRIPTION, s.name(description="What it is for, in words; absent when not stated.")
    ),
    "active": s.boolean(
        description="Whether the receiver is told. What happens while it is false is not told later. True when "
        "absent from a request."
    ),
    "inactiveReason": s.read_only(_OFF_REASON),
    "failingSince": _time(
        "Since when no message was taken although it was tried; absent if the last one was."
    ),
    "lastDeliveredTime": _time("When the receiver last took a message; absent before the first."),
    "createdTime": _time("When it was registered."),
    "updatedTime": _time("When someone last changed it."),
}
_REQUIRED = ["id", "url", "events", "createdTime", "updatedTime"]
_SECRET = s.literal(
    read_only=True,
    description="Key of the signatures: `whsec_` and 32 bytes in Base64. It is shown this once.",
)

WEBHOOK = s.component(
    "webhook.v1",
    s.obj(
        _FIELDS, required=_REQUIRED, description="An address that is told what happens in a clinic."
    ),
)
WEBHOOK_WITH_SECRET = s.component(
    "webhookWithSecret.v1",
    s.obj(
        {**_FIELDS, "secret": _SECRET},
        required=[*_REQUIRED, "secret"],
        description="A webhook that was just registered, with its secret.",
    ),
)
WEBHOOKS = s.component("webhooks.v1", s.array(WEBHOOK, description="Oldest first."))
WEBHOOK_CREATE = s.written(
    "WebhookCreate",
    WEBHOOK,
    ignored=["active"],
    description="The receiver, and what it is told of.",
)
WEBHOOK_UPDATE = s.written(
    "WebhookUpdate",
    WEBHOOK,
    description="All that can be stated of a webhook; what is absent is removed.",
)
SECRET = s.component(
    "webhookSecret.v1",
    s.obj(
        {
            "secret": _SECRET,
            "oldSecretValidUntil": _time(
                "Until then messages are signed with the secret before, too."
            ),
        },
        required=["secret", "oldSecretValidUntil"],
        description="The new secret.",
    ),
)

# --- messages -------------------------------------------------------------------------------------
_CLINIC = s.object_id(description="Id of the clinic.")
_USER = s.user_id(description="User id of the patient.")
DATA = s.component(
    "webhookData.v1",
    s.obj(
        {
            "clinicId": s.string(
                description="Id of the clinic; absent for an order that fits none."
            ),
            "userId": s.string(
                description="User id of the person; absent for a merge, and for an order that fits no patient."
            ),
            "role": s.component(
                "WebhookInvitedRole",
                s.string(
                    enum=["clinician", "patient"],
                    description="As what someone has joined the clinic.",
                ),
            ),
            "orderId": s.string(description="Id of the order, as this service keeps it."),
            "state": s.component(
                "WebhookOrderState",
                s.string(
                    enum=["done", "ignored", "failed"],
                    description="`done`: it was carried out; `ignored`: it asks for nothing that this service does; "
                    "`failed`: it could not be carried out.",
                ),
            ),
            "sourceClinicId": s.string(
                description="Id of the clinic that has become a part of `clinicId`, and is gone."
            ),
        },
        description="Ids of what the message is about, and nothing else: what is true now is read with them.",
    ),
)
MESSAGE = s.component(
    "webhookMessage.v1",
    s.obj(
        {
            "id": s.object_id(
                description="Id of the message, also in `webhook-id`: the same whenever it is sent again."
            ),
            "type": s.string(
                description="Kind of the event: one of WebhookEvent, or `webhook.test` for a message that someone "
                "sends to try the receiver. Ignore those that you do not know."
            ),
            "timestamp": s.date_time(description="When it happened."),
            "data": DATA,
        },
        required=["id", "type", "timestamp", "data"],
        description="What is sent to a webhook.",
    ),
)
DELIVERY = s.component(
    "webhookDelivery.v1",
    s.obj(
        {
            "id": s.object_id(description="Id of the message (`webhook-id`)."),
            "event": s.string(
                description="Kind of the event: one of WebhookEvent, or `webhook.test`."
            ),
            "state": STATE,
            "attempts": s.integer(description="How often it was tried."),
            "data": DATA,
            "lastStatus": s.integer(description="Status of the last answer; absent without one."),
            "lastError": _FAILURE,
            "eventTime": s.date_time(description="When it happened."),
            "createdTime": s.date_time(description="When the message was made."),
            "lastAttemptTime": s.date_time(description="The last try; absent before the first."),
        },
        required=["id", "event", "state", "attempts", "data", "eventTime", "createdTime"],
        description="A message, and what became of it. It is kept for 30 days.",
    ),
)
DELIVERIES = s.component(
    "webhookDeliveries.v1",
    s.obj(
        {
            "data": s.array(DELIVERY, description="Newest first."),
            "meta": s.component(
                "webhookDeliveriesMeta.v1",
                s.obj(
                    {
                        "totalCount": s.integer(
                            description="All that match, on whatever page; 100000 stands for that many or more."
                        )
                    },
                    required=["totalCount"],
                    description="How many messages there are.",
                ),
            ),
        },
        required=["data", "meta"],
        description="A page of the messages of a webhook.",
    ),
)
