from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.glycemic_ranges_preset import GlycemicRangesPreset, check_glycemic_ranges_preset
from ..models.glycemic_ranges_type import GlycemicRangesType, check_glycemic_ranges_type
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.glycemic_ranges_custom import GlycemicRangesCustom


T = TypeVar("T", bound="GlycemicRanges")


@_attrs_define
class GlycemicRanges:
    """The glucose ranges that a patient aims for.

    Attributes:
        type_ (GlycemicRangesType): Kind of ranges.
        custom (GlycemicRangesCustom | Unset): Ranges of the patient's own.
        preset (GlycemicRangesPreset | Unset): Ranges of the American Diabetes Association: the standard ones, those for
            a pregnancy with type 1 or type 2 diabetes, or those for people at high risk.
    """

    type_: GlycemicRangesType
    custom: GlycemicRangesCustom | Unset = UNSET
    preset: GlycemicRangesPreset | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_: str = self.type_

        custom: dict[str, Any] | Unset = UNSET
        if not isinstance(self.custom, Unset):
            custom = self.custom.to_dict()

        preset: str | Unset = UNSET
        if not isinstance(self.preset, Unset):
            preset = self.preset

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
            }
        )
        if custom is not UNSET:
            field_dict["custom"] = custom
        if preset is not UNSET:
            field_dict["preset"] = preset

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.glycemic_ranges_custom import GlycemicRangesCustom  # noqa: PLC0415

        d = dict(src_dict)
        type_ = check_glycemic_ranges_type(d.pop("type"))

        _custom = d.pop("custom", UNSET)
        custom: GlycemicRangesCustom | Unset
        if isinstance(_custom, Unset):
            custom = UNSET
        else:
            custom = GlycemicRangesCustom.from_dict(_custom)

        _preset = d.pop("preset", UNSET)
        preset: GlycemicRangesPreset | Unset
        if isinstance(_preset, Unset):
            preset = UNSET
        else:
            preset = check_glycemic_ranges_preset(_preset)

        glycemic_ranges = cls(
            type_=type_,
            custom=custom,
            preset=preset,
        )

        glycemic_ranges.additional_properties = d
        return glycemic_ranges

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
