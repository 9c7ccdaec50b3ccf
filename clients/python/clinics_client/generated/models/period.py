from typing import Literal

Period = Literal["14d", "1d", "30d", "7d"]

PERIOD_VALUES: set[Period] = {
    "14d",
    "1d",
    "30d",
    "7d",
}


def check_period(value: str) -> Period:
    if value in PERIOD_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PERIOD_VALUES!r}")
