from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="EhrNoteSettings")


@_attrs_define
class EhrNoteSettings:
    """What notes contain; absent when nothing is asked for.

    Attributes:
        include_gmi (bool | Unset): Put the glucose management indicator into notes. Default: False.
    """

    include_gmi: bool | Unset = False
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        include_gmi = self.include_gmi

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if include_gmi is not UNSET:
            field_dict["includeGMI"] = include_gmi

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        include_gmi = d.pop("includeGMI", UNSET)

        ehr_note_settings = cls(
            include_gmi=include_gmi,
        )

        ehr_note_settings.additional_properties = d
        return ehr_note_settings

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
