from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.migration_status import MigrationStatus, check_migration_status
from ..types import UNSET, Unset

T = TypeVar("T", bound="Migration")


@_attrs_define
class Migration:
    """The move of a legacy account's patients into a clinic.

    Attributes:
        user_id (str): User id of the legacy account.
        created_time (datetime.datetime): When the migration was asked for.
        updated_time (datetime.datetime): When its status last changed.
        status (MigrationStatus | Unset): `PENDING`: not begun; `RUNNING`: patients are being moved; `COMPLETED`: all
            are moved.
        attestation_time (datetime.datetime | Unset): Ignored in requests, and in no answer.
    """

    user_id: str
    created_time: datetime.datetime
    updated_time: datetime.datetime
    status: MigrationStatus | Unset = UNSET
    attestation_time: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        user_id = self.user_id

        created_time = self.created_time.isoformat()

        updated_time = self.updated_time.isoformat()

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status

        attestation_time: str | Unset = UNSET
        if not isinstance(self.attestation_time, Unset):
            attestation_time = self.attestation_time.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "userId": user_id,
                "createdTime": created_time,
                "updatedTime": updated_time,
            }
        )
        if status is not UNSET:
            field_dict["status"] = status
        if attestation_time is not UNSET:
            field_dict["attestationTime"] = attestation_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        user_id = d.pop("userId")

        created_time = datetime.datetime.fromisoformat(d.pop("createdTime"))

        updated_time = datetime.datetime.fromisoformat(d.pop("updatedTime"))

        _status = d.pop("status", UNSET)
        status: MigrationStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = check_migration_status(_status)

        _attestation_time = d.pop("attestationTime", UNSET)
        attestation_time: datetime.datetime | Unset
        if isinstance(_attestation_time, Unset):
            attestation_time = UNSET
        else:
            attestation_time = datetime.datetime.fromisoformat(_attestation_time)

        migration = cls(
            user_id=user_id,
            created_time=created_time,
            updated_time=updated_time,
            status=status,
            attestation_time=attestation_time,
        )

        migration.additional_properties = d
        return migration

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
