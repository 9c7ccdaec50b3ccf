from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.data_source_state import DataSourceState, check_data_source_state
from ..types import UNSET, Unset

T = TypeVar("T", bound="DataSourceWrite")


@_attrs_define
class DataSourceWrite:
    """A device account that delivers the patient's data.

    Attributes:
        state (DataSourceState): `pending`: the patient was asked to connect; `pendingReconnect`: to connect again;
            `connected`; `disconnected`: no longer connected; `error`: the connection fails.
        provider_name (str): Provider of the device account, such as `dexcom`, `twiist` or `abbott`.
        data_source_id (str | Unset): Id in the data service; absent when it has none.
        modified_time (datetime.datetime | Unset): A time with an offset, as RFC 3339 has it.
        expiration_time (datetime.datetime | Unset): A time with an offset, as RFC 3339 has it.
        latest_data_time (datetime.datetime | Unset): A time with an offset, as RFC 3339 has it.
        created_time (datetime.datetime | Unset): A time with an offset, as RFC 3339 has it.
        connected_time (datetime.datetime | Unset): A time with an offset, as RFC 3339 has it.
    """

    state: DataSourceState
    provider_name: str
    data_source_id: str | Unset = UNSET
    modified_time: datetime.datetime | Unset = UNSET
    expiration_time: datetime.datetime | Unset = UNSET
    latest_data_time: datetime.datetime | Unset = UNSET
    created_time: datetime.datetime | Unset = UNSET
    connected_time: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        state: str = self.state

        provider_name = self.provider_name

        data_source_id = self.data_source_id

        modified_time: str | Unset = UNSET
        if not isinstance(self.modified_time, Unset):
            modified_time = self.modified_time.isoformat()

        expiration_time: str | Unset = UNSET
        if not isinstance(self.expiration_time, Unset):
            expiration_time = self.expiration_time.isoformat()

        latest_data_time: str | Unset = UNSET
        if not isinstance(self.latest_data_time, Unset):
            latest_data_time = self.latest_data_time.isoformat()

        created_time: str | Unset = UNSET
        if not isinstance(self.created_time, Unset):
            created_time = self.created_time.isoformat()

        connected_time: str | Unset = UNSET
        if not isinstance(self.connected_time, Unset):
            connected_time = self.connected_time.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "state": state,
                "providerName": provider_name,
            }
        )
        if data_source_id is not UNSET:
            field_dict["dataSourceId"] = data_source_id
        if modified_time is not UNSET:
            field_dict["modifiedTime"] = modified_time
        if expiration_time is not UNSET:
            field_dict["expirationTime"] = expiration_time
        if latest_data_time is not UNSET:
            field_dict["latestDataTime"] = latest_data_time
        if created_time is not UNSET:
            field_dict["createdTime"] = created_time
        if connected_time is not UNSET:
            field_dict["connectedTime"] = connected_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        state = check_data_source_state(d.pop("state"))

        provider_name = d.pop("providerName")

        data_source_id = d.pop("dataSourceId", UNSET)

        _modified_time = d.pop("modifiedTime", UNSET)
        modified_time: datetime.datetime | Unset
        if isinstance(_modified_time, Unset):
            modified_time = UNSET
        else:
            modified_time = datetime.datetime.fromisoformat(_modified_time)

        _expiration_time = d.pop("expirationTime", UNSET)
        expiration_time: datetime.datetime | Unset
        if isinstance(_expiration_time, Unset):
            expiration_time = UNSET
        else:
            expiration_time = datetime.datetime.fromisoformat(_expiration_time)

        _latest_data_time = d.pop("latestDataTime", UNSET)
        latest_data_time: datetime.datetime | Unset
        if isinstance(_latest_data_time, Unset):
            latest_data_time = UNSET
        else:
            latest_data_time = datetime.datetime.fromisoformat(_latest_data_time)

        _created_time = d.pop("createdTime", UNSET)
        created_time: datetime.datetime | Unset
        if isinstance(_created_time, Unset):
            created_time = UNSET
        else:
            created_time = datetime.datetime.fromisoformat(_created_time)

        _connected_time = d.pop("connectedTime", UNSET)
        connected_time: datetime.datetime | Unset
        if isinstance(_connected_time, Unset):
            connected_time = UNSET
        else:
            connected_time = datetime.datetime.fromisoformat(_connected_time)

        data_source_write = cls(
            state=state,
            provider_name=provider_name,
            data_source_id=data_source_id,
            modified_time=modified_time,
            expiration_time=expiration_time,
            latest_data_time=latest_data_time,
            created_time=created_time,
            connected_time=connected_time,
        )

        data_source_write.additional_properties = d
        return data_source_write

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
