from typing import Literal

PatientListFormat = Literal["csv", "xlsx"]

PATIENT_LIST_FORMAT_VALUES: set[PatientListFormat] = {
    "csv",
    "xlsx",
}


def check_patient_list_format(value: str) -> PatientListFormat:
    if value in PATIENT_LIST_FORMAT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PATIENT_LIST_FORMAT_VALUES!r}")
