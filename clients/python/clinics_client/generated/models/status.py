from typing import Literal

Status = Literal["canceled", "completed", "declined", "pending"]

STATUS_VALUES: set[Status] = {
    "canceled",
    "completed",
    "declined",
    "pending",
}


def check_status(value: str) -> Status:
    if value in STATUS_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {STATUS_VALUES!r}")
