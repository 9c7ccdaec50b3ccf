from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.membership_restriction import MembershipRestriction


T = TypeVar("T", bound="MembershipRestrictions")


@_attrs_define
class MembershipRestrictions:
    """Who may become a clinician of the clinic by an invitation.

    Attributes:
        restrictions (list[MembershipRestriction] | Unset): At most 100; the first one of a user's domain counts.
            Absent: everyone may join.
    """

    restrictions: list[MembershipRestriction] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        restrictions: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.restrictions, Unset):
            restrictions = []
            for restrictions_item_data in self.restrictions:
                restrictions_item = restrictions_item_data.to_dict()
                restrictions.append(restrictions_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if restrictions is not UNSET:
            field_dict["restrictions"] = restrictions

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.membership_restriction import MembershipRestriction  # noqa: PLC0415

        d = dict(src_dict)
        _restrictions = d.pop("restrictions", UNSET)
        restrictions: list[MembershipRestriction] | Unset = UNSET
        if _restrictions is not UNSET:
            restrictions = []
            for restrictions_item_data in _restrictions:
                restrictions_item = MembershipRestriction.from_dict(restrictions_item_data)

                restrictions.append(restrictions_item)

        membership_restrictions = cls(
            restrictions=restrictions,
        )

        membership_restrictions.additional_properties = d
        return membership_restrictions

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
