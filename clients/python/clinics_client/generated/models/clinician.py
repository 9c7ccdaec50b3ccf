from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.clinician_role import ClinicianRole, check_clinician_role
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.security_profile import SecurityProfile


T = TypeVar("T", bound="Clinician")


@_attrs_define
class Clinician:
    """A member, who has an id, or a pending invite, which has none.

    Attributes:
        email (str): E-mail address; empty where there is none, as for a service account.
        roles (list[ClinicianRole]): Admins may do everything that members may, and change the clinic and its members. A
            prescriber who is neither has no access.
        created_time (datetime.datetime): When the member or invite was made.
        updated_time (datetime.datetime): When the record last changed.
        id (str | Unset): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        invite_id (str | Unset): Id of a pending invite; absent for a member.
        name (str | Unset): Full name; absent when unknown.
        security_profile (SecurityProfile | Unset): How a clinician logs in, as the account service tells it.
    """

    email: str
    roles: list[ClinicianRole]
    created_time: datetime.datetime
    updated_time: datetime.datetime
    id: str | Unset = UNSET
    invite_id: str | Unset = UNSET
    name: str | Unset = UNSET
    security_profile: SecurityProfile | Unset = UNSET
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

        security_profile: dict[str, Any] | Unset = UNSET
        if not isinstance(self.security_profile, Unset):
            security_profile = self.security_profile.to_dict()

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
        if security_profile is not UNSET:
            field_dict["securityProfile"] = security_profile

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.security_profile import SecurityProfile  # noqa: PLC0415

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

        _security_profile = d.pop("securityProfile", UNSET)
        security_profile: SecurityProfile | Unset
        if isinstance(_security_profile, Unset):
            security_profile = UNSET
        else:
            security_profile = SecurityProfile.from_dict(_security_profile)

        clinician = cls(
            email=email,
            roles=roles,
            created_time=created_time,
            updated_time=updated_time,
            id=id,
            invite_id=invite_id,
            name=name,
            security_profile=security_profile,
        )

        clinician.additional_properties = d
        return clinician

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
