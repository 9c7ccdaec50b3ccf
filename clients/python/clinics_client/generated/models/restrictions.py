from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Restrictions")


@_attrs_define
class Restrictions:
    """What the clinic demands of people who join.

    Attributes:
        can_accept (bool): Whether the caller can accept it as signed in now.
        required_idp (str | Unset): The identity provider to sign in through first; absent when that would not help.
    """

    can_accept: bool
    required_idp: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        can_accept = self.can_accept

        required_idp = self.required_idp

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "canAccept": can_accept,
            }
        )
        if required_idp is not UNSET:
            field_dict["requiredIdp"] = required_idp

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        can_accept = d.pop("canAccept")

        required_idp = d.pop("requiredIdp", UNSET)

        restrictions = cls(
            can_accept=can_accept,
            required_idp=required_idp,
        )

        restrictions.additional_properties = d
        return restrictions

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
