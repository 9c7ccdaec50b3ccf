from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SummaryConfig")


@_attrs_define
class SummaryConfig:
    """What it was made with.

    Attributes:
        schema_version (float): Version of the calculation.
        high_glucose_threshold (float): Glucose above it counts as high, in mmol/L.
        very_high_glucose_threshold (float): Glucose above it counts as very high, in mmol/L.
        low_glucose_threshold (float): Glucose below it counts as low, in mmol/L.
        very_low_glucose_threshold (float): Glucose below it counts as very low, in mmol/L.
    """

    schema_version: float
    high_glucose_threshold: float
    very_high_glucose_threshold: float
    low_glucose_threshold: float
    very_low_glucose_threshold: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        schema_version = self.schema_version

        high_glucose_threshold = self.high_glucose_threshold

        very_high_glucose_threshold = self.very_high_glucose_threshold

        low_glucose_threshold = self.low_glucose_threshold

        very_low_glucose_threshold = self.very_low_glucose_threshold

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "schemaVersion": schema_version,
                "highGlucoseThreshold": high_glucose_threshold,
                "veryHighGlucoseThreshold": very_high_glucose_threshold,
                "lowGlucoseThreshold": low_glucose_threshold,
                "veryLowGlucoseThreshold": very_low_glucose_threshold,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        schema_version = d.pop("schemaVersion")

        high_glucose_threshold = d.pop("highGlucoseThreshold")

        very_high_glucose_threshold = d.pop("veryHighGlucoseThreshold")

        low_glucose_threshold = d.pop("lowGlucoseThreshold")

        very_low_glucose_threshold = d.pop("veryLowGlucoseThreshold")

        summary_config = cls(
            schema_version=schema_version,
            high_glucose_threshold=high_glucose_threshold,
            very_high_glucose_threshold=very_high_glucose_threshold,
            low_glucose_threshold=low_glucose_threshold,
            very_low_glucose_threshold=very_low_glucose_threshold,
        )

        summary_config.additional_properties = d
        return summary_config

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
