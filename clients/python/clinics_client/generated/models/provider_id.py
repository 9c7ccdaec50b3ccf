from typing import Literal

ProviderId = Literal["abbott", "dexcom", "twiist"]

PROVIDER_ID_VALUES: set[ProviderId] = {
    "abbott",
    "dexcom",
    "twiist",
}


def check_provider_id(value: str) -> ProviderId:
    if value in PROVIDER_ID_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PROVIDER_ID_VALUES!r}")
