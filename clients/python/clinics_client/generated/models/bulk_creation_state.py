from typing import Literal

BulkCreationState = Literal["canceled", "expired", "failed", "pending", "ready", "running"]

BULK_CREATION_STATE_VALUES: set[BulkCreationState] = {
    "canceled",
    "expired",
    "failed",
    "pending",
    "ready",
    "running",
}


def check_bulk_creation_state(value: str) -> BulkCreationState:
    if value in BULK_CREATION_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {BULK_CREATION_STATE_VALUES!r}")
