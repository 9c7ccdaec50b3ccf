from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="EhrDestinations")


@_attrs_define
class EhrDestinations:
    """Ids of the destinations to which Redox delivers; absent when none are set.

    Attributes:
        flowsheet (str): Destination of flowsheets with statistics.
        results (str): Destination of answers to orders.
        notes (str): Destination of notes with the report.
    """

    flowsheet: str
    results: str
    notes: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        flowsheet = self.flowsheet

        results = self.results

        notes = self.notes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "flowsheet": flowsheet,
                "results": results,
                "notes": notes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        flowsheet = d.pop("flowsheet")

        results = d.pop("results")

        notes = d.pop("notes")

        ehr_destinations = cls(
            flowsheet=flowsheet,
            results=results,
            notes=notes,
        )

        ehr_destinations.additional_properties = d
        return ehr_destinations

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
