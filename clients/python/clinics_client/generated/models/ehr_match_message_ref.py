from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.ehr_match_message_ref_data_model import (
    EhrMatchMessageRefDataModel,
    check_ehr_match_message_ref_data_model,
)
from ..models.ehr_match_message_ref_event_type import (
    EhrMatchMessageRefEventType,
    check_ehr_match_message_ref_event_type,
)

T = TypeVar("T", bound="EhrMatchMessageRef")


@_attrs_define
class EhrMatchMessageRef:
    """A stored message.

    Attributes:
        data_model (EhrMatchMessageRefDataModel): What the message is about.
        event_type (EhrMatchMessageRefEventType): What has happened to it.
        document_id (str): Id of the stored message.
    """

    data_model: EhrMatchMessageRefDataModel
    event_type: EhrMatchMessageRefEventType
    document_id: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data_model: str = self.data_model

        event_type: str = self.event_type

        document_id = self.document_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "dataModel": data_model,
                "eventType": event_type,
                "documentId": document_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        data_model = check_ehr_match_message_ref_data_model(d.pop("dataModel"))

        event_type = check_ehr_match_message_ref_event_type(d.pop("eventType"))

        document_id = d.pop("documentId")

        ehr_match_message_ref = cls(
            data_model=data_model,
            event_type=event_type,
            document_id=document_id,
        )

        ehr_match_message_ref.additional_properties = d
        return ehr_match_message_ref

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
