from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="EhrTagsSettings")


@_attrs_define
class EhrTagsSettings:
    """Which parts of a Redox order name the patient's tags.

    Attributes:
        codes (list[str] | None | Unset): Codes of the parts, 100 at most; null when there are none.
        separator (str | Unset): What stands between two tags, blanks included; absent when none is set.
    """

    codes: list[str] | None | Unset = UNSET
    separator: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        codes: list[str] | None | Unset
        if isinstance(self.codes, Unset):
            codes = UNSET
        elif isinstance(self.codes, list):
            codes = self.codes

        else:
            codes = self.codes

        separator = self.separator

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if codes is not UNSET:
            field_dict["codes"] = codes
        if separator is not UNSET:
            field_dict["separator"] = separator

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_codes(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                codes_type_0 = cast(list[str], data)

                return codes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        codes = _parse_codes(d.pop("codes", UNSET))

        separator = d.pop("separator", UNSET)

        ehr_tags_settings = cls(
            codes=codes,
            separator=separator,
        )

        ehr_tags_settings.additional_properties = d
        return ehr_tags_settings

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
