from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.ehr_provider import EhrProvider, check_ehr_provider
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.ehr_destinations import EhrDestinations
    from ..models.ehr_flowsheet_settings import EhrFlowsheetSettings
    from ..models.ehr_note_settings import EhrNoteSettings
    from ..models.ehr_procedures import EhrProcedures
    from ..models.ehr_tags_settings import EhrTagsSettings
    from ..models.scheduled_reports import ScheduledReports


T = TypeVar("T", bound="EhrSettings")


@_attrs_define
class EhrSettings:
    """How a clinic is connected to its health record system.

    Attributes:
        enabled (bool): Whether the connection is on.
        source_id (str): Names the clinic in messages of the health record system; may be empty.
        procedure_codes (EhrProcedures): The code by which an order asks for each procedure; one that is absent cannot
            be ordered.
        mrn_id_type (str): Type of the identifier that is the MRN, such as `MRN`.
        provider (EhrProvider): The service that the connection goes through.
        scheduled_reports (ScheduledReports): When reports are sent.
        tags (EhrTagsSettings): Which parts of a Redox order name the patient's tags.
        flowsheets (EhrFlowsheetSettings): How flowsheets are written.
        destination_ids (EhrDestinations | Unset): Ids of the destinations to which Redox delivers; absent when none are
            set.
        notes (EhrNoteSettings | Unset): What notes contain; absent when nothing is asked for.
    """

    enabled: bool
    source_id: str
    procedure_codes: EhrProcedures
    mrn_id_type: str
    provider: EhrProvider
    scheduled_reports: ScheduledReports
    tags: EhrTagsSettings
    flowsheets: EhrFlowsheetSettings
    destination_ids: EhrDestinations | Unset = UNSET
    notes: EhrNoteSettings | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        enabled = self.enabled

        source_id = self.source_id

        procedure_codes = self.procedure_codes.to_dict()

        mrn_id_type = self.mrn_id_type

        provider: str = self.provider

        scheduled_reports = self.scheduled_reports.to_dict()

        tags = self.tags.to_dict()

        flowsheets = self.flowsheets.to_dict()

        destination_ids: dict[str, Any] | Unset = UNSET
        if not isinstance(self.destination_ids, Unset):
            destination_ids = self.destination_ids.to_dict()

        notes: dict[str, Any] | Unset = UNSET
        if not isinstance(self.notes, Unset):
            notes = self.notes.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "enabled": enabled,
                "sourceId": source_id,
                "procedureCodes": procedure_codes,
                "mrnIdType": mrn_id_type,
                "provider": provider,
                "scheduledReports": scheduled_reports,
                "tags": tags,
                "flowsheets": flowsheets,
            }
        )
        if destination_ids is not UNSET:
            field_dict["destinationIds"] = destination_ids
        if notes is not UNSET:
            field_dict["notes"] = notes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ehr_destinations import EhrDestinations  # noqa: PLC0415
        from ..models.ehr_flowsheet_settings import EhrFlowsheetSettings  # noqa: PLC0415
        from ..models.ehr_note_settings import EhrNoteSettings  # noqa: PLC0415
        from ..models.ehr_procedures import EhrProcedures  # noqa: PLC0415
        from ..models.ehr_tags_settings import EhrTagsSettings  # noqa: PLC0415
        from ..models.scheduled_reports import ScheduledReports  # noqa: PLC0415

        d = dict(src_dict)
        enabled = d.pop("enabled")

        source_id = d.pop("sourceId")

        procedure_codes = EhrProcedures.from_dict(d.pop("procedureCodes"))

        mrn_id_type = d.pop("mrnIdType")

        provider = check_ehr_provider(d.pop("provider"))

        scheduled_reports = ScheduledReports.from_dict(d.pop("scheduledReports"))

        tags = EhrTagsSettings.from_dict(d.pop("tags"))

        flowsheets = EhrFlowsheetSettings.from_dict(d.pop("flowsheets"))

        _destination_ids = d.pop("destinationIds", UNSET)
        destination_ids: EhrDestinations | Unset
        if isinstance(_destination_ids, Unset):
            destination_ids = UNSET
        else:
            destination_ids = EhrDestinations.from_dict(_destination_ids)

        _notes = d.pop("notes", UNSET)
        notes: EhrNoteSettings | Unset
        if isinstance(_notes, Unset):
            notes = UNSET
        else:
            notes = EhrNoteSettings.from_dict(_notes)

        ehr_settings = cls(
            enabled=enabled,
            source_id=source_id,
            procedure_codes=procedure_codes,
            mrn_id_type=mrn_id_type,
            provider=provider,
            scheduled_reports=scheduled_reports,
            tags=tags,
            flowsheets=flowsheets,
            destination_ids=destination_ids,
            notes=notes,
        )

        ehr_settings.additional_properties = d
        return ehr_settings

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
