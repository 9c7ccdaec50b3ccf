from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.patient_list_export_state import PatientListExportState, check_patient_list_export_state
from ..models.patient_list_format import PatientListFormat, check_patient_list_format
from ..models.period import Period, check_period
from ..types import UNSET, Unset

T = TypeVar("T", bound="PatientListExport")


@_attrs_define
class PatientListExport:
    """An export of the list of patients that a worker makes.

    Attributes:
        id (str): Id of the export.
        state (PatientListExportState): `pending` until a worker begins, `running`, then `ready`; `expired` when the
            file is gone, `failed` with a `problem`, `canceled` when it was stopped before it was ready.
        format_ (PatientListFormat): `csv`, or `xlsx` for a workbook of Excel.
        period (Period): Length in days: `1d`, `7d`, `14d` or `30d`.
        created_time (datetime.datetime): When it was asked for: the time in the report.
        total (int | Unset): How many patients it is about; absent until that is known.
        done (int | Unset): How many of them were read.
        rows (int | Unset): How many patients are in the file: fewer than `total` where some have left the clinic since
            it was asked for.
        size (int | Unset): Bytes of the file.
        expiration_time (datetime.datetime | Unset): Until when the file can be fetched.
        link (str | Unset): Where the file is, as a path of this service, when it is `ready`. It needs the token of the
            member who asked for it, with every permission that the export needs.
        problem (str | Unset): Why it failed.
    """

    id: str
    state: PatientListExportState
    format_: PatientListFormat
    period: Period
    created_time: datetime.datetime
    total: int | Unset = UNSET
    done: int | Unset = UNSET
    rows: int | Unset = UNSET
    size: int | Unset = UNSET
    expiration_time: datetime.datetime | Unset = UNSET
    link: str | Unset = UNSET
    problem: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        state: str = self.state

        format_: str = self.format_

        period: str = self.period

        created_time = self.created_time.isoformat()

        total = self.total

        done = self.done

        rows = self.rows

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
                "format": format_,
                "period": period,
                "createdTime": created_time,
            }
        )
        if total is not UNSET:
            field_dict["total"] = total
        if done is not UNSET:
            field_dict["done"] = done
        if rows is not UNSET:
            field_dict["rows"] = rows
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

        state = check_patient_list_export_state(d.pop("state"))

        format_ = check_patient_list_format(d.pop("format"))

        period = check_period(d.pop("period"))

        created_time = datetime.datetime.fromisoformat(d.pop("createdTime"))

        total = d.pop("total", UNSET)

        done = d.pop("done", UNSET)

        rows = d.pop("rows", UNSET)

        size = d.pop("size", UNSET)

        _expiration_time = d.pop("expirationTime", UNSET)
        expiration_time: datetime.datetime | Unset
        if isinstance(_expiration_time, Unset):
            expiration_time = UNSET
        else:
            expiration_time = datetime.datetime.fromisoformat(_expiration_time)

        link = d.pop("link", UNSET)

        problem = d.pop("problem", UNSET)

        patient_list_export = cls(
            id=id,
            state=state,
            format_=format_,
            period=period,
            created_time=created_time,
            total=total,
            done=done,
            rows=rows,
            size=size,
            expiration_time=expiration_time,
            link=link,
            problem=problem,
        )

        patient_list_export.additional_properties = d
        return patient_list_export

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
