from typing import Literal

Tier = Literal["tier0100", "tier0200", "tier0300", "tier0400"]

TIER_VALUES: set[Tier] = {
    "tier0100",
    "tier0200",
    "tier0300",
    "tier0400",
}


def check_tier(value: str) -> Tier:
    if value in TIER_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {TIER_VALUES!r}")
