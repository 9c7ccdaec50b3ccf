from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="VerifyEndpointResponse200")


@_attrs_define
class VerifyEndpointResponse200:
    """What Redox sends to verify the endpoint.

    Attributes:
        verification_token (str | Unset): The shared secret; in no answer of this service.
        challenge (str | Unset): Comes back as it was sent.
    """

    verification_token: str | Unset = UNSET
    challenge: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        verification_token = self.verification_token

        challenge = self.challenge

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if verification_token is not UNSET:
            field_dict["verification-token"] = verification_token
        if challenge is not UNSET:
            field_dict["challenge"] = challenge

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        verification_token = d.pop("verification-token", UNSET)

        challenge = d.pop("challenge", UNSET)

        verify_endpoint_response_200 = cls(
            verification_token=verification_token,
            challenge=challenge,
        )

        verify_endpoint_response_200.additional_properties = d
        return verify_endpoint_response_200

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
