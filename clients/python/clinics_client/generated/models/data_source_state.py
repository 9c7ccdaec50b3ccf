from typing import Literal

DataSourceState = Literal["connected", "disconnected", "error", "pending", "pendingReconnect"]

DATA_SOURCE_STATE_VALUES: set[DataSourceState] = {
    "connected",
    "disconnected",
    "error",
    "pending",
    "pendingReconnect",
}


def check_data_source_state(value: str) -> DataSourceState:
    if value in DATA_SOURCE_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {DATA_SOURCE_STATE_VALUES!r}")
