from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.connection_issue_source import ConnectionIssueSource, check_connection_issue_source
from ..models.diagnosis_type import DiagnosisType, check_diagnosis_type
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.connection_issue import ConnectionIssue
    from ..models.data_source import DataSource
    from ..models.glycemic_ranges import GlycemicRanges
    from ..models.patient_creation import PatientCreation
    from ..models.patient_permissions import PatientPermissions
    from ..models.patient_review import PatientReview
    from ..models.patient_summary import PatientSummary
    from ..models.provider_connection_requests import ProviderConnectionRequests
    from ..models.site import Site


T = TypeVar("T", bound="Patient")


@_attrs_define
class Patient:
    """A person as one clinic knows them.

    Attributes:
        id (str): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        full_name (str): Name of the patient; empty in an answer when unknown.
        birth_date (datetime.date): Day of birth, `YYYY-MM-DD`; `0001-01-01` in an answer when unknown.
        created_time (datetime.datetime): When the record was made.
        updated_time (datetime.datetime): When the record last changed; reviews do not count.
        connection_requests (ProviderConnectionRequests): By provider, newest first.
        email (str | Unset): E-mail address of the account; absent or empty when there is none. UpdatePatient without it
            removes that of a custodial patient; that of others it never changes.
        mrn (str | Unset): Medical record number in the clinic; absent when there is none. UpdatePatient without it
            removes it.
        tags (list[str] | None | Unset): Ids of the clinic's tags; null when there are none.
        target_devices (list[str] | Unset): Names of the patient's devices; absent when none are known. UpdatePatient
            without it removes it.
        permissions (PatientPermissions | Unset): What a clinic may do with a patient's account. A key that is present
            is granted; its value is an empty object.
        attestation_submitted (bool | Unset): Accepted and ignored; in no answer.
        data_sources (list[DataSource] | None | Unset): Device accounts that deliver the patient's data; null when none
            were ever named. UpdatePatient without it keeps it, and so does null; `[]` removes them.
        last_upload_reminder_time (datetime.datetime | Unset): When the patient was last reminded to upload data; absent
            when never.
        summary (PatientSummary | Unset): Statistics of a patient's glucose data; a part is absent when there are none
            of its kind.
        reviews (list[PatientReview] | None | Unset): The newest reviews, newest first; `[]` when there are none.
            Ignored in requests.
        sites (list[Site] | Unset): Sites of the clinic that the patient has, without numbers; `[]` when there are none.
            The ids of a request count. UpdatePatient without it keeps it; `[]` removes them.
        glycemic_ranges (GlycemicRanges | Unset): The glucose ranges that a patient aims for.
        diagnosis_type (DiagnosisType | Unset): Type of diabetes: 1, 2, 3c, gestational, prediabetes, latent autoimmune
            (`lada`), maturity-onset of the young (`mody`), another one, or `notApplicable`. An empty text clears it.
        connection_issue_source (ConnectionIssueSource | Unset): A provider, or `deviceNonSpecificInvitation`: the mail
            that invites someone whose account the clinic looks after.
        connection_issue (ConnectionIssue | Unset): Data of the patient do not arrive.
        creation_metadata (PatientCreation | Unset): What is known of how a record was made.
    """

    id: str
    full_name: str
    birth_date: datetime.date
    created_time: datetime.datetime
    updated_time: datetime.datetime
    connection_requests: ProviderConnectionRequests
    email: str | Unset = UNSET
    mrn: str | Unset = UNSET
    tags: list[str] | None | Unset = UNSET
    target_devices: list[str] | Unset = UNSET
    permissions: PatientPermissions | Unset = UNSET
    attestation_submitted: bool | Unset = UNSET
    data_sources: list[DataSource] | None | Unset = UNSET
    last_upload_reminder_time: datetime.datetime | Unset = UNSET
    summary: PatientSummary | Unset = UNSET
    reviews: list[PatientReview] | None | Unset = UNSET
    sites: list[Site] | Unset = UNSET
    glycemic_ranges: GlycemicRanges | Unset = UNSET
    diagnosis_type: DiagnosisType | Unset = UNSET
    connection_issue_source: ConnectionIssueSource | Unset = UNSET
    connection_issue: ConnectionIssue | Unset = UNSET
    creation_metadata: PatientCreation | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        full_name = self.full_name

        birth_date = self.birth_date.isoformat()

        created_time = self.created_time.isoformat()

        updated_time = self.updated_time.isoformat()

        connection_requests = self.connection_requests.to_dict()

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

        permissions: dict[str, Any] | Unset = UNSET
        if not isinstance(self.permissions, Unset):
            permissions = self.permissions.to_dict()

        attestation_submitted = self.attestation_submitted

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

        last_upload_reminder_time: str | Unset = UNSET
        if not isinstance(self.last_upload_reminder_time, Unset):
            last_upload_reminder_time = self.last_upload_reminder_time.isoformat()

        summary: dict[str, Any] | Unset = UNSET
        if not isinstance(self.summary, Unset):
            summary = self.summary.to_dict()

        reviews: list[dict[str, Any]] | None | Unset
        if isinstance(self.reviews, Unset):
            reviews = UNSET
        elif isinstance(self.reviews, list):
            reviews = []
            for reviews_type_0_item_data in self.reviews:
                reviews_type_0_item = reviews_type_0_item_data.to_dict()
                reviews.append(reviews_type_0_item)

        else:
            reviews = self.reviews

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

        connection_issue_source: str | Unset = UNSET
        if not isinstance(self.connection_issue_source, Unset):
            connection_issue_source = self.connection_issue_source

        connection_issue: dict[str, Any] | Unset = UNSET
        if not isinstance(self.connection_issue, Unset):
            connection_issue = self.connection_issue.to_dict()

        creation_metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.creation_metadata, Unset):
            creation_metadata = self.creation_metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "fullName": full_name,
                "birthDate": birth_date,
                "createdTime": created_time,
                "updatedTime": updated_time,
                "connectionRequests": connection_requests,
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
        if permissions is not UNSET:
            field_dict["permissions"] = permissions
        if attestation_submitted is not UNSET:
            field_dict["attestationSubmitted"] = attestation_submitted
        if data_sources is not UNSET:
            field_dict["dataSources"] = data_sources
        if last_upload_reminder_time is not UNSET:
            field_dict["lastUploadReminderTime"] = last_upload_reminder_time
        if summary is not UNSET:
            field_dict["summary"] = summary
        if reviews is not UNSET:
            field_dict["reviews"] = reviews
        if sites is not UNSET:
            field_dict["sites"] = sites
        if glycemic_ranges is not UNSET:
            field_dict["glycemicRanges"] = glycemic_ranges
        if diagnosis_type is not UNSET:
            field_dict["diagnosisType"] = diagnosis_type
        if connection_issue_source is not UNSET:
            field_dict["connectionIssueSource"] = connection_issue_source
        if connection_issue is not UNSET:
            field_dict["connectionIssue"] = connection_issue
        if creation_metadata is not UNSET:
            field_dict["creationMetadata"] = creation_metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.connection_issue import ConnectionIssue  # noqa: PLC0415
        from ..models.data_source import DataSource  # noqa: PLC0415
        from ..models.glycemic_ranges import GlycemicRanges  # noqa: PLC0415
        from ..models.patient_creation import PatientCreation  # noqa: PLC0415
        from ..models.patient_permissions import PatientPermissions  # noqa: PLC0415
        from ..models.patient_review import PatientReview  # noqa: PLC0415
        from ..models.patient_summary import PatientSummary  # noqa: PLC0415
        from ..models.provider_connection_requests import ProviderConnectionRequests  # noqa: PLC0415
        from ..models.site import Site  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        full_name = d.pop("fullName")

        birth_date = datetime.date.fromisoformat(d.pop("birthDate"))

        created_time = datetime.datetime.fromisoformat(d.pop("createdTime"))

        updated_time = datetime.datetime.fromisoformat(d.pop("updatedTime"))

        connection_requests = ProviderConnectionRequests.from_dict(d.pop("connectionRequests"))

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

        _permissions = d.pop("permissions", UNSET)
        permissions: PatientPermissions | Unset
        if isinstance(_permissions, Unset):
            permissions = UNSET
        else:
            permissions = PatientPermissions.from_dict(_permissions)

        attestation_submitted = d.pop("attestationSubmitted", UNSET)

        def _parse_data_sources(data: object) -> list[DataSource] | None | Unset:
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
                    data_sources_type_0_item = DataSource.from_dict(data_sources_type_0_item_data)

                    data_sources_type_0.append(data_sources_type_0_item)

                return data_sources_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[DataSource] | None | Unset, data)

        data_sources = _parse_data_sources(d.pop("dataSources", UNSET))

        _last_upload_reminder_time = d.pop("lastUploadReminderTime", UNSET)
        last_upload_reminder_time: datetime.datetime | Unset
        if isinstance(_last_upload_reminder_time, Unset):
            last_upload_reminder_time = UNSET
        else:
            last_upload_reminder_time = datetime.datetime.fromisoformat(_last_upload_reminder_time)

        _summary = d.pop("summary", UNSET)
        summary: PatientSummary | Unset
        if isinstance(_summary, Unset):
            summary = UNSET
        else:
            summary = PatientSummary.from_dict(_summary)

        def _parse_reviews(data: object) -> list[PatientReview] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                reviews_type_0 = []
                _reviews_type_0 = data
                for reviews_type_0_item_data in _reviews_type_0:
                    reviews_type_0_item = PatientReview.from_dict(reviews_type_0_item_data)

                    reviews_type_0.append(reviews_type_0_item)

                return reviews_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[PatientReview] | None | Unset, data)

        reviews = _parse_reviews(d.pop("reviews", UNSET))

        _sites = d.pop("sites", UNSET)
        sites: list[Site] | Unset = UNSET
        if _sites is not UNSET:
            sites = []
            for sites_item_data in _sites:
                sites_item = Site.from_dict(sites_item_data)

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

        _connection_issue_source = d.pop("connectionIssueSource", UNSET)
        connection_issue_source: ConnectionIssueSource | Unset
        if isinstance(_connection_issue_source, Unset):
            connection_issue_source = UNSET
        else:
            connection_issue_source = check_connection_issue_source(_connection_issue_source)

        _connection_issue = d.pop("connectionIssue", UNSET)
        connection_issue: ConnectionIssue | Unset
        if isinstance(_connection_issue, Unset):
            connection_issue = UNSET
        else:
            connection_issue = ConnectionIssue.from_dict(_connection_issue)

        _creation_metadata = d.pop("creationMetadata", UNSET)
        creation_metadata: PatientCreation | Unset
        if isinstance(_creation_metadata, Unset):
            creation_metadata = UNSET
        else:
            creation_metadata = PatientCreation.from_dict(_creation_metadata)

        patient = cls(
            id=id,
            full_name=full_name,
            birth_date=birth_date,
            created_time=created_time,
            updated_time=updated_time,
            connection_requests=connection_requests,
            email=email,
            mrn=mrn,
            tags=tags,
            target_devices=target_devices,
            permissions=permissions,
            attestation_submitted=attestation_submitted,
            data_sources=data_sources,
            last_upload_reminder_time=last_upload_reminder_time,
            summary=summary,
            reviews=reviews,
            sites=sites,
            glycemic_ranges=glycemic_ranges,
            diagnosis_type=diagnosis_type,
            connection_issue_source=connection_issue_source,
            connection_issue=connection_issue,
            creation_metadata=creation_metadata,
        )

        patient.additional_properties = d
        return patient

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
