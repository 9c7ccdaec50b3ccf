from typing import Literal

EhrMatchMessageRefDataModel = Literal["Order"]

EHR_MATCH_MESSAGE_REF_DATA_MODEL_VALUES: set[EhrMatchMessageRefDataModel] = {
    "Order",
}


def check_ehr_match_message_ref_data_model(value: str) -> EhrMatchMessageRefDataModel:
    if value in EHR_MATCH_MESSAGE_REF_DATA_MODEL_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {EHR_MATCH_MESSAGE_REF_DATA_MODEL_VALUES!r}"
    )
