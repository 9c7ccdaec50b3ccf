from typing import Literal

ConnectionIssueCause = Literal["disconnected", "error", "expiredInvite", "staleData", "staleInvite"]

CONNECTION_ISSUE_CAUSE_VALUES: set[ConnectionIssueCause] = {
    "disconnected",
    "error",
    "expiredInvite",
    "staleData",
    "staleInvite",
}


def check_connection_issue_cause(value: str) -> ConnectionIssueCause:
    if value in CONNECTION_ISSUE_CAUSE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CONNECTION_ISSUE_CAUSE_VALUES!r}")
