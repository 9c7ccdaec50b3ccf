from typing import Literal

WebhookOrderState = Literal["done", "failed", "ignored"]

WEBHOOK_ORDER_STATE_VALUES: set[WebhookOrderState] = {
    "done",
    "failed",
    "ignored",
}


def check_webhook_order_state(value: str) -> WebhookOrderState:
    if value in WEBHOOK_ORDER_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {WEBHOOK_ORDER_STATE_VALUES!r}")
