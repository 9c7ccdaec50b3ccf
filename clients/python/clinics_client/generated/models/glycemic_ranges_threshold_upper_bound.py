from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.glucose_units import GlucoseUnits, check_glucose_units

T = TypeVar("T", bound="GlycemicRangesThresholdUpperBound")


@_attrs_define
class GlycemicRangesThresholdUpperBound:
    """Where a range ends.

    Attributes:
        value (float): Glucose, in `units`, up to 1,000.
        units (GlucoseUnits): A unit of glucose values.
    """

    value: float
    units: GlucoseUnits
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        value = self.value

        units: str = self.units

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "value": value,
                "units": units,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        value = d.pop("value")

        units = check_glucose_units(d.pop("units"))

        glycemic_ranges_threshold_upper_bound = cls(
            value=value,
            units=units,
        )

        glycemic_ranges_threshold_upper_bound.additional_properties = d
        return glycemic_ranges_threshold_upper_bound

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
