from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.clinician_role import ClinicianRole, check_clinician_role
from ..types import UNSET, Unset

T = TypeVar("T", bound="InvitedClinician")


@_attrs_define
class InvitedClinician:
    """A clinician who was invited by mail, pending or accepted.

    Attributes:
        email (str): The invited address.
        roles (list[ClinicianRole]): Admins may do everything that members may, and change the clinic and its members. A
            prescriber who is neither has no access.
        created_time (datetime.datetime): When the member or invite was made.
        updated_time (datetime.datetime): When the record last changed.
        id (str | Unset): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        invite_id (str | Unset): Id of a pending invite; absent for a member.
        name (str | Unset): Full name; absent when unknown.
    """

    email: str
    roles: list[ClinicianRole]
    created_time: datetime.datetime
    updated_time: datetime.datetime
    id: str | Unset = UNSET
    invite_id: str | Unset = UNSET
    name: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        roles = []
        for componentsschemasclinician_roles_v_1_item_data in self.roles:
            componentsschemasclinician_roles_v_1_item: str = componentsschemasclinician_roles_v_1_item_data
            roles.append(componentsschemasclinician_roles_v_1_item)

        created_time = self.created_time.isoformat()

        updated_time = self.updated_time.isoformat()

        id = self.id

        invite_id = self.invite_id

        name = self.name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "email": email,
                "roles": roles,
                "createdTime": created_time,
                "updatedTime": updated_time,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id
        if invite_id is not UNSET:
            field_dict["inviteId"] = invite_id
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

        created_time = datetime.datetime.fromisoformat(d.pop("createdTime"))

        updated_time = datetime.datetime.fromisoformat(d.pop("updatedTime"))

        id = d.pop("id", UNSET)

        invite_id = d.pop("inviteId", UNSET)

        name = d.pop("name", UNSET)

        invited_clinician = cls(
            email=email,
            roles=roles,
            created_time=created_time,
            updated_time=updated_time,
            id=id,
            invite_id=invite_id,
            name=name,
        )

        invited_clinician.additional_properties = d
        return invited_clinician

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
