from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.identity_provider import IdentityProvider


T = TypeVar("T", bound="SecurityProfile")


@_attrs_define
class SecurityProfile:
    """How a clinician logs in, as the account service tells it.

    Attributes:
        mfa_enabled (bool | Unset): Whether logging in takes a second factor. Answers always have it.
        mfa_enabled_time (datetime.datetime | Unset): When the second factor was set up; absent without one, or when
            unknown.
        identity_providers (list[IdentityProvider] | Unset): Providers that the account is linked with; absent: unknown.
        last_login_time (datetime.datetime | Unset): The last log-in; absent when none is known.
    """

    mfa_enabled: bool | Unset = UNSET
    mfa_enabled_time: datetime.datetime | Unset = UNSET
    identity_providers: list[IdentityProvider] | Unset = UNSET
    last_login_time: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        mfa_enabled = self.mfa_enabled

        mfa_enabled_time: str | Unset = UNSET
        if not isinstance(self.mfa_enabled_time, Unset):
            mfa_enabled_time = self.mfa_enabled_time.isoformat()

        identity_providers: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.identity_providers, Unset):
            identity_providers = []
            for identity_providers_item_data in self.identity_providers:
                identity_providers_item = identity_providers_item_data.to_dict()
                identity_providers.append(identity_providers_item)

        last_login_time: str | Unset = UNSET
        if not isinstance(self.last_login_time, Unset):
            last_login_time = self.last_login_time.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if mfa_enabled is not UNSET:
            field_dict["mfaEnabled"] = mfa_enabled
        if mfa_enabled_time is not UNSET:
            field_dict["mfaEnabledTime"] = mfa_enabled_time
        if identity_providers is not UNSET:
            field_dict["identityProviders"] = identity_providers
        if last_login_time is not UNSET:
            field_dict["lastLoginTime"] = last_login_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.identity_provider import IdentityProvider  # noqa: PLC0415

        d = dict(src_dict)
        mfa_enabled = d.pop("mfaEnabled", UNSET)

        _mfa_enabled_time = d.pop("mfaEnabledTime", UNSET)
        mfa_enabled_time: datetime.datetime | Unset
        if isinstance(_mfa_enabled_time, Unset):
            mfa_enabled_time = UNSET
        else:
            mfa_enabled_time = datetime.datetime.fromisoformat(_mfa_enabled_time)

        _identity_providers = d.pop("identityProviders", UNSET)
        identity_providers: list[IdentityProvider] | Unset = UNSET
        if _identity_providers is not UNSET:
            identity_providers = []
            for identity_providers_item_data in _identity_providers:
                identity_providers_item = IdentityProvider.from_dict(identity_providers_item_data)

                identity_providers.append(identity_providers_item)

        _last_login_time = d.pop("lastLoginTime", UNSET)
        last_login_time: datetime.datetime | Unset
        if isinstance(_last_login_time, Unset):
            last_login_time = UNSET
        else:
            last_login_time = datetime.datetime.fromisoformat(_last_login_time)

        security_profile = cls(
            mfa_enabled=mfa_enabled,
            mfa_enabled_time=mfa_enabled_time,
            identity_providers=identity_providers,
            last_login_time=last_login_time,
        )

        security_profile.additional_properties = d
        return security_profile

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
