from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.ehr_match_message_ref import EhrMatchMessageRef
    from ..models.ehr_match_request_patients_options import EhrMatchRequestPatientsOptions


T = TypeVar("T", bound="EhrMatchRequest")


@_attrs_define
class EhrMatchRequest:
    """Which stored order is matched, and how. Without `messageRef` it is refused.

    Attributes:
        message_ref (EhrMatchMessageRef | Unset): A stored message.
        patients (EhrMatchRequestPatientsOptions | Unset): How patients are matched; left out, only the clinic is.
    """

    message_ref: EhrMatchMessageRef | Unset = UNSET
    patients: EhrMatchRequestPatientsOptions | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        message_ref: dict[str, Any] | Unset = UNSET
        if not isinstance(self.message_ref, Unset):
            message_ref = self.message_ref.to_dict()

        patients: dict[str, Any] | Unset = UNSET
        if not isinstance(self.patients, Unset):
            patients = self.patients.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if message_ref is not UNSET:
            field_dict["messageRef"] = message_ref
        if patients is not UNSET:
            field_dict["patients"] = patients

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ehr_match_message_ref import EhrMatchMessageRef  # noqa: PLC0415
        from ..models.ehr_match_request_patients_options import EhrMatchRequestPatientsOptions  # noqa: PLC0415

        d = dict(src_dict)
        _message_ref = d.pop("messageRef", UNSET)
        message_ref: EhrMatchMessageRef | Unset
        if isinstance(_message_ref, Unset):
            message_ref = UNSET
        else:
            message_ref = EhrMatchMessageRef.from_dict(_message_ref)

        _patients = d.pop("patients", UNSET)
        patients: EhrMatchRequestPatientsOptions | Unset
        if isinstance(_patients, Unset):
            patients = UNSET
        else:
            patients = EhrMatchRequestPatientsOptions.from_dict(_patients)

        ehr_match_request = cls(
            message_ref=message_ref,
            patients=patients,
        )

        ehr_match_request.additional_properties = d
        return ehr_match_request

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
