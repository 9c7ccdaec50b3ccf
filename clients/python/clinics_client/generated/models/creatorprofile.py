from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.patientprofile import Patientprofile


T = TypeVar("T", bound="Creatorprofile")


@_attrs_define
class Creatorprofile:
    """Who sent it. Every key is present.

    Attributes:
        full_name (str): Name of the account's owner.
        patient (Patientprofile): The person whose data it is.
    """

    full_name: str
    patient: Patientprofile
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        full_name = self.full_name

        patient = self.patient.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "fullName": full_name,
                "patient": patient,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.patientprofile import Patientprofile  # noqa: PLC0415

        d = dict(src_dict)
        full_name = d.pop("fullName")

        patient = Patientprofile.from_dict(d.pop("patient"))

        creatorprofile = cls(
            full_name=full_name,
            patient=patient,
        )

        creatorprofile.additional_properties = d
        return creatorprofile

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
