from typing import Literal

MatchAction = Literal["DISABLE_REPORTS", "ENABLE_REPORTS"]

MATCH_ACTION_VALUES: set[MatchAction] = {
    "DISABLE_REPORTS",
    "ENABLE_REPORTS",
}


def check_match_action(value: str) -> MatchAction:
    if value in MATCH_ACTION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {MATCH_ACTION_VALUES!r}")
