from typing import Literal

WebhookEvent = Literal[
    "invitation.accepted",
    "merge.finished",
    "order.processed",
    "patient.created",
    "patient.removed",
    "patient.updated",
    "summary.updated",
]

WEBHOOK_EVENT_VALUES: set[WebhookEvent] = {
    "invitation.accepted",
    "merge.finished",
    "order.processed",
    "patient.created",
    "patient.removed",
    "patient.updated",
    "summary.updated",
}


def check_webhook_event(value: str) -> WebhookEvent:
    if value in WEBHOOK_EVENT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {WEBHOOK_EVENT_VALUES!r}")
