from typing import Literal

ClinicianRole = Literal["CLINIC_ADMIN", "CLINIC_MEMBER", "PRESCRIBER"]

CLINICIAN_ROLE_VALUES: set[ClinicianRole] = {
    "CLINIC_ADMIN",
    "CLINIC_MEMBER",
    "PRESCRIBER",
}


def check_clinician_role(value: str) -> ClinicianRole:
    if value in CLINICIAN_ROLE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CLINICIAN_ROLE_VALUES!r}")
