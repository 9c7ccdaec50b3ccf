from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="SummaryDates")


@_attrs_define
class SummaryDates:
    """How old the data are and when they arrived.

    Attributes:
        has_first_data (bool): Whether there is a value of `firstData`.
        has_last_data (bool): Whether there is a value of `lastData`.
        has_last_upload_date (bool): Whether there is a value of `lastUploadDate`.
        has_outdated_since (bool): Whether there is a value of `outdatedSince`.
        last_upload_date (datetime.datetime | Unset): When the patient uploaded last.
        last_data (datetime.datetime | Unset): Time of the newest reading.
        first_data (datetime.datetime | Unset): Time of the oldest reading that counts.
        outdated_since (datetime.datetime | Unset): Since when there are data that are not in the statistics; absent
            when there are none.
        last_updated_date (datetime.datetime | Unset): When it was calculated.
        last_updated_reason (list[str] | Unset): Why it was calculated.
        outdated_since_limit (datetime.datetime | Unset): `outdatedSince` does not move beyond it.
        outdated_reason (list[str] | Unset): Why it has to be calculated again.
    """

    has_first_data: bool
    has_last_data: bool
    has_last_upload_date: bool
    has_outdated_since: bool
    last_upload_date: datetime.datetime | Unset = UNSET
    last_data: datetime.datetime | Unset = UNSET
    first_data: datetime.datetime | Unset = UNSET
    outdated_since: datetime.datetime | Unset = UNSET
    last_updated_date: datetime.datetime | Unset = UNSET
    last_updated_reason: list[str] | Unset = UNSET
    outdated_since_limit: datetime.datetime | Unset = UNSET
    outdated_reason: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        has_first_data = self.has_first_data

        has_last_data = self.has_last_data

        has_last_upload_date = self.has_last_upload_date

        has_outdated_since = self.has_outdated_since

        last_upload_date: str | Unset = UNSET
        if not isinstance(self.last_upload_date, Unset):
            last_upload_date = self.last_upload_date.isoformat()

        last_data: str | Unset = UNSET
        if not isinstance(self.last_data, Unset):
            last_data = self.last_data.isoformat()

        first_data: str | Unset = UNSET
        if not isinstance(self.first_data, Unset):
            first_data = self.first_data.isoformat()

        outdated_since: str | Unset = UNSET
        if not isinstance(self.outdated_since, Unset):
            outdated_since = self.outdated_since.isoformat()

        last_updated_date: str | Unset = UNSET
        if not isinstance(self.last_updated_date, Unset):
            last_updated_date = self.last_updated_date.isoformat()

        last_updated_reason: list[str] | Unset = UNSET
        if not isinstance(self.last_updated_reason, Unset):
            last_updated_reason = self.last_updated_reason

        outdated_since_limit: str | Unset = UNSET
        if not isinstance(self.outdated_since_limit, Unset):
            outdated_since_limit = self.outdated_since_limit.isoformat()

        outdated_reason: list[str] | Unset = UNSET
        if not isinstance(self.outdated_reason, Unset):
            outdated_reason = self.outdated_reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "hasFirstData": has_first_data,
                "hasLastData": has_last_data,
                "hasLastUploadDate": has_last_upload_date,
                "hasOutdatedSince": has_outdated_since,
            }
        )
        if last_upload_date is not UNSET:
            field_dict["lastUploadDate"] = last_upload_date
        if last_data is not UNSET:
            field_dict["lastData"] = last_data
        if first_data is not UNSET:
            field_dict["firstData"] = first_data
        if outdated_since is not UNSET:
            field_dict["outdatedSince"] = outdated_since
        if last_updated_date is not UNSET:
            field_dict["lastUpdatedDate"] = last_updated_date
        if last_updated_reason is not UNSET:
            field_dict["lastUpdatedReason"] = last_updated_reason
        if outdated_since_limit is not UNSET:
            field_dict["outdatedSinceLimit"] = outdated_since_limit
        if outdated_reason is not UNSET:
            field_dict["outdatedReason"] = outdated_reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        has_first_data = d.pop("hasFirstData")

        has_last_data = d.pop("hasLastData")

        has_last_upload_date = d.pop("hasLastUploadDate")

        has_outdated_since = d.pop("hasOutdatedSince")

        _last_upload_date = d.pop("lastUploadDate", UNSET)
        last_upload_date: datetime.datetime | Unset
        if isinstance(_last_upload_date, Unset):
            last_upload_date = UNSET
        else:
            last_upload_date = datetime.datetime.fromisoformat(_last_upload_date)

        _last_data = d.pop("lastData", UNSET)
        last_data: datetime.datetime | Unset
        if isinstance(_last_data, Unset):
            last_data = UNSET
        else:
            last_data = datetime.datetime.fromisoformat(_last_data)

        _first_data = d.pop("firstData", UNSET)
        first_data: datetime.datetime | Unset
        if isinstance(_first_data, Unset):
            first_data = UNSET
        else:
            first_data = datetime.datetime.fromisoformat(_first_data)

        _outdated_since = d.pop("outdatedSince", UNSET)
        outdated_since: datetime.datetime | Unset
        if isinstance(_outdated_since, Unset):
            outdated_since = UNSET
        else:
            outdated_since = datetime.datetime.fromisoformat(_outdated_since)

        _last_updated_date = d.pop("lastUpdatedDate", UNSET)
        last_updated_date: datetime.datetime | Unset
        if isinstance(_last_updated_date, Unset):
            last_updated_date = UNSET
        else:
            last_updated_date = datetime.datetime.fromisoformat(_last_updated_date)

        last_updated_reason = cast(list[str], d.pop("lastUpdatedReason", UNSET))

        _outdated_since_limit = d.pop("outdatedSinceLimit", UNSET)
        outdated_since_limit: datetime.datetime | Unset
        if isinstance(_outdated_since_limit, Unset):
            outdated_since_limit = UNSET
        else:
            outdated_since_limit = datetime.datetime.fromisoformat(_outdated_since_limit)

        outdated_reason = cast(list[str], d.pop("outdatedReason", UNSET))

        summary_dates = cls(
            has_first_data=has_first_data,
            has_last_data=has_last_data,
            has_last_upload_date=has_last_upload_date,
            has_outdated_since=has_outdated_since,
            last_upload_date=last_upload_date,
            last_data=last_data,
            first_data=first_data,
            outdated_since=outdated_since,
            last_updated_date=last_updated_date,
            last_updated_reason=last_updated_reason,
            outdated_since_limit=outdated_since_limit,
            outdated_reason=outdated_reason,
        )

        summary_dates.additional_properties = d
        return summary_dates

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
