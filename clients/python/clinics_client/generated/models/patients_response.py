from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.meta import Meta
    from ..models.patient import Patient


T = TypeVar("T", bound="PatientsResponse")


@_attrs_define
class PatientsResponse:
    """A page of the patients, and how many there are.

    Attributes:
        data (list[Patient] | Unset): Patients of a clinic.
        meta (Meta | Unset): How many patients there are.
    """

    data: list[Patient] | Unset = UNSET
    meta: Meta | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.data, Unset):
            data = []
            for componentsschemaspatients_v1_item_data in self.data:
                componentsschemaspatients_v1_item = componentsschemaspatients_v1_item_data.to_dict()
                data.append(componentsschemaspatients_v1_item)

        meta: dict[str, Any] | Unset = UNSET
        if not isinstance(self.meta, Unset):
            meta = self.meta.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if data is not UNSET:
            field_dict["data"] = data
        if meta is not UNSET:
            field_dict["meta"] = meta

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.meta import Meta  # noqa: PLC0415
        from ..models.patient import Patient  # noqa: PLC0415

        d = dict(src_dict)
        _data = d.pop("data", UNSET)
        data: list[Patient] | Unset = UNSET
        if _data is not UNSET:
            data = []
            for componentsschemaspatients_v1_item_data in _data:
                componentsschemaspatients_v1_item = Patient.from_dict(componentsschemaspatients_v1_item_data)

                data.append(componentsschemaspatients_v1_item)

        _meta = d.pop("meta", UNSET)
        meta: Meta | Unset
        if isinstance(_meta, Unset):
            meta = UNSET
        else:
            meta = Meta.from_dict(_meta)

        patients_response = cls(
            data=data,
            meta=meta,
        )

        patients_response.additional_properties = d
        return patients_response

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
