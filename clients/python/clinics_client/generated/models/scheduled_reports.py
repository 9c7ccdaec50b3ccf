from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.note_event import NoteEvent, check_note_event
from ..models.report_cadence import ReportCadence, check_report_cadence
from ..types import UNSET, Unset

T = TypeVar("T", bound="ScheduledReports")


@_attrs_define
class ScheduledReports:
    """When reports are sent.

    Attributes:
        on_upload_enabled (bool): Send reports after each upload.
        cadence (ReportCadence): How often reports are sent, in days; `DISABLED`: not regularly.
        on_upload_note_event_type (NoteEvent | Unset): A new note, or one in place of another.
    """

    on_upload_enabled: bool
    cadence: ReportCadence
    on_upload_note_event_type: NoteEvent | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        on_upload_enabled = self.on_upload_enabled

        cadence: str = self.cadence

        on_upload_note_event_type: str | Unset = UNSET
        if not isinstance(self.on_upload_note_event_type, Unset):
            on_upload_note_event_type = self.on_upload_note_event_type

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "onUploadEnabled": on_upload_enabled,
                "cadence": cadence,
            }
        )
        if on_upload_note_event_type is not UNSET:
            field_dict["onUploadNoteEventType"] = on_upload_note_event_type

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        on_upload_enabled = d.pop("onUploadEnabled")

        cadence = check_report_cadence(d.pop("cadence"))

        _on_upload_note_event_type = d.pop("onUploadNoteEventType", UNSET)
        on_upload_note_event_type: NoteEvent | Unset
        if isinstance(_on_upload_note_event_type, Unset):
            on_upload_note_event_type = UNSET
        else:
            on_upload_note_event_type = check_note_event(_on_upload_note_event_type)

        scheduled_reports = cls(
            on_upload_enabled=on_upload_enabled,
            cadence=cadence,
            on_upload_note_event_type=on_upload_note_event_type,
        )

        scheduled_reports.additional_properties = d
        return scheduled_reports

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
