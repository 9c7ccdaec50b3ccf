from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.unitsmgdl import Unitsmgdl, check_unitsmgdl

T = TypeVar("T", bound="AlertsconfigHighThresholdType0")


@_attrs_define
class AlertsconfigHighThresholdType0:
    """Glucose in mg/dL.

    Attributes:
        units (Unitsmgdl): Unit of `value`, in two spellings.
        value (int): From 0 to 1,000 mg/dL.
    """

    units: Unitsmgdl
    value: int
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
        units = check_unitsmgdl(d.pop("units"))

        value = d.pop("value")

        alertsconfig_high_threshold_type_0 = cls(
            units=units,
            value=value,
        )

        alertsconfig_high_threshold_type_0.additional_properties = d
        return alertsconfig_high_threshold_type_0

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
