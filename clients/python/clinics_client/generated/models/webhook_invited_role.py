from typing import Literal

WebhookInvitedRole = Literal["clinician", "patient"]

WEBHOOK_INVITED_ROLE_VALUES: set[WebhookInvitedRole] = {
    "clinician",
    "patient",
}


def check_webhook_invited_role(value: str) -> WebhookInvitedRole:
    if value in WEBHOOK_INVITED_ROLE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {WEBHOOK_INVITED_ROLE_VALUES!r}")
