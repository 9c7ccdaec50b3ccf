from typing import Literal

ReportCadence = Literal["14d", "1d", "30d", "7d", "DISABLED"]

REPORT_CADENCE_VALUES: set[ReportCadence] = {
    "14d",
    "1d",
    "30d",
    "7d",
    "DISABLED",
}


def check_report_cadence(value: str) -> ReportCadence:
    if value in REPORT_CADENCE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {REPORT_CADENCE_VALUES!r}")
