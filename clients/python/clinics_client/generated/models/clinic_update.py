from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.clinic_size import ClinicSize, check_clinic_size
from ..models.clinic_type import ClinicType, check_clinic_type
from ..models.glucose_units import GlucoseUnits, check_glucose_units
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.phone_number import PhoneNumber


T = TypeVar("T", bound="ClinicUpdate")


@_attrs_define
class ClinicUpdate:
    """A clinic's profile. An optional field that is left out stays as it is.

    Attributes:
        name (str): Name of the clinic; empty in an answer as long as it has none.
        preferred_bg_units (GlucoseUnits): A unit of glucose values.
        address (str | Unset): Street and number.
        city (str | Unset): City.
        postal_code (str | Unset): Postal code.
        state (str | Unset): State or province.
        country (str | Unset): Country, any text. The limit of patients is for `US`, and for clinics without a country.
        phone_numbers (list[PhoneNumber] | Unset): 1 to 50 different telephone numbers; absent when none are known.
        clinic_type (ClinicType | Unset): What kind of clinic it is; absent when unknown.
        clinic_size (ClinicSize | Unset): Number of patients with diabetes, as the clinic states it; absent when
            unknown.
        website (str | Unset): Usually a web address; any text, or an empty one. Absent when none was set.
        timezone (str | Unset): A name of the time zone database, one of those in `x-enum`; absent when none was set.
    """

    name: str
    preferred_bg_units: GlucoseUnits
    address: str | Unset = UNSET
    city: str | Unset = UNSET
    postal_code: str | Unset = UNSET
    state: str | Unset = UNSET
    country: str | Unset = UNSET
    phone_numbers: list[PhoneNumber] | Unset = UNSET
    clinic_type: ClinicType | Unset = UNSET
    clinic_size: ClinicSize | Unset = UNSET
    website: str | Unset = UNSET
    timezone: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        preferred_bg_units: str = self.preferred_bg_units

        address = self.address

        city = self.city

        postal_code = self.postal_code

        state = self.state

        country = self.country

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

        timezone = self.timezone

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
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
        if phone_numbers is not UNSET:
            field_dict["phoneNumbers"] = phone_numbers
        if clinic_type is not UNSET:
            field_dict["clinicType"] = clinic_type
        if clinic_size is not UNSET:
            field_dict["clinicSize"] = clinic_size
        if website is not UNSET:
            field_dict["website"] = website
        if timezone is not UNSET:
            field_dict["timezone"] = timezone

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.phone_number import PhoneNumber  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        preferred_bg_units = check_glucose_units(d.pop("preferredBgUnits"))

        address = d.pop("address", UNSET)

        city = d.pop("city", UNSET)

        postal_code = d.pop("postalCode", UNSET)

        state = d.pop("state", UNSET)

        country = d.pop("country", UNSET)

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

        timezone = d.pop("timezone", UNSET)

        clinic_update = cls(
            name=name,
            preferred_bg_units=preferred_bg_units,
            address=address,
            city=city,
            postal_code=postal_code,
            state=state,
            country=country,
            phone_numbers=phone_numbers,
            clinic_type=clinic_type,
            clinic_size=clinic_size,
            website=website,
            timezone=timezone,
        )

        clinic_update.additional_properties = d
        return clinic_update

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
