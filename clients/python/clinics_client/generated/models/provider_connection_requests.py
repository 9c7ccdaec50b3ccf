from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.provider_connection_request import ProviderConnectionRequest


T = TypeVar("T", bound="ProviderConnectionRequests")


@_attrs_define
class ProviderConnectionRequests:
    """By provider, newest first.

    Attributes:
        abbott (list[ProviderConnectionRequest]): Requests for FreeStyle Libre.
        dexcom (list[ProviderConnectionRequest]): Requests for Dexcom.
        twiist (list[ProviderConnectionRequest]): Requests for twiist.
    """

    abbott: list[ProviderConnectionRequest]
    dexcom: list[ProviderConnectionRequest]
    twiist: list[ProviderConnectionRequest]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        abbott = []
        for abbott_item_data in self.abbott:
            abbott_item = abbott_item_data.to_dict()
            abbott.append(abbott_item)

        dexcom = []
        for dexcom_item_data in self.dexcom:
            dexcom_item = dexcom_item_data.to_dict()
            dexcom.append(dexcom_item)

        twiist = []
        for twiist_item_data in self.twiist:
            twiist_item = twiist_item_data.to_dict()
            twiist.append(twiist_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "abbott": abbott,
                "dexcom": dexcom,
                "twiist": twiist,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.provider_connection_request import ProviderConnectionRequest  # noqa: PLC0415

        d = dict(src_dict)
        abbott = []
        _abbott = d.pop("abbott")
        for abbott_item_data in _abbott:
            abbott_item = ProviderConnectionRequest.from_dict(abbott_item_data)

            abbott.append(abbott_item)

        dexcom = []
        _dexcom = d.pop("dexcom")
        for dexcom_item_data in _dexcom:
            dexcom_item = ProviderConnectionRequest.from_dict(dexcom_item_data)

            dexcom.append(dexcom_item)

        twiist = []
        _twiist = d.pop("twiist")
        for twiist_item_data in _twiist:
            twiist_item = ProviderConnectionRequest.from_dict(twiist_item_data)

            twiist.append(twiist_item)

        provider_connection_requests = cls(
            abbott=abbott,
            dexcom=dexcom,
            twiist=twiist,
        )

        provider_connection_requests.additional_properties = d
        return provider_connection_requests

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
