from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="MembershipRestriction")


@_attrs_define
class MembershipRestriction:
    """Users with an address of this domain may join.

    Attributes:
        email_domain (str): Applies to addresses of this domain.
        required_idp (str | Unset): Identity provider that such a user has to sign in with; absent: any.
    """

    email_domain: str
    required_idp: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        email_domain = self.email_domain

        required_idp = self.required_idp

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "emailDomain": email_domain,
            }
        )
        if required_idp is not UNSET:
            field_dict["requiredIdp"] = required_idp

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email_domain = d.pop("emailDomain")

        required_idp = d.pop("requiredIdp", UNSET)

        membership_restriction = cls(
            email_domain=email_domain,
            required_idp=required_idp,
        )

        membership_restriction.additional_properties = d
        return membership_restriction

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
