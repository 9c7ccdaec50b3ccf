from typing import Literal

WebhookDeliveryFailure = Literal[
    "address_refused",
    "fault",
    "receiver_failing",
    "secret_unreadable",
    "status",
    "switched_off",
    "unreachable",
]

WEBHOOK_DELIVERY_FAILURE_VALUES: set[WebhookDeliveryFailure] = {
    "address_refused",
    "fault",
    "receiver_failing",
    "secret_unreadable",
    "status",
    "switched_off",
    "unreachable",
}


def check_webhook_delivery_failure(value: str) -> WebhookDeliveryFailure:
    if value in WEBHOOK_DELIVERY_FAILURE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {WEBHOOK_DELIVERY_FAILURE_VALUES!r}")
