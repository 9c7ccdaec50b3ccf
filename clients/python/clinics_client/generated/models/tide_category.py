from typing import Literal

TideCategory = Literal[
    "dropInTimeInTargetPercent",
    "meetingTargets",
    "timeCGMUsePercent",
    "timeInAnyHighPercent",
    "timeInAnyLowPercent",
    "timeInExtremeHighPercent",
    "timeInTargetPercent",
    "timeInVeryHighPercent",
    "timeInVeryLowPercent",
]

TIDE_CATEGORY_VALUES: set[TideCategory] = {
    "dropInTimeInTargetPercent",
    "meetingTargets",
    "timeCGMUsePercent",
    "timeInAnyHighPercent",
    "timeInAnyLowPercent",
    "timeInExtremeHighPercent",
    "timeInTargetPercent",
    "timeInVeryHighPercent",
    "timeInVeryLowPercent",
}


def check_tide_category(value: str) -> TideCategory:
    if value in TIDE_CATEGORY_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {TIDE_CATEGORY_VALUES!r}")
