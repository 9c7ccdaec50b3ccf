from typing import Literal

ConnectionIssueSource = Literal["abbott", "deviceNonSpecificInvitation", "dexcom", "twiist"]

CONNECTION_ISSUE_SOURCE_VALUES: set[ConnectionIssueSource] = {
    "abbott",
    "deviceNonSpecificInvitation",
    "dexcom",
    "twiist",
}


def check_connection_issue_source(value: str) -> ConnectionIssueSource:
    if value in CONNECTION_ISSUE_SOURCE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CONNECTION_ISSUE_SOURCE_VALUES!r}")
