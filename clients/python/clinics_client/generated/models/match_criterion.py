from typing import Literal

MatchCriterion = Literal["DOB_FULLNAME", "MRN", "MRN_DOB"]

MATCH_CRITERION_VALUES: set[MatchCriterion] = {
    "DOB_FULLNAME",
    "MRN",
    "MRN_DOB",
}


def check_match_criterion(value: str) -> MatchCriterion:
    if value in MATCH_CRITERION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {MATCH_CRITERION_VALUES!r}")
