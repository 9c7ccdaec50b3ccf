from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Patientprofile")


@_attrs_define
class Patientprofile:
    """The person whose data it is.

    Attributes:
        birthday (str | Unset): Day of birth, `YYYY-MM-DD`, or empty.
        diagnosis_date (str | Unset): Day of the diagnosis, `YYYY-MM-DD`, or empty.
        is_other_person (bool | Unset): Whether someone else owns the account, such as a parent.
        full_name (str | Unset): Name of the person where `isOtherPerson` is true; may be empty.
    """

    birthday: str | Unset = UNSET
    diagnosis_date: str | Unset = UNSET
    is_other_person: bool | Unset = UNSET
    full_name: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        birthday = self.birthday

        diagnosis_date = self.diagnosis_date

        is_other_person = self.is_other_person

        full_name = self.full_name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if birthday is not UNSET:
            field_dict["birthday"] = birthday
        if diagnosis_date is not UNSET:
            field_dict["diagnosisDate"] = diagnosis_date
        if is_other_person is not UNSET:
            field_dict["isOtherPerson"] = is_other_person
        if full_name is not UNSET:
            field_dict["fullName"] = full_name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        birthday = d.pop("birthday", UNSET)

        diagnosis_date = d.pop("diagnosisDate", UNSET)

        is_other_person = d.pop("isOtherPerson", UNSET)

        full_name = d.pop("fullName", UNSET)

        patientprofile = cls(
            birthday=birthday,
            diagnosis_date=diagnosis_date,
            is_other_person=is_other_person,
            full_name=full_name,
        )

        patientprofile.additional_properties = d
        return patientprofile

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
