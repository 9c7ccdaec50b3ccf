from typing import Literal

ClinicSize = Literal["0-249", "1000+", "250-499", "500-999"]

CLINIC_SIZE_VALUES: set[ClinicSize] = {
    "0-249",
    "1000+",
    "250-499",
    "500-999",
}


def check_clinic_size(value: str) -> ClinicSize:
    if value in CLINIC_SIZE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CLINIC_SIZE_VALUES!r}")
