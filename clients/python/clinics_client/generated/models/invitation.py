from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.alertsconfig import Alertsconfig
    from ..models.invitation_permissions import InvitationPermissions


T = TypeVar("T", bound="Invitation")


@_attrs_define
class Invitation:
    """An invitation into a care team.

    Attributes:
        email (str): The address that is invited.
        permissions (InvitationPermissions): What the receiver may do. A key that is present is granted; its value is an
            empty object.
        nickname (str | Unset): The sender's name for the invited person; absent when there is none.
        alerts_config (Alertsconfig | Unset): The alerts that the invited follower gets; absent: none. Needs the
            permission `follow`.
    """

    email: str
    permissions: InvitationPermissions
    nickname: str | Unset = UNSET
    alerts_config: Alertsconfig | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        permissions = self.permissions.to_dict()

        nickname = self.nickname

        alerts_config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.alerts_config, Unset):
            alerts_config = self.alerts_config.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "email": email,
                "permissions": permissions,
            }
        )
        if nickname is not UNSET:
            field_dict["nickname"] = nickname
        if alerts_config is not UNSET:
            field_dict["alertsConfig"] = alerts_config

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alertsconfig import Alertsconfig  # noqa: PLC0415
        from ..models.invitation_permissions import InvitationPermissions  # noqa: PLC0415

        d = dict(src_dict)
        email = d.pop("email")

        permissions = InvitationPermissions.from_dict(d.pop("permissions"))

        nickname = d.pop("nickname", UNSET)

        _alerts_config = d.pop("alertsConfig", UNSET)
        alerts_config: Alertsconfig | Unset
        if isinstance(_alerts_config, Unset):
            alerts_config = UNSET
        else:
            alerts_config = Alertsconfig.from_dict(_alerts_config)

        invitation = cls(
            email=email,
            permissions=permissions,
            nickname=nickname,
            alerts_config=alerts_config,
        )

        invitation.additional_properties = d
        return invitation

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
