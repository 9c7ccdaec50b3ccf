from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="SignupOrigin")


@_attrs_define
class SignupOrigin:
    """On whose behalf a service asks; ignored when a person asks.

    Attributes:
        clinic_id (str | Unset): Id of the clinic that invites; absent when none does.
        invited_by (str | Unset): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
    """

    clinic_id: str | Unset = UNSET
    invited_by: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        clinic_id = self.clinic_id

        invited_by = self.invited_by

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if clinic_id is not UNSET:
            field_dict["clinicId"] = clinic_id
        if invited_by is not UNSET:
            field_dict["invitedBy"] = invited_by

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        clinic_id = d.pop("clinicId", UNSET)

        invited_by = d.pop("invitedBy", UNSET)

        signup_origin = cls(
            clinic_id=clinic_id,
            invited_by=invited_by,
        )

        signup_origin.additional_properties = d
        return signup_origin

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
