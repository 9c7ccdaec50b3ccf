from typing import Literal

Unitsmgdl = Literal["mg/dl", "mg/dL"]

UNITSMGDL_VALUES: set[Unitsmgdl] = {
    "mg/dl",
    "mg/dL",
}


def check_unitsmgdl(value: str) -> Unitsmgdl:
    if value in UNITSMGDL_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {UNITSMGDL_VALUES!r}")
