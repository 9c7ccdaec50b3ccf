from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.alertsconfig_high_threshold_type_0 import AlertsconfigHighThresholdType0
    from ..models.alertsconfig_high_threshold_type_1 import AlertsconfigHighThresholdType1


T = TypeVar("T", bound="AlertsconfigHigh")


@_attrs_define
class AlertsconfigHigh:
    """Glucose is high.

    Attributes:
        threshold (AlertsconfigHighThresholdType0 | AlertsconfigHighThresholdType1): The glucose value at which the
            alert begins.
        enabled (bool | Unset): Whether the alert is on. Default: False.
        delay (int | Unset): Minutes to wait before the alert. Default: 0.
        repeat (int | Unset): Minutes after which the alert is repeated; 0: it is not. Default: 0.
    """

    threshold: AlertsconfigHighThresholdType0 | AlertsconfigHighThresholdType1
    enabled: bool | Unset = False
    delay: int | Unset = 0
    repeat: int | Unset = 0
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.alertsconfig_high_threshold_type_0 import AlertsconfigHighThresholdType0  # noqa: PLC0415

        threshold: dict[str, Any]
        if isinstance(self.threshold, AlertsconfigHighThresholdType0):
            threshold = self.threshold.to_dict()
        else:
            threshold = self.threshold.to_dict()

        enabled = self.enabled

        delay = self.delay

        repeat = self.repeat

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "threshold": threshold,
            }
        )
        if enabled is not UNSET:
            field_dict["enabled"] = enabled
        if delay is not UNSET:
            field_dict["delay"] = delay
        if repeat is not UNSET:
            field_dict["repeat"] = repeat

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alertsconfig_high_threshold_type_0 import AlertsconfigHighThresholdType0  # noqa: PLC0415
        from ..models.alertsconfig_high_threshold_type_1 import AlertsconfigHighThresholdType1  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_threshold(data: object) -> AlertsconfigHighThresholdType0 | AlertsconfigHighThresholdType1:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                threshold_type_0 = AlertsconfigHighThresholdType0.from_dict(data)

                return threshold_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            threshold_type_1 = AlertsconfigHighThresholdType1.from_dict(data)

            return threshold_type_1

        threshold = _parse_threshold(d.pop("threshold"))

        enabled = d.pop("enabled", UNSET)

        delay = d.pop("delay", UNSET)

        repeat = d.pop("repeat", UNSET)

        alertsconfig_high = cls(
            threshold=threshold,
            enabled=enabled,
            delay=delay,
            repeat=repeat,
        )

        alertsconfig_high.additional_properties = d
        return alertsconfig_high

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
