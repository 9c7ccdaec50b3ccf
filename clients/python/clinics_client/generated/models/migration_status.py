from typing import Literal

MigrationStatus = Literal["COMPLETED", "PENDING", "RUNNING"]

MIGRATION_STATUS_VALUES: set[MigrationStatus] = {
    "COMPLETED",
    "PENDING",
    "RUNNING",
}


def check_migration_status(value: str) -> MigrationStatus:
    if value in MIGRATION_STATUS_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {MIGRATION_STATUS_VALUES!r}")
