from typing import Literal

PermissionName = Literal["custodian", "note", "upload", "view"]

PERMISSION_NAME_VALUES: set[PermissionName] = {
    "custodian",
    "note",
    "upload",
    "view",
}


def check_permission_name(value: str) -> PermissionName:
    if value in PERMISSION_NAME_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PERMISSION_NAME_VALUES!r}")
