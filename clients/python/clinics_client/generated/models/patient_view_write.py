from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.patient_view_write_conditions import PatientViewWriteConditions


T = TypeVar("T", bound="PatientViewWrite")


@_attrs_define
class PatientViewWrite:
    """A saved view. Without `columns` it has none of its own.

    Attributes:
        name (str): Its name, which no other of the same kind has.
        conditions (PatientViewWriteConditions): Parameters of ListPatients and their texts, as they stand in an address
            but without encoding: filters, `sort`, `sortType` and `period`. `search`, `offset` and `limit` are no part of a
            view. Empty: all patients, by name.
        shared (bool | Unset): Whether all members of the clinic see it; false when absent in a request: only the member
            who made it does.
        columns (list[str] | Unset): Names of the columns in their order, which mean something to the client alone.
    """

    name: str
    conditions: PatientViewWriteConditions
    shared: bool | Unset = UNSET
    columns: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        conditions = self.conditions.to_dict()

        shared = self.shared

        columns: list[str] | Unset = UNSET
        if not isinstance(self.columns, Unset):
            columns = self.columns

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "conditions": conditions,
            }
        )
        if shared is not UNSET:
            field_dict["shared"] = shared
        if columns is not UNSET:
            field_dict["columns"] = columns

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.patient_view_write_conditions import PatientViewWriteConditions  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        conditions = PatientViewWriteConditions.from_dict(d.pop("conditions"))

        shared = d.pop("shared", UNSET)

        columns = cast(list[str], d.pop("columns", UNSET))

        patient_view_write = cls(
            name=name,
            conditions=conditions,
            shared=shared,
            columns=columns,
        )

        patient_view_write.additional_properties = d
        return patient_view_write

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
