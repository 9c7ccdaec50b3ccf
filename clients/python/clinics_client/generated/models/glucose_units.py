from typing import Literal

GlucoseUnits = Literal["mg/dL", "mmol/L"]

GLUCOSE_UNITS_VALUES: set[GlucoseUnits] = {
    "mg/dL",
    "mmol/L",
}


def check_glucose_units(value: str) -> GlucoseUnits:
    if value in GLUCOSE_UNITS_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {GLUCOSE_UNITS_VALUES!r}")
