from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PatientReview")


@_attrs_define
class PatientReview:
    """A clinician has looked at the patient's data.

    Attributes:
        clinician_id (str): User id of the clinician.
        time (datetime.datetime): When the clinician marked the patient as reviewed.
    """

    clinician_id: str
    time: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        clinician_id = self.clinician_id

        time = self.time.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "clinicianId": clinician_id,
                "time": time,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        clinician_id = d.pop("clinicianId")

        time = datetime.datetime.fromisoformat(d.pop("time"))

        patient_review = cls(
            clinician_id=clinician_id,
            time=time,
        )

        patient_review.additional_properties = d
        return patient_review

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
