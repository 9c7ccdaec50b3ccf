from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.bulk_creation_state import BulkCreationState, check_bulk_creation_state
from ..types import UNSET, Unset

T = TypeVar("T", bound="BulkCreation")


@_attrs_define
class BulkCreation:
    """The creation of patients from a file.

    Attributes:
        id (str): Id of the creation.
        state (BulkCreationState): `pending` until a worker begins, `running`, then `ready`: the result can be fetched.
            `expired` when it is gone, `failed` with a `problem`, `canceled` when it was stopped. Patients who were created
            by then stay.
        created_time (datetime.datetime): When the file was sent.
        total (int | Unset): Rows of the file; absent until a worker begins.
        done (int | Unset): How many of them were looked at.
        patients_created (int | Unset): How many patients were created.
        size (int | Unset): Bytes of the result.
        expiration_time (datetime.datetime | Unset): Until when the result can be fetched.
        link (str | Unset): Where the result is, as a path of this service, when it is `ready`. It needs the token of
            the caller who has sent the file, who must still be allowed to.
        problem (str | Unset): Why it ended early.
    """

    id: str
    state: BulkCreationState
    created_time: datetime.datetime
    total: int | Unset = UNSET
    done: int | Unset = UNSET
    patients_created: int | Unset = UNSET
    size: int | Unset = UNSET
    expiration_time: datetime.datetime | Unset = UNSET
    link: str | Unset = UNSET
    problem: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        state: str = self.state

        created_time = self.created_time.isoformat()

        total = self.total

        done = self.done

        patients_created = self.patients_created

        size = self.size

        expiration_time: str | Unset = UNSET
        if not isinstance(self.expiration_time, Unset):
            expiration_time = self.expiration_time.isoformat()

        link = self.link

        problem = self.problem

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "state": state,
                "createdTime": created_time,
            }
        )
        if total is not UNSET:
            field_dict["total"] = total
        if done is not UNSET:
            field_dict["done"] = done
        if patients_created is not UNSET:
            field_dict["patientsCreated"] = patients_created
        if size is not UNSET:
            field_dict["size"] = size
        if expiration_time is not UNSET:
            field_dict["expirationTime"] = expiration_time
        if link is not UNSET:
            field_dict["link"] = link
        if problem is not UNSET:
            field_dict["problem"] = problem

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        state = check_bulk_creation_state(d.pop("state"))

        created_time = datetime.datetime.fromisoformat(d.pop("createdTime"))

        total = d.pop("total", UNSET)

        done = d.pop("done", UNSET)

        patients_created = d.pop("patientsCreated", UNSET)

        size = d.pop("size", UNSET)

        _expiration_time = d.pop("expirationTime", UNSET)
        expiration_time: datetime.datetime | Unset
        if isinstance(_expiration_time, Unset):
            expiration_time = UNSET
        else:
            expiration_time = datetime.datetime.fromisoformat(_expiration_time)

        link = d.pop("link", UNSET)

        problem = d.pop("problem", UNSET)

        bulk_creation = cls(
            id=id,
            state=state,
            created_time=created_time,
            total=total,
            done=done,
            patients_created=patients_created,
            size=size,
            expiration_time=expiration_time,
            link=link,
            problem=problem,
        )

        bulk_creation.additional_properties = d
        return bulk_creation

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
