from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.diagnosis_type import DiagnosisType, check_diagnosis_type
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.data_source_write import DataSourceWrite
    from ..models.glycemic_ranges import GlycemicRanges
    from ..models.patient_creation import PatientCreation
    from ..models.site_of_patient import SiteOfPatient


T = TypeVar("T", bound="PatientCreate")


@_attrs_define
class PatientCreate:
    """What is known of a new patient.

    Attributes:
        full_name (str): Name of the patient; empty in an answer when unknown.
        birth_date (datetime.date): Day of birth, `YYYY-MM-DD`; `0001-01-01` in an answer when unknown.
        email (str | Unset): E-mail address of the account; absent or empty when there is none. UpdatePatient without it
            removes that of a custodial patient; that of others it never changes.
        mrn (str | Unset): Medical record number in the clinic; absent when there is none. UpdatePatient without it
            removes it.
        tags (list[str] | None | Unset): Ids of the clinic's tags; null when there are none.
        target_devices (list[str] | Unset): Names of the patient's devices; absent when none are known. UpdatePatient
            without it removes it.
        data_sources (list[DataSourceWrite] | None | Unset): Device accounts that deliver the patient's data; null when
            none were ever named. UpdatePatient without it keeps it, and so does null; `[]` removes them.
        sites (list[SiteOfPatient] | Unset): Sites of the clinic that the patient has, without numbers; `[]` when there
            are none. The ids of a request count. UpdatePatient without it keeps it; `[]` removes them.
        glycemic_ranges (GlycemicRanges | Unset): The glucose ranges that a patient aims for.
        diagnosis_type (DiagnosisType | Unset): Type of diabetes: 1, 2, 3c, gestational, prediabetes, latent autoimmune
            (`lada`), maturity-onset of the young (`mody`), another one, or `notApplicable`. An empty text clears it.
        creation_metadata (PatientCreation | Unset): What is known of how a record was made.
    """

    full_name: str
    birth_date: datetime.date
    email: str | Unset = UNSET
    mrn: str | Unset = UNSET
    tags: list[str] | None | Unset = UNSET
    target_devices: list[str] | Unset = UNSET
    data_sources: list[DataSourceWrite] | None | Unset = UNSET
    sites: list[SiteOfPatient] | Unset = UNSET
    glycemic_ranges: GlycemicRanges | Unset = UNSET
    diagnosis_type: DiagnosisType | Unset = UNSET
    creation_metadata: PatientCreation | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        full_name = self.full_name

        birth_date = self.birth_date.isoformat()

        email = self.email

        mrn = self.mrn

        tags: list[str] | None | Unset
        if isinstance(self.tags, Unset):
            tags = UNSET
        elif isinstance(self.tags, list):
            tags = self.tags

        else:
            tags = self.tags

        target_devices: list[str] | Unset = UNSET
        if not isinstance(self.target_devices, Unset):
            target_devices = self.target_devices

        data_sources: list[dict[str, Any]] | None | Unset
        if isinstance(self.data_sources, Unset):
            data_sources = UNSET
        elif isinstance(self.data_sources, list):
            data_sources = []
            for data_sources_type_0_item_data in self.data_sources:
                data_sources_type_0_item = data_sources_type_0_item_data.to_dict()
                data_sources.append(data_sources_type_0_item)

        else:
            data_sources = self.data_sources

        sites: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.sites, Unset):
            sites = []
            for sites_item_data in self.sites:
                sites_item = sites_item_data.to_dict()
                sites.append(sites_item)

        glycemic_ranges: dict[str, Any] | Unset = UNSET
        if not isinstance(self.glycemic_ranges, Unset):
            glycemic_ranges = self.glycemic_ranges.to_dict()

        diagnosis_type: str | Unset = UNSET
        if not isinstance(self.diagnosis_type, Unset):
            diagnosis_type = self.diagnosis_type

        creation_metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.creation_metadata, Unset):
            creation_metadata = self.creation_metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "fullName": full_name,
                "birthDate": birth_date,
            }
        )
        if email is not UNSET:
            field_dict["email"] = email
        if mrn is not UNSET:
            field_dict["mrn"] = mrn
        if tags is not UNSET:
            field_dict["tags"] = tags
        if target_devices is not UNSET:
            field_dict["targetDevices"] = target_devices
        if data_sources is not UNSET:
            field_dict["dataSources"] = data_sources
        if sites is not UNSET:
            field_dict["sites"] = sites
        if glycemic_ranges is not UNSET:
            field_dict["glycemicRanges"] = glycemic_ranges
        if diagnosis_type is not UNSET:
            field_dict["diagnosisType"] = diagnosis_type
        if creation_metadata is not UNSET:
            field_dict["creationMetadata"] = creation_metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.data_source_write import DataSourceWrite  # noqa: PLC0415
        from ..models.glycemic_ranges import GlycemicRanges  # noqa: PLC0415
        from ..models.patient_creation import PatientCreation  # noqa: PLC0415
        from ..models.site_of_patient import SiteOfPatient  # noqa: PLC0415

        d = dict(src_dict)
        full_name = d.pop("fullName")

        birth_date = datetime.date.fromisoformat(d.pop("birthDate"))

        email = d.pop("email", UNSET)

        mrn = d.pop("mrn", UNSET)

        def _parse_tags(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                componentsschemaspatient_tag_ids_v_1_type_0 = cast(list[str], data)

                return componentsschemaspatient_tag_ids_v_1_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        tags = _parse_tags(d.pop("tags", UNSET))

        target_devices = cast(list[str], d.pop("targetDevices", UNSET))

        def _parse_data_sources(data: object) -> list[DataSourceWrite] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                data_sources_type_0 = []
                _data_sources_type_0 = data
                for data_sources_type_0_item_data in _data_sources_type_0:
                    data_sources_type_0_item = DataSourceWrite.from_dict(data_sources_type_0_item_data)

                    data_sources_type_0.append(data_sources_type_0_item)

                return data_sources_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[DataSourceWrite] | None | Unset, data)

        data_sources = _parse_data_sources(d.pop("dataSources", UNSET))

        _sites = d.pop("sites", UNSET)
        sites: list[SiteOfPatient] | Unset = UNSET
        if _sites is not UNSET:
            sites = []
            for sites_item_data in _sites:
                sites_item = SiteOfPatient.from_dict(sites_item_data)

                sites.append(sites_item)

        _glycemic_ranges = d.pop("glycemicRanges", UNSET)
        glycemic_ranges: GlycemicRanges | Unset
        if isinstance(_glycemic_ranges, Unset):
            glycemic_ranges = UNSET
        else:
            glycemic_ranges = GlycemicRanges.from_dict(_glycemic_ranges)

        _diagnosis_type = d.pop("diagnosisType", UNSET)
        diagnosis_type: DiagnosisType | Unset
        if isinstance(_diagnosis_type, Unset):
            diagnosis_type = UNSET
        else:
            diagnosis_type = check_diagnosis_type(_diagnosis_type)

        _creation_metadata = d.pop("creationMetadata", UNSET)
        creation_metadata: PatientCreation | Unset
        if isinstance(_creation_metadata, Unset):
            creation_metadata = UNSET
        else:
            creation_metadata = PatientCreation.from_dict(_creation_metadata)

        patient_create = cls(
            full_name=full_name,
            birth_date=birth_date,
            email=email,
            mrn=mrn,
            tags=tags,
            target_devices=target_devices,
            data_sources=data_sources,
            sites=sites,
            glycemic_ranges=glycemic_ranges,
            diagnosis_type=diagnosis_type,
            creation_metadata=creation_metadata,
        )

        patient_create.additional_properties = d
        return patient_create

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
