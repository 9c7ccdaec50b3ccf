from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.clinic import Clinic
    from ..models.clinician import Clinician


T = TypeVar("T", bound="ClinicianClinicRelationship")


@_attrs_define
class ClinicianClinicRelationship:
    """A member or pending invite, and the clinic.

    Attributes:
        clinician (Clinician): A member, who has an id, or a pending invite, which has none.
        clinic (Clinic): A clinic's profile with its tags and sites. A request that leaves an optional field out keeps
            it as it is.
    """

    clinician: Clinician
    clinic: Clinic
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        clinician = self.clinician.to_dict()

        clinic = self.clinic.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "clinician": clinician,
                "clinic": clinic,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.clinic import Clinic  # noqa: PLC0415
        from ..models.clinician import Clinician  # noqa: PLC0415

        d = dict(src_dict)
        clinician = Clinician.from_dict(d.pop("clinician"))

        clinic = Clinic.from_dict(d.pop("clinic"))

        clinician_clinic_relationship = cls(
            clinician=clinician,
            clinic=clinic,
        )

        clinician_clinic_relationship.additional_properties = d
        return clinician_clinic_relationship

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
