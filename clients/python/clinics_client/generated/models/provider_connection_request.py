from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.provider_id import ProviderId, check_provider_id
from ..types import UNSET, Unset

T = TypeVar("T", bound="ProviderConnectionRequest")


@_attrs_define
class ProviderConnectionRequest:
    """The patient was asked to connect an account of the provider.

    Attributes:
        created_time (datetime.datetime): When it was made.
        provider_name (ProviderId): Maker of devices: `dexcom`, `twiist`, or `abbott` (FreeStyle Libre).
        expiration_time (datetime.datetime | Unset): Until when it can be accepted; 30 days after it was made when
            absent.
    """

    created_time: datetime.datetime
    provider_name: ProviderId
    expiration_time: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_time = self.created_time.isoformat()

        provider_name: str = self.provider_name

        expiration_time: str | Unset = UNSET
        if not isinstance(self.expiration_time, Unset):
            expiration_time = self.expiration_time.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "createdTime": created_time,
                "providerName": provider_name,
            }
        )
        if expiration_time is not UNSET:
            field_dict["expirationTime"] = expiration_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        created_time = datetime.datetime.fromisoformat(d.pop("createdTime"))

        provider_name = check_provider_id(d.pop("providerName"))

        _expiration_time = d.pop("expirationTime", UNSET)
        expiration_time: datetime.datetime | Unset
        if isinstance(_expiration_time, Unset):
            expiration_time = UNSET
        else:
            expiration_time = datetime.datetime.fromisoformat(_expiration_time)

        provider_connection_request = cls(
            created_time=created_time,
            provider_name=provider_name,
            expiration_time=expiration_time,
        )

        provider_connection_request.additional_properties = d
        return provider_connection_request

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
