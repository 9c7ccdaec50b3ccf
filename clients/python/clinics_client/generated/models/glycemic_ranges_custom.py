from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.glycemic_ranges_threshold import GlycemicRangesThreshold


T = TypeVar("T", bound="GlycemicRangesCustom")


@_attrs_define
class GlycemicRangesCustom:
    """Ranges of the patient's own.

    Attributes:
        name (str): What the ranges are called together.
        thresholds (list[GlycemicRangesThreshold]): At most 20 ranges.
    """

    name: str
    thresholds: list[GlycemicRangesThreshold]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        thresholds = []
        for thresholds_item_data in self.thresholds:
            thresholds_item = thresholds_item_data.to_dict()
            thresholds.append(thresholds_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "thresholds": thresholds,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.glycemic_ranges_threshold import GlycemicRangesThreshold  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        thresholds = []
        _thresholds = d.pop("thresholds")
        for thresholds_item_data in _thresholds:
            thresholds_item = GlycemicRangesThreshold.from_dict(thresholds_item_data)

            thresholds.append(thresholds_item)

        glycemic_ranges_custom = cls(
            name=name,
            thresholds=thresholds,
        )

        glycemic_ranges_custom.additional_properties = d
        return glycemic_ranges_custom

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
