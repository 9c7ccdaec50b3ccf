from typing import Literal

GlycemicRangesPreset = Literal["adaHighRisk", "adaPregnancyType1", "adaPregnancyType2", "adaStandard"]

GLYCEMIC_RANGES_PRESET_VALUES: set[GlycemicRangesPreset] = {
    "adaHighRisk",
    "adaPregnancyType1",
    "adaPregnancyType2",
    "adaStandard",
}


def check_glycemic_ranges_preset(value: str) -> GlycemicRangesPreset:
    if value in GLYCEMIC_RANGES_PRESET_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {GLYCEMIC_RANGES_PRESET_VALUES!r}")
