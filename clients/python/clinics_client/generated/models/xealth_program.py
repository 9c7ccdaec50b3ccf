from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="XealthProgram")


@_attrs_define
class XealthProgram:
    """The program in which a patient is enrolled.

    Attributes:
        title (str): Name of the program.
        program_id (str): Xealth's id of the program.
        enrolled_date (str): Day of the enrolment, `YYYY-MM-DD`, in UTC.
        has_status_view (bool): Whether there is a report to show.
        has_alert (bool): Whether the statistics are newer than the last view by this clinician.
        description (str): Last upload, last view by this clinician, state of the account and its data sources, in one
            line.
    """

    title: str
    program_id: str
    enrolled_date: str
    has_status_view: bool
    has_alert: bool
    description: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        title = self.title

        program_id = self.program_id

        enrolled_date = self.enrolled_date

        has_status_view = self.has_status_view

        has_alert = self.has_alert

        description = self.description

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "title": title,
                "programId": program_id,
                "enrolledDate": enrolled_date,
                "hasStatusView": has_status_view,
                "has_alert": has_alert,
                "description": description,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        title = d.pop("title")

        program_id = d.pop("programId")

        enrolled_date = d.pop("enrolledDate")

        has_status_view = d.pop("hasStatusView")

        has_alert = d.pop("has_alert")

        description = d.pop("description")

        xealth_program = cls(
            title=title,
            program_id=program_id,
            enrolled_date=enrolled_date,
            has_status_view=has_status_view,
            has_alert=has_alert,
            description=description,
        )

        xealth_program.additional_properties = d
        return xealth_program

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
