from typing import Literal

WorkspaceIdType = Literal["clinicId", "ehrSourceId"]

WORKSPACE_ID_TYPE_VALUES: set[WorkspaceIdType] = {
    "clinicId",
    "ehrSourceId",
}


def check_workspace_id_type(value: str) -> WorkspaceIdType:
    if value in WORKSPACE_ID_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {WORKSPACE_ID_TYPE_VALUES!r}")
