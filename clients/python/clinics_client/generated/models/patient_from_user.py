from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.diagnosis_type import DiagnosisType, check_diagnosis_type
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.glycemic_ranges import GlycemicRanges
    from ..models.patient_permissions import PatientPermissions
    from ..models.site_of_patient import SiteOfPatient


T = TypeVar("T", bound="PatientFromUser")


@_attrs_define
class PatientFromUser:
    """An existing account that becomes a patient. Name, birth date and MRN are those of the account's profile when they
    are absent.

        Attributes:
            permissions (PatientPermissions | Unset): What a clinic may do with a patient's account. A key that is present
                is granted; its value is an empty object.
            is_migrated (bool | Unset): Whether the patient comes from a legacy account; false when absent.
            legacy_clinician_id (str | Unset): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
            full_name (str | Unset): Name of the patient; empty in an answer when unknown.
            birth_date (datetime.date | Unset): Day of birth, `YYYY-MM-DD`; `0001-01-01` in an answer when unknown.
            mrn (str | Unset): Medical record number in the clinic; absent when there is none. UpdatePatient without it
                removes it.
            tags (list[str] | None | Unset): Ids of the clinic's tags; null when there are none.
            sites (list[SiteOfPatient] | Unset): Sites of the clinic that the patient has, without numbers; `[]` when there
                are none. The ids of a request count. UpdatePatient without it keeps it; `[]` removes them.
            glycemic_ranges (GlycemicRanges | Unset): The glucose ranges that a patient aims for.
            diagnosis_type (DiagnosisType | Unset): Type of diabetes: 1, 2, 3c, gestational, prediabetes, latent autoimmune
                (`lada`), maturity-onset of the young (`mody`), another one, or `notApplicable`. An empty text clears it.
    """

    permissions: PatientPermissions | Unset = UNSET
    is_migrated: bool | Unset = UNSET
    legacy_clinician_id: str | Unset = UNSET
    full_name: str | Unset = UNSET
    birth_date: datetime.date | Unset = UNSET
    mrn: str | Unset = UNSET
    tags: list[str] | None | Unset = UNSET
    sites: list[SiteOfPatient] | Unset = UNSET
    glycemic_ranges: GlycemicRanges | Unset = UNSET
    diagnosis_type: DiagnosisType | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        permissions: dict[str, Any] | Unset = UNSET
        if not isinstance(self.permissions, Unset):
            permissions = self.permissions.to_dict()

        is_migrated = self.is_migrated

        legacy_clinician_id = self.legacy_clinician_id

        full_name = self.full_name

        birth_date: str | Unset = UNSET
        if not isinstance(self.birth_date, Unset):
            birth_date = self.birth_date.isoformat()

        mrn = self.mrn

        tags: list[str] | None | Unset
        if isinstance(self.tags, Unset):
            tags = UNSET
        elif isinstance(self.tags, list):
            tags = self.tags

        else:
            tags = self.tags

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

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if permissions is not UNSET:
            field_dict["permissions"] = permissions
        if is_migrated is not UNSET:
            field_dict["isMigrated"] = is_migrated
        if legacy_clinician_id is not UNSET:
            field_dict["legacyClinicianId"] = legacy_clinician_id
        if full_name is not UNSET:
            field_dict["fullName"] = full_name
        if birth_date is not UNSET:
            field_dict["birthDate"] = birth_date
        if mrn is not UNSET:
            field_dict["mrn"] = mrn
        if tags is not UNSET:
            field_dict["tags"] = tags
        if sites is not UNSET:
            field_dict["sites"] = sites
        if glycemic_ranges is not UNSET:
            field_dict["glycemicRanges"] = glycemic_ranges
        if diagnosis_type is not UNSET:
            field_dict["diagnosisType"] = diagnosis_type

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.glycemic_ranges import GlycemicRanges  # noqa: PLC0415
        from ..models.patient_permissions import PatientPermissions  # noqa: PLC0415
        from ..models.site_of_patient import SiteOfPatient  # noqa: PLC0415

        d = dict(src_dict)
        _permissions = d.pop("permissions", UNSET)
        permissions: PatientPermissions | Unset
        if isinstance(_permissions, Unset):
            permissions = UNSET
        else:
            permissions = PatientPermissions.from_dict(_permissions)

        is_migrated = d.pop("isMigrated", UNSET)

        legacy_clinician_id = d.pop("legacyClinicianId", UNSET)

        full_name = d.pop("fullName", UNSET)

        _birth_date = d.pop("birthDate", UNSET)
        birth_date: datetime.date | Unset
        if isinstance(_birth_date, Unset):
            birth_date = UNSET
        else:
            birth_date = datetime.date.fromisoformat(_birth_date)

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

        patient_from_user = cls(
            permissions=permissions,
            is_migrated=is_migrated,
            legacy_clinician_id=legacy_clinician_id,
            full_name=full_name,
            birth_date=birth_date,
            mrn=mrn,
            tags=tags,
            sites=sites,
            glycemic_ranges=glycemic_ranges,
            diagnosis_type=diagnosis_type,
        )

        patient_from_user.additional_properties = d
        return patient_from_user

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
