from typing import Literal

Unitsmmol = Literal["mmol/l", "mmol/L"]

UNITSMMOL_VALUES: set[Unitsmmol] = {
    "mmol/l",
    "mmol/L",
}


def check_unitsmmol(value: str) -> Unitsmmol:
    if value in UNITSMMOL_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {UNITSMMOL_VALUES!r}")
