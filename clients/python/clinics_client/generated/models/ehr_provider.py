from typing import Literal

EhrProvider = Literal["redox", "xealth"]

EHR_PROVIDER_VALUES: set[EhrProvider] = {
    "redox",
    "xealth",
}


def check_ehr_provider(value: str) -> EhrProvider:
    if value in EHR_PROVIDER_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {EHR_PROVIDER_VALUES!r}")
