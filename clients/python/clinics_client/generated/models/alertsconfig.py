from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.alertsconfig_high import AlertsconfigHigh
    from ..models.alertsconfig_low import AlertsconfigLow
    from ..models.alertsconfig_no_communication import AlertsconfigNoCommunication
    from ..models.alertsconfig_not_looping import AlertsconfigNotLooping
    from ..models.alertsconfig_urgent_low import AlertsconfigUrgentLow


T = TypeVar("T", bound="Alertsconfig")


@_attrs_define
class Alertsconfig:
    """The alerts that the invited follower gets; absent: none. Needs the permission `follow`.

    Attributes:
        urgent_low (AlertsconfigUrgentLow | Unset): Glucose is dangerously low.
        low (AlertsconfigLow | Unset): Glucose is low.
        high (AlertsconfigHigh | Unset): Glucose is high.
        no_communication (AlertsconfigNoCommunication | Unset): No data arrive.
        not_looping (AlertsconfigNotLooping | Unset): The pump does not dose by itself.
    """

    urgent_low: AlertsconfigUrgentLow | Unset = UNSET
    low: AlertsconfigLow | Unset = UNSET
    high: AlertsconfigHigh | Unset = UNSET
    no_communication: AlertsconfigNoCommunication | Unset = UNSET
    not_looping: AlertsconfigNotLooping | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        urgent_low: dict[str, Any] | Unset = UNSET
        if not isinstance(self.urgent_low, Unset):
            urgent_low = self.urgent_low.to_dict()

        low: dict[str, Any] | Unset = UNSET
        if not isinstance(self.low, Unset):
            low = self.low.to_dict()

        high: dict[str, Any] | Unset = UNSET
        if not isinstance(self.high, Unset):
            high = self.high.to_dict()

        no_communication: dict[str, Any] | Unset = UNSET
        if not isinstance(self.no_communication, Unset):
            no_communication = self.no_communication.to_dict()

        not_looping: dict[str, Any] | Unset = UNSET
        if not isinstance(self.not_looping, Unset):
            not_looping = self.not_looping.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if urgent_low is not UNSET:
            field_dict["urgentLow"] = urgent_low
        if low is not UNSET:
            field_dict["low"] = low
        if high is not UNSET:
            field_dict["high"] = high
        if no_communication is not UNSET:
            field_dict["noCommunication"] = no_communication
        if not_looping is not UNSET:
            field_dict["notLooping"] = not_looping

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alertsconfig_high import AlertsconfigHigh  # noqa: PLC0415
        from ..models.alertsconfig_low import AlertsconfigLow  # noqa: PLC0415
        from ..models.alertsconfig_no_communication import AlertsconfigNoCommunication  # noqa: PLC0415
        from ..models.alertsconfig_not_looping import AlertsconfigNotLooping  # noqa: PLC0415
        from ..models.alertsconfig_urgent_low import AlertsconfigUrgentLow  # noqa: PLC0415

        d = dict(src_dict)
        _urgent_low = d.pop("urgentLow", UNSET)
        urgent_low: AlertsconfigUrgentLow | Unset
        if isinstance(_urgent_low, Unset):
            urgent_low = UNSET
        else:
            urgent_low = AlertsconfigUrgentLow.from_dict(_urgent_low)

        _low = d.pop("low", UNSET)
        low: AlertsconfigLow | Unset
        if isinstance(_low, Unset):
            low = UNSET
        else:
            low = AlertsconfigLow.from_dict(_low)

        _high = d.pop("high", UNSET)
        high: AlertsconfigHigh | Unset
        if isinstance(_high, Unset):
            high = UNSET
        else:
            high = AlertsconfigHigh.from_dict(_high)

        _no_communication = d.pop("noCommunication", UNSET)
        no_communication: AlertsconfigNoCommunication | Unset
        if isinstance(_no_communication, Unset):
            no_communication = UNSET
        else:
            no_communication = AlertsconfigNoCommunication.from_dict(_no_communication)

        _not_looping = d.pop("notLooping", UNSET)
        not_looping: AlertsconfigNotLooping | Unset
        if isinstance(_not_looping, Unset):
            not_looping = UNSET
        else:
            not_looping = AlertsconfigNotLooping.from_dict(_not_looping)

        alertsconfig = cls(
            urgent_low=urgent_low,
            low=low,
            high=high,
            no_communication=no_communication,
            not_looping=not_looping,
        )

        alertsconfig.additional_properties = d
        return alertsconfig

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
