from typing import Literal

ConfirmationType = Literal[
    "careteam_invitation", "clinician_invitation", "no_account", "password_reset", "signup_confirmation"
]

CONFIRMATION_TYPE_VALUES: set[ConfirmationType] = {
    "careteam_invitation",
    "clinician_invitation",
    "no_account",
    "password_reset",
    "signup_confirmation",
}


def check_confirmation_type(value: str) -> ConfirmationType:
    if value in CONFIRMATION_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CONFIRMATION_TYPE_VALUES!r}")
