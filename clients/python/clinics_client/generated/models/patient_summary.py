from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.bgm_stats import BgmStats
    from ..models.cgm_stats import CgmStats


T = TypeVar("T", bound="PatientSummary")


@_attrs_define
class PatientSummary:
    """Statistics of a patient's glucose data; a part is absent when there are none of its kind.

    Attributes:
        cgm_stats (CgmStats | Unset): Statistics of a continuous monitor (CGM). Without an `id` in a request it is
            ignored.
        bgm_stats (BgmStats | Unset): Statistics of a blood glucose meter (BGM). Without an `id` in a request it is
            ignored.
    """

    cgm_stats: CgmStats | Unset = UNSET
    bgm_stats: BgmStats | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        cgm_stats: dict[str, Any] | Unset = UNSET
        if not isinstance(self.cgm_stats, Unset):
            cgm_stats = self.cgm_stats.to_dict()

        bgm_stats: dict[str, Any] | Unset = UNSET
        if not isinstance(self.bgm_stats, Unset):
            bgm_stats = self.bgm_stats.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if cgm_stats is not UNSET:
            field_dict["cgmStats"] = cgm_stats
        if bgm_stats is not UNSET:
            field_dict["bgmStats"] = bgm_stats

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.bgm_stats import BgmStats  # noqa: PLC0415
        from ..models.cgm_stats import CgmStats  # noqa: PLC0415

        d = dict(src_dict)
        _cgm_stats = d.pop("cgmStats", UNSET)
        cgm_stats: CgmStats | Unset
        if isinstance(_cgm_stats, Unset):
            cgm_stats = UNSET
        else:
            cgm_stats = CgmStats.from_dict(_cgm_stats)

        _bgm_stats = d.pop("bgmStats", UNSET)
        bgm_stats: BgmStats | Unset
        if isinstance(_bgm_stats, Unset):
            bgm_stats = UNSET
        else:
            bgm_stats = BgmStats.from_dict(_bgm_stats)

        patient_summary = cls(
            cgm_stats=cgm_stats,
            bgm_stats=bgm_stats,
        )

        patient_summary.additional_properties = d
        return patient_summary

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
