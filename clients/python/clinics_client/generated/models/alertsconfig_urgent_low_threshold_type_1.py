from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.unitsmmol import Unitsmmol, check_unitsmmol

T = TypeVar("T", bound="AlertsconfigUrgentLowThresholdType1")


@_attrs_define
class AlertsconfigUrgentLowThresholdType1:
    """Glucose in mmol/L.

    Attributes:
        units (Unitsmmol): Unit of `value`, in two spellings.
        value (float): In mmol/L.
    """

    units: Unitsmmol
    value: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        units: str = self.units

        value = self.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "units": units,
                "value": value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        units = check_unitsmmol(d.pop("units"))

        value = d.pop("value")

        alertsconfig_urgent_low_threshold_type_1 = cls(
            units=units,
            value=value,
        )

        alertsconfig_urgent_low_threshold_type_1.additional_properties = d
        return alertsconfig_urgent_low_threshold_type_1

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
