"""Glucose is stored in mmol/L and shown in the clinic's units."""

import math

from clinic_records.choices import GlucoseUnits

MG_DL, MMOL_L = GlucoseUnits.MG_DL.value, GlucoseUnits.MMOL_L.value
MG_DL_PER_MMOL_L = 18.01559


def of_preference(preferred: str) -> str:
    """mg/dL as it is written here, however the clinic's setting writes it; anything else means mmol/L."""
    return MG_DL if preferred.lower() == MG_DL.lower() else MMOL_L


def in_units(value_mmol: float, units: str) -> float:
    """Converts mmol/L to the given units; mg/dL is rounded to five decimals, halves up."""
    if units != MG_DL:
        return value_mmol
    return math.floor(value_mmol * MG_DL_PER_MMOL_L * 100000 + 0.5) / 100000
