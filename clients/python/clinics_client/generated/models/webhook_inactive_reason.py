from typing import Literal

WebhookInactiveReason = Literal["failing", "gone", "requested"]

WEBHOOK_INACTIVE_REASON_VALUES: set[WebhookInactiveReason] = {
    "failing",
    "gone",
    "requested",
}


def check_webhook_inactive_reason(value: str) -> WebhookInactiveReason:
    if value in WEBHOOK_INACTIVE_REASON_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {WEBHOOK_INACTIVE_REASON_VALUES!r}")
