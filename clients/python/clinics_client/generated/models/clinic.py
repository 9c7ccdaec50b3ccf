from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.clinic_size import ClinicSize, check_clinic_size
from ..models.clinic_type import ClinicType, check_clinic_type
from ..models.glucose_units import GlucoseUnits, check_glucose_units
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.patient_tag import PatientTag
    from ..models.phone_number import PhoneNumber
    from ..models.site import Site
    from ..models.suppressed_notifications import SuppressedNotifications


T = TypeVar("T", bound="Clinic")


@_attrs_define
class Clinic:
    """A clinic's profile with its tags and sites. A request that leaves an optional field out keeps it as it is.

    Attributes:
        id (str): Id of a clinic: 24 hexadecimal digits in lower case.
        name (str): Name of the clinic; empty in an answer as long as it has none.
        share_code (str): Code by which patients find the clinic. The service chooses it.
        can_migrate (bool): Whether TriggerInitialMigration is possible: the clinic is not migrated, and its profile is
            complete.
        created_time (datetime.datetime): When the clinic was made.
        updated_time (datetime.datetime): When the clinic, its admins or its counts of patients last changed.
        tier_description (str): Name of the tier: `Free`, `Standard`, `Premium` or `Enterprise`.
        tier (str): Code of the tier; `tier0100` when none was set.
        preferred_bg_units (GlucoseUnits): A unit of glucose values.
        address (str | Unset): Street and number.
        city (str | Unset): City.
        postal_code (str | Unset): Postal code.
        state (str | Unset): State or province.
        country (str | Unset): Country, any text. The limit of patients is for `US`, and for clinics without a country.
        patient_tags (list[PatientTag] | Unset): The clinic's tags; absent when it never had one. Ignored in requests.
        sites (list[Site] | Unset): The clinic's sites; absent when there are none. Ignored in requests.
        last_deleted_patient_tag (PatientTag | Unset): A label of the clinic for its patients.
        phone_numbers (list[PhoneNumber] | Unset): 1 to 50 different telephone numbers; absent when none are known.
        clinic_type (ClinicType | Unset): What kind of clinic it is; absent when unknown.
        clinic_size (ClinicSize | Unset): Number of patients with diabetes, as the clinic states it; absent when
            unknown.
        website (str | Unset): Usually a web address; any text, or an empty one. Absent when none was set.
        suppressed_notifications (SuppressedNotifications | Unset): Mails that the clinic does not get; absent when none
            were chosen.
        timezone (str | Unset): A name of the time zone database, one of those in `x-enum`; absent when none was set.
    """

    id: str
    name: str
    share_code: str
    can_migrate: bool
    created_time: datetime.datetime
    updated_time: datetime.datetime
    tier_description: str
    tier: str
    preferred_bg_units: GlucoseUnits
    address: str | Unset = UNSET
    city: str | Unset = UNSET
    postal_code: str | Unset = UNSET
    state: str | Unset = UNSET
    country: str | Unset = UNSET
    patient_tags: list[PatientTag] | Unset = UNSET
    sites: list[Site] | Unset = UNSET
    last_deleted_patient_tag: PatientTag | Unset = UNSET
    phone_numbers: list[PhoneNumber] | Unset = UNSET
    clinic_type: ClinicType | Unset = UNSET
    clinic_size: ClinicSize | Unset = UNSET
    website: str | Unset = UNSET
    suppressed_notifications: SuppressedNotifications | Unset = UNSET
    timezone: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        share_code = self.share_code

        can_migrate = self.can_migrate

        created_time = self.created_time.isoformat()

        updated_time = self.updated_time.isoformat()

        tier_description = self.tier_description

        tier = self.tier

        preferred_bg_units: str = self.preferred_bg_units

        address = self.address

        city = self.city

        postal_code = self.postal_code

        state = self.state

        country = self.country

        patient_tags: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.patient_tags, Unset):
            patient_tags = []
            for patient_tags_item_data in self.patient_tags:
                patient_tags_item = patient_tags_item_data.to_dict()
                patient_tags.append(patient_tags_item)

        sites: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.sites, Unset):
            sites = []
            for sites_item_data in self.sites:
                sites_item = sites_item_data.to_dict()
                sites.append(sites_item)

        last_deleted_patient_tag: dict[str, Any] | Unset = UNSET
        if not isinstance(self.last_deleted_patient_tag, Unset):
            last_deleted_patient_tag = self.last_deleted_patient_tag.to_dict()

        phone_numbers: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.phone_numbers, Unset):
            phone_numbers = []
            for componentsschemasphone_numbers_v_1_item_data in self.phone_numbers:
                componentsschemasphone_numbers_v_1_item = (
                    componentsschemasphone_numbers_v_1_item_data.to_dict()
                )
                phone_numbers.append(componentsschemasphone_numbers_v_1_item)

        clinic_type: str | Unset = UNSET
        if not isinstance(self.clinic_type, Unset):
            clinic_type = self.clinic_type

        clinic_size: str | Unset = UNSET
        if not isinstance(self.clinic_size, Unset):
            clinic_size = self.clinic_size

        website = self.website

        suppressed_notifications: dict[str, Any] | Unset = UNSET
        if not isinstance(self.suppressed_notifications, Unset):
            suppressed_notifications = self.suppressed_notifications.to_dict()

        timezone = self.timezone

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "shareCode": share_code,
                "canMigrate": can_migrate,
                "createdTime": created_time,
                "updatedTime": updated_time,
                "tierDescription": tier_description,
                "tier": tier,
                "preferredBgUnits": preferred_bg_units,
            }
        )
        if address is not UNSET:
            field_dict["address"] = address
        if city is not UNSET:
            field_dict["city"] = city
        if postal_code is not UNSET:
            field_dict["postalCode"] = postal_code
        if state is not UNSET:
            field_dict["state"] = state
        if country is not UNSET:
            field_dict["country"] = country
        if patient_tags is not UNSET:
            field_dict["patientTags"] = patient_tags
        if sites is not UNSET:
            field_dict["sites"] = sites
        if last_deleted_patient_tag is not UNSET:
            field_dict["lastDeletedPatientTag"] = last_deleted_patient_tag
        if phone_numbers is not UNSET:
            field_dict["phoneNumbers"] = phone_numbers
        if clinic_type is not UNSET:
            field_dict["clinicType"] = clinic_type
        if clinic_size is not UNSET:
            field_dict["clinicSize"] = clinic_size
        if website is not UNSET:
            field_dict["website"] = website
        if suppressed_notifications is not UNSET:
            field_dict["suppressedNotifications"] = suppressed_notifications
        if timezone is not UNSET:
            field_dict["timezone"] = timezone

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.patient_tag import PatientTag  # noqa: PLC0415
        from ..models.phone_number import PhoneNumber  # noqa: PLC0415
        from ..models.site import Site  # noqa: PLC0415
        from ..models.suppressed_notifications import SuppressedNotifications  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        share_code = d.pop("shareCode")

        can_migrate = d.pop("canMigrate")

        created_time = datetime.datetime.fromisoformat(d.pop("createdTime"))

        updated_time = datetime.datetime.fromisoformat(d.pop("updatedTime"))

        tier_description = d.pop("tierDescription")

        tier = d.pop("tier")

        preferred_bg_units = check_glucose_units(d.pop("preferredBgUnits"))

        address = d.pop("address", UNSET)

        city = d.pop("city", UNSET)

        postal_code = d.pop("postalCode", UNSET)

        state = d.pop("state", UNSET)

        country = d.pop("country", UNSET)

        _patient_tags = d.pop("patientTags", UNSET)
        patient_tags: list[PatientTag] | Unset = UNSET
        if _patient_tags is not UNSET:
            patient_tags = []
            for patient_tags_item_data in _patient_tags:
                patient_tags_item = PatientTag.from_dict(patient_tags_item_data)

                patient_tags.append(patient_tags_item)

        _sites = d.pop("sites", UNSET)
        sites: list[Site] | Unset = UNSET
        if _sites is not UNSET:
            sites = []
            for sites_item_data in _sites:
                sites_item = Site.from_dict(sites_item_data)

                sites.append(sites_item)

        _last_deleted_patient_tag = d.pop("lastDeletedPatientTag", UNSET)
        last_deleted_patient_tag: PatientTag | Unset
        if isinstance(_last_deleted_patient_tag, Unset):
            last_deleted_patient_tag = UNSET
        else:
            last_deleted_patient_tag = PatientTag.from_dict(_last_deleted_patient_tag)

        _phone_numbers = d.pop("phoneNumbers", UNSET)
        phone_numbers: list[PhoneNumber] | Unset = UNSET
        if _phone_numbers is not UNSET:
            phone_numbers = []
            for componentsschemasphone_numbers_v_1_item_data in _phone_numbers:
                componentsschemasphone_numbers_v_1_item = PhoneNumber.from_dict(
                    componentsschemasphone_numbers_v_1_item_data
                )

                phone_numbers.append(componentsschemasphone_numbers_v_1_item)

        _clinic_type = d.pop("clinicType", UNSET)
        clinic_type: ClinicType | Unset
        if isinstance(_clinic_type, Unset):
            clinic_type = UNSET
        else:
            clinic_type = check_clinic_type(_clinic_type)

        _clinic_size = d.pop("clinicSize", UNSET)
        clinic_size: ClinicSize | Unset
        if isinstance(_clinic_size, Unset):
            clinic_size = UNSET
        else:
            clinic_size = check_clinic_size(_clinic_size)

        website = d.pop("website", UNSET)

        _suppressed_notifications = d.pop("suppressedNotifications", UNSET)
        suppressed_notifications: SuppressedNotifications | Unset
        if isinstance(_suppressed_notifications, Unset):
            suppressed_notifications = UNSET
        else:
            suppressed_notifications = SuppressedNotifications.from_dict(_suppressed_notifications)

        timezone = d.pop("timezone", UNSET)

        clinic = cls(
            id=id,
            name=name,
            share_code=share_code,
            can_migrate=can_migrate,
            created_time=created_time,
            updated_time=updated_time,
            tier_description=tier_description,
            tier=tier,
            preferred_bg_units=preferred_bg_units,
            address=address,
            city=city,
            postal_code=postal_code,
            state=state,
            country=country,
            patient_tags=patient_tags,
            sites=sites,
            last_deleted_patient_tag=last_deleted_patient_tag,
            phone_numbers=phone_numbers,
            clinic_type=clinic_type,
            clinic_size=clinic_size,
            website=website,
            suppressed_notifications=suppressed_notifications,
            timezone=timezone,
        )

        clinic.additional_properties = d
        return clinic

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
