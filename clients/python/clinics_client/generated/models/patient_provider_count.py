from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.patient_provider_count_states import PatientProviderCountStates


T = TypeVar("T", bound="PatientProviderCount")


@_attrs_define
class PatientProviderCount:
    """Data sources of one provider, those of the demo patient left out. A patient may have several.

    Attributes:
        total (int): All data sources of the provider.
        states (PatientProviderCountStates): Numbers by state: `connected`, `pending` and so on.
    """

    total: int
    states: PatientProviderCountStates
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        total = self.total

        states = self.states.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "total": total,
                "states": states,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.patient_provider_count_states import PatientProviderCountStates  # noqa: PLC0415

        d = dict(src_dict)
        total = d.pop("total")

        states = PatientProviderCountStates.from_dict(d.pop("states"))

        patient_provider_count = cls(
            total=total,
            states=states,
        )

        patient_provider_count.additional_properties = d
        return patient_provider_count

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
