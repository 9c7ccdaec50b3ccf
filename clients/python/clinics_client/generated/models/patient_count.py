from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.patient_count_providers import PatientCountProviders


T = TypeVar("T", bound="PatientCount")


@_attrs_define
class PatientCount:
    """Patients of a clinic, and their data sources by provider and state.

    Attributes:
        total (int): All patients of the clinic, the demo patient included.
        demo (int): Demo patients among them.
        plan (int): Patients who count for the limit: all but the demo patient and those with a data source of `twiist`.
        providers (PatientCountProviders | Unset): By provider; absent when there are no data sources.
    """

    total: int
    demo: int
    plan: int
    providers: PatientCountProviders | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        total = self.total

        demo = self.demo

        plan = self.plan

        providers: dict[str, Any] | Unset = UNSET
        if not isinstance(self.providers, Unset):
            providers = self.providers.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "total": total,
                "demo": demo,
                "plan": plan,
            }
        )
        if providers is not UNSET:
            field_dict["providers"] = providers

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.patient_count_providers import PatientCountProviders  # noqa: PLC0415

        d = dict(src_dict)
        total = d.pop("total")

        demo = d.pop("demo")

        plan = d.pop("plan")

        _providers = d.pop("providers", UNSET)
        providers: PatientCountProviders | Unset
        if isinstance(_providers, Unset):
            providers = UNSET
        else:
            providers = PatientCountProviders.from_dict(_providers)

        patient_count = cls(
            total=total,
            demo=demo,
            plan=plan,
            providers=providers,
        )

        patient_count.additional_properties = d
        return patient_count

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
