from typing import Literal

GlycemicRangesType = Literal["custom", "preset"]

GLYCEMIC_RANGES_TYPE_VALUES: set[GlycemicRangesType] = {
    "custom",
    "preset",
}


def check_glycemic_ranges_type(value: str) -> GlycemicRangesType:
    if value in GLYCEMIC_RANGES_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {GLYCEMIC_RANGES_TYPE_VALUES!r}")
