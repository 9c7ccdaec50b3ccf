from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.patient_count_limit import PatientCountLimit


T = TypeVar("T", bound="PatientCountSettings")


@_attrs_define
class PatientCountSettings:
    """The hard limit refuses new accounts with 402, the soft one refuses no one. One that is absent does not exist.

    Attributes:
        hard_limit (PatientCountLimit | Unset): In force between the dates, both inclusive.
        soft_limit (PatientCountLimit | Unset): In force between the dates, both inclusive.
    """

    hard_limit: PatientCountLimit | Unset = UNSET
    soft_limit: PatientCountLimit | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        hard_limit: dict[str, Any] | Unset = UNSET
        if not isinstance(self.hard_limit, Unset):
            hard_limit = self.hard_limit.to_dict()

        soft_limit: dict[str, Any] | Unset = UNSET
        if not isinstance(self.soft_limit, Unset):
            soft_limit = self.soft_limit.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if hard_limit is not UNSET:
            field_dict["hardLimit"] = hard_limit
        if soft_limit is not UNSET:
            field_dict["softLimit"] = soft_limit

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.patient_count_limit import PatientCountLimit  # noqa: PLC0415

        d = dict(src_dict)
        _hard_limit = d.pop("hardLimit", UNSET)
        hard_limit: PatientCountLimit | Unset
        if isinstance(_hard_limit, Unset):
            hard_limit = UNSET
        else:
            hard_limit = PatientCountLimit.from_dict(_hard_limit)

        _soft_limit = d.pop("softLimit", UNSET)
        soft_limit: PatientCountLimit | Unset
        if isinstance(_soft_limit, Unset):
            soft_limit = UNSET
        else:
            soft_limit = PatientCountLimit.from_dict(_soft_limit)

        patient_count_settings = cls(
            hard_limit=hard_limit,
            soft_limit=soft_limit,
        )

        patient_count_settings.additional_properties = d
        return patient_count_settings

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
