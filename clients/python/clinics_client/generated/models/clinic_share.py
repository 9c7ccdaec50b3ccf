from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.clinic_share_permissions import ClinicSharePermissions


T = TypeVar("T", bound="ClinicShare")


@_attrs_define
class ClinicShare:
    """An offer of data to a clinic.

    Attributes:
        share_code (str): Share code of the clinic, however it is typed.
        permissions (ClinicSharePermissions): What the receiver may do. A key that is present is granted; its value is
            an empty object.
    """

    share_code: str
    permissions: ClinicSharePermissions
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        share_code = self.share_code

        permissions = self.permissions.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "shareCode": share_code,
                "permissions": permissions,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.clinic_share_permissions import ClinicSharePermissions  # noqa: PLC0415

        d = dict(src_dict)
        share_code = d.pop("shareCode")

        permissions = ClinicSharePermissions.from_dict(d.pop("permissions"))

        clinic_share = cls(
            share_code=share_code,
            permissions=permissions,
        )

        clinic_share.additional_properties = d
        return clinic_share

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
