from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.glycemic_ranges_threshold_upper_bound import GlycemicRangesThresholdUpperBound


T = TypeVar("T", bound="GlycemicRangesThreshold")


@_attrs_define
class GlycemicRangesThreshold:
    """A range of glucose values, by its upper bound.

    Attributes:
        name (str): What the range is called.
        upper_bound (GlycemicRangesThresholdUpperBound): Where a range ends.
        inclusive (bool | Unset): Whether the bound itself belongs to the range. Default: False.
    """

    name: str
    upper_bound: GlycemicRangesThresholdUpperBound
    inclusive: bool | Unset = False
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        upper_bound = self.upper_bound.to_dict()

        inclusive = self.inclusive

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "upperBound": upper_bound,
            }
        )
        if inclusive is not UNSET:
            field_dict["inclusive"] = inclusive

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.glycemic_ranges_threshold_upper_bound import GlycemicRangesThresholdUpperBound  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        upper_bound = GlycemicRangesThresholdUpperBound.from_dict(d.pop("upperBound"))

        inclusive = d.pop("inclusive", UNSET)

        glycemic_ranges_threshold = cls(
            name=name,
            upper_bound=upper_bound,
            inclusive=inclusive,
        )

        glycemic_ranges_threshold.additional_properties = d
        return glycemic_ranges_threshold

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
