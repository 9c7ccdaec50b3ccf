from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PatientTag")


@_attrs_define
class PatientTag:
    """A label of the clinic for its patients.

    Attributes:
        id (str): Id of a tag or site: 24 hexadecimal digits in lower case.
        name (str): 1 to 20 characters: letters and digits of any script, `_ + > < -`, blanks inside.
        num_patients (int | Unset): How many patients of the clinic have it; absent when no one does.
    """

    id: str
    name: str
    num_patients: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        num_patients = self.num_patients

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
            }
        )
        if num_patients is not UNSET:
            field_dict["numPatients"] = num_patients

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        num_patients = d.pop("numPatients", UNSET)

        patient_tag = cls(
            id=id,
            name=name,
            num_patients=num_patients,
        )

        patient_tag.additional_properties = d
        return patient_tag

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
