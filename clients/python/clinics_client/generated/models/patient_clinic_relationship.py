from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.clinic import Clinic
    from ..models.patient import Patient


T = TypeVar("T", bound="PatientClinicRelationship")


@_attrs_define
class PatientClinicRelationship:
    """A patient's record, and the clinic whose record it is.

    Attributes:
        patient (Patient): A person as one clinic knows them.
        clinic (Clinic): A clinic's profile with its tags and sites. A request that leaves an optional field out keeps
            it as it is.
    """

    patient: Patient
    clinic: Clinic
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        patient = self.patient.to_dict()

        clinic = self.clinic.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "patient": patient,
                "clinic": clinic,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.clinic import Clinic  # noqa: PLC0415
        from ..models.patient import Patient  # noqa: PLC0415

        d = dict(src_dict)
        patient = Patient.from_dict(d.pop("patient"))

        clinic = Clinic.from_dict(d.pop("clinic"))

        patient_clinic_relationship = cls(
            patient=patient,
            clinic=clinic,
        )

        patient_clinic_relationship.additional_properties = d
        return patient_clinic_relationship

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
