from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.clinic import Clinic
    from ..models.ehr_settings import EhrSettings
    from ..models.patient import Patient


T = TypeVar("T", bound="EhrMatchResponse")


@_attrs_define
class EhrMatchResponse:
    """The clinic a message is for, and the patients it may mean.

    Attributes:
        clinic (Clinic): A clinic's profile with its tags and sites. A request that leaves an optional field out keeps
            it as it is.
        settings (EhrSettings): How a clinic is connected to its health record system.
        patients (list[Patient] | Unset): Patients of a clinic.
    """

    clinic: Clinic
    settings: EhrSettings
    patients: list[Patient] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        clinic = self.clinic.to_dict()

        settings = self.settings.to_dict()

        patients: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.patients, Unset):
            patients = []
            for componentsschemaspatients_v1_item_data in self.patients:
                componentsschemaspatients_v1_item = componentsschemaspatients_v1_item_data.to_dict()
                patients.append(componentsschemaspatients_v1_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "clinic": clinic,
                "settings": settings,
            }
        )
        if patients is not UNSET:
            field_dict["patients"] = patients

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.clinic import Clinic  # noqa: PLC0415
        from ..models.ehr_settings import EhrSettings  # noqa: PLC0415
        from ..models.patient import Patient  # noqa: PLC0415

        d = dict(src_dict)
        clinic = Clinic.from_dict(d.pop("clinic"))

        settings = EhrSettings.from_dict(d.pop("settings"))

        _patients = d.pop("patients", UNSET)
        patients: list[Patient] | Unset = UNSET
        if _patients is not UNSET:
            patients = []
            for componentsschemaspatients_v1_item_data in _patients:
                componentsschemaspatients_v1_item = Patient.from_dict(componentsschemaspatients_v1_item_data)

                patients.append(componentsschemaspatients_v1_item)

        ehr_match_response = cls(
            clinic=clinic,
            settings=settings,
            patients=patients,
        )

        ehr_match_response.additional_properties = d
        return ehr_match_response

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
