from typing import Literal

UnnamedCreatorUserid = Literal[""]

UNNAMED_CREATOR_USERID_VALUES: set[UnnamedCreatorUserid] = {
    "",
}


def check_unnamed_creator_userid(value: str) -> UnnamedCreatorUserid:
    if value in UNNAMED_CREATOR_USERID_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {UNNAMED_CREATOR_USERID_VALUES!r}")
