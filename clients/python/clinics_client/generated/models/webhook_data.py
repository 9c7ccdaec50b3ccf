from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.webhook_invited_role import WebhookInvitedRole, check_webhook_invited_role
from ..models.webhook_order_state import WebhookOrderState, check_webhook_order_state
from ..types import UNSET, Unset

T = TypeVar("T", bound="WebhookData")


@_attrs_define
class WebhookData:
    """Ids of what the message is about, and nothing else: what is true now is read with them.

    Attributes:
        clinic_id (str | Unset): Id of the clinic; absent for an order that fits none.
        user_id (str | Unset): User id of the person; absent for a merge, and for an order that fits no patient.
        role (WebhookInvitedRole | Unset): As what someone has joined the clinic.
        order_id (str | Unset): Id of the order, as this service keeps it.
        state (WebhookOrderState | Unset): `done`: it was carried out; `ignored`: it asks for nothing that this service
            does; `failed`: it could not be carried out.
        source_clinic_id (str | Unset): Id of the clinic that has become a part of `clinicId`, and is gone.
    """

    clinic_id: str | Unset = UNSET
    user_id: str | Unset = UNSET
    role: WebhookInvitedRole | Unset = UNSET
    order_id: str | Unset = UNSET
    state: WebhookOrderState | Unset = UNSET
    source_clinic_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        clinic_id = self.clinic_id

        user_id = self.user_id

        role: str | Unset = UNSET
        if not isinstance(self.role, Unset):
            role = self.role

        order_id = self.order_id

        state: str | Unset = UNSET
        if not isinstance(self.state, Unset):
            state = self.state

        source_clinic_id = self.source_clinic_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if clinic_id is not UNSET:
            field_dict["clinicId"] = clinic_id
        if user_id is not UNSET:
            field_dict["userId"] = user_id
        if role is not UNSET:
            field_dict["role"] = role
        if order_id is not UNSET:
            field_dict["orderId"] = order_id
        if state is not UNSET:
            field_dict["state"] = state
        if source_clinic_id is not UNSET:
            field_dict["sourceClinicId"] = source_clinic_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        clinic_id = d.pop("clinicId", UNSET)

        user_id = d.pop("userId", UNSET)

        _role = d.pop("role", UNSET)
        role: WebhookInvitedRole | Unset
        if isinstance(_role, Unset):
            role = UNSET
        else:
            role = check_webhook_invited_role(_role)

        order_id = d.pop("orderId", UNSET)

        _state = d.pop("state", UNSET)
        state: WebhookOrderState | Unset
        if isinstance(_state, Unset):
            state = UNSET
        else:
            state = check_webhook_order_state(_state)

        source_clinic_id = d.pop("sourceClinicId", UNSET)

        webhook_data = cls(
            clinic_id=clinic_id,
            user_id=user_id,
            role=role,
            order_id=order_id,
            state=state,
            source_clinic_id=source_clinic_id,
        )

        webhook_data.additional_properties = d
        return webhook_data

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
