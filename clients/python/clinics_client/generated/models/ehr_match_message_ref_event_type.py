from typing import Literal

EhrMatchMessageRefEventType = Literal["New"]

EHR_MATCH_MESSAGE_REF_EVENT_TYPE_VALUES: set[EhrMatchMessageRefEventType] = {
    "New",
}


def check_ehr_match_message_ref_event_type(value: str) -> EhrMatchMessageRefEventType:
    if value in EHR_MATCH_MESSAGE_REF_EVENT_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {EHR_MATCH_MESSAGE_REF_EVENT_TYPE_VALUES!r}"
    )
