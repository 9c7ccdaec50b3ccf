from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.clinician_role import ClinicianRole, check_clinician_role
from ..types import UNSET, Unset

T = TypeVar("T", bound="ClinicianUpdate")


@_attrs_define
class ClinicianUpdate:
    """A member's roles and name. The address counts for nothing.

    Attributes:
        email (str): E-mail address; empty where there is none, as for a service account.
        roles (list[ClinicianRole]): Admins may do everything that members may, and change the clinic and its members. A
            prescriber who is neither has no access.
        name (str | Unset): Full name; absent when unknown.
    """

    email: str
    roles: list[ClinicianRole]
    name: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        roles = []
        for componentsschemasclinician_roles_v_1_item_data in self.roles:
            componentsschemasclinician_roles_v_1_item: str = componentsschemasclinician_roles_v_1_item_data
            roles.append(componentsschemasclinician_roles_v_1_item)

        name = self.name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "email": email,
                "roles": roles,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email = d.pop("email")

        roles = []
        _roles = d.pop("roles")
        for componentsschemasclinician_roles_v_1_item_data in _roles:
            componentsschemasclinician_roles_v_1_item = check_clinician_role(
                componentsschemasclinician_roles_v_1_item_data
            )

            roles.append(componentsschemasclinician_roles_v_1_item)

        name = d.pop("name", UNSET)

        clinician_update = cls(
            email=email,
            roles=roles,
            name=name,
        )

        clinician_update.additional_properties = d
        return clinician_update

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
