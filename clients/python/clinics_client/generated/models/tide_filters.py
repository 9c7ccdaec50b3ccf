from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="TideFilters")


@_attrs_define
class TideFilters:
    """Labels of five categories, the same ones whatever was asked for.

    Attributes:
        drop_in_time_in_target_percent (str | Unset): Label of the category of this name: a comparison with a fraction
            from 0 to 1.
        time_cgm_use_percent (str | Unset): Label of the category of this name: a comparison with a fraction from 0 to
            1.
        time_in_any_low_percent (str | Unset): Label of the category of this name: a comparison with a fraction from 0
            to 1.
        time_in_extreme_high_percent (str | Unset): Label of the category of this name: a comparison with a fraction
            from 0 to 1.
        time_in_high_percent (str | Unset): Label of the category of this name: a comparison with a fraction from 0 to
            1.
        time_in_target_percent (str | Unset): Label of the category of this name: a comparison with a fraction from 0 to
            1.
        time_in_very_high_percent (str | Unset): Label of the category of this name: a comparison with a fraction from 0
            to 1.
        time_in_very_low_percent (str | Unset): Label of the category of this name: a comparison with a fraction from 0
            to 1.
    """

    drop_in_time_in_target_percent: str | Unset = UNSET
    time_cgm_use_percent: str | Unset = UNSET
    time_in_any_low_percent: str | Unset = UNSET
    time_in_extreme_high_percent: str | Unset = UNSET
    time_in_high_percent: str | Unset = UNSET
    time_in_target_percent: str | Unset = UNSET
    time_in_very_high_percent: str | Unset = UNSET
    time_in_very_low_percent: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        drop_in_time_in_target_percent = self.drop_in_time_in_target_percent

        time_cgm_use_percent = self.time_cgm_use_percent

        time_in_any_low_percent = self.time_in_any_low_percent

        time_in_extreme_high_percent = self.time_in_extreme_high_percent

        time_in_high_percent = self.time_in_high_percent

        time_in_target_percent = self.time_in_target_percent

        time_in_very_high_percent = self.time_in_very_high_percent

        time_in_very_low_percent = self.time_in_very_low_percent

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if drop_in_time_in_target_percent is not UNSET:
            field_dict["dropInTimeInTargetPercent"] = drop_in_time_in_target_percent
        if time_cgm_use_percent is not UNSET:
            field_dict["timeCGMUsePercent"] = time_cgm_use_percent
        if time_in_any_low_percent is not UNSET:
            field_dict["timeInAnyLowPercent"] = time_in_any_low_percent
        if time_in_extreme_high_percent is not UNSET:
            field_dict["timeInExtremeHighPercent"] = time_in_extreme_high_percent
        if time_in_high_percent is not UNSET:
            field_dict["timeInHighPercent"] = time_in_high_percent
        if time_in_target_percent is not UNSET:
            field_dict["timeInTargetPercent"] = time_in_target_percent
        if time_in_very_high_percent is not UNSET:
            field_dict["timeInVeryHighPercent"] = time_in_very_high_percent
        if time_in_very_low_percent is not UNSET:
            field_dict["timeInVeryLowPercent"] = time_in_very_low_percent

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        drop_in_time_in_target_percent = d.pop("dropInTimeInTargetPercent", UNSET)

        time_cgm_use_percent = d.pop("timeCGMUsePercent", UNSET)

        time_in_any_low_percent = d.pop("timeInAnyLowPercent", UNSET)

        time_in_extreme_high_percent = d.pop("timeInExtremeHighPercent", UNSET)

        time_in_high_percent = d.pop("timeInHighPercent", UNSET)

        time_in_target_percent = d.pop("timeInTargetPercent", UNSET)

        time_in_very_high_percent = d.pop("timeInVeryHighPercent", UNSET)

        time_in_very_low_percent = d.pop("timeInVeryLowPercent", UNSET)

        tide_filters = cls(
            drop_in_time_in_target_percent=drop_in_time_in_target_percent,
            time_cgm_use_percent=time_cgm_use_percent,
            time_in_any_low_percent=time_in_any_low_percent,
            time_in_extreme_high_percent=time_in_extreme_high_percent,
            time_in_high_percent=time_in_high_percent,
            time_in_target_percent=time_in_target_percent,
            time_in_very_high_percent=time_in_very_high_percent,
            time_in_very_low_percent=time_in_very_low_percent,
        )

        tide_filters.additional_properties = d
        return tide_filters

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
