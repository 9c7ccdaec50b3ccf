from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.patient_view_conditions import PatientViewConditions


T = TypeVar("T", bound="PatientView")


@_attrs_define
class PatientView:
    """A saved view of a clinic's patients: by what the list is narrowed, its order and its columns.

    Attributes:
        id (str): Id of the view.
        name (str): Its name, which no other of the same kind has.
        shared (bool): Whether all members of the clinic see it; false when absent in a request: only the member who
            made it does.
        owner_id (str): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        conditions (PatientViewConditions): Parameters of ListPatients and their texts, as they stand in an address but
            without encoding: filters, `sort`, `sortType` and `period`. `search`, `offset` and `limit` are no part of a
            view. Empty: all patients, by name.
        columns (list[str]): Names of the columns in their order, which mean something to the client alone.
        created_time (datetime.datetime): When it was made.
        updated_time (datetime.datetime): When it last changed.
    """

    id: str
    name: str
    shared: bool
    owner_id: str
    conditions: PatientViewConditions
    columns: list[str]
    created_time: datetime.datetime
    updated_time: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        shared = self.shared

        owner_id = self.owner_id

        conditions = self.conditions.to_dict()

        columns = self.columns

        created_time = self.created_time.isoformat()

        updated_time = self.updated_time.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "shared": shared,
                "ownerId": owner_id,
                "conditions": conditions,
                "columns": columns,
                "createdTime": created_time,
                "updatedTime": updated_time,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.patient_view_conditions import PatientViewConditions  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        shared = d.pop("shared")

        owner_id = d.pop("ownerId")

        conditions = PatientViewConditions.from_dict(d.pop("conditions"))

        columns = cast(list[str], d.pop("columns"))

        created_time = datetime.datetime.fromisoformat(d.pop("createdTime"))

        updated_time = datetime.datetime.fromisoformat(d.pop("updatedTime"))

        patient_view = cls(
            id=id,
            name=name,
            shared=shared,
            owner_id=owner_id,
            conditions=conditions,
            columns=columns,
            created_time=created_time,
            updated_time=updated_time,
        )

        patient_view.additional_properties = d
        return patient_view

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
