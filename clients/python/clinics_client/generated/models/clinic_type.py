from typing import Literal

ClinicType = Literal["healthcare_system", "other", "provider_practice", "researcher", "veterinary_clinic"]

CLINIC_TYPE_VALUES: set[ClinicType] = {
    "healthcare_system",
    "other",
    "provider_practice",
    "researcher",
    "veterinary_clinic",
}


def check_clinic_type(value: str) -> ClinicType:
    if value in CLINIC_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CLINIC_TYPE_VALUES!r}")
