from typing import Literal

PatientListExportState = Literal["canceled", "expired", "failed", "pending", "ready", "running"]

PATIENT_LIST_EXPORT_STATE_VALUES: set[PatientListExportState] = {
    "canceled",
    "expired",
    "failed",
    "pending",
    "ready",
    "running",
}


def check_patient_list_export_state(value: str) -> PatientListExportState:
    if value in PATIENT_LIST_EXPORT_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PATIENT_LIST_EXPORT_STATE_VALUES!r}")
