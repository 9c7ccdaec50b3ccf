from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.period import Period, check_period
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.tide_filters import TideFilters


T = TypeVar("T", bound="TideConfig")


@_attrs_define
class TideConfig:
    """The parameters of the report.

    Attributes:
        schema_version (float): Version of the report; 2.
        clinic_id (str): Id of a clinic: 24 hexadecimal digits in lower case.
        period (Period): Length in days: `1d`, `7d`, `14d` or `30d`.
        last_data_cutoff (datetime.datetime): The time that was asked for, with the offset it was sent in.
        high_glucose_threshold (float): Glucose above this is what the name says, in mmol/L; 10.
        very_high_glucose_threshold (float): Glucose above this is what the name says, in mmol/L; 13.9.
        low_glucose_threshold (float): Glucose below this is what the name says, in mmol/L; 3.9.
        very_low_glucose_threshold (float): Glucose below this is what the name says, in mmol/L; 3.
        tags (list[str] | None): Ids of the clinic's tags; null when there are none.
        filters (TideFilters): Labels of five categories, the same ones whatever was asked for.
        extreme_high_glucose_threshold (float | Unset): Glucose above this is what the name says, in mmol/L; 19.4.
        sites (list[str] | Unset): The sites that were asked for; absent when none were.
    """

    schema_version: float
    clinic_id: str
    period: Period
    last_data_cutoff: datetime.datetime
    high_glucose_threshold: float
    very_high_glucose_threshold: float
    low_glucose_threshold: float
    very_low_glucose_threshold: float
    tags: list[str] | None
    filters: TideFilters
    extreme_high_glucose_threshold: float | Unset = UNSET
    sites: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        schema_version = self.schema_version

        clinic_id = self.clinic_id

        period: str = self.period

        last_data_cutoff = self.last_data_cutoff.isoformat()

        high_glucose_threshold = self.high_glucose_threshold

        very_high_glucose_threshold = self.very_high_glucose_threshold

        low_glucose_threshold = self.low_glucose_threshold

        very_low_glucose_threshold = self.very_low_glucose_threshold

        tags: list[str] | None
        if isinstance(self.tags, list):
            tags = self.tags

        else:
            tags = self.tags

        filters = self.filters.to_dict()

        extreme_high_glucose_threshold = self.extreme_high_glucose_threshold

        sites: list[str] | Unset = UNSET
        if not isinstance(self.sites, Unset):
            sites = self.sites

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "schemaVersion": schema_version,
                "clinicId": clinic_id,
                "period": period,
                "lastDataCutoff": last_data_cutoff,
                "highGlucoseThreshold": high_glucose_threshold,
                "veryHighGlucoseThreshold": very_high_glucose_threshold,
                "lowGlucoseThreshold": low_glucose_threshold,
                "veryLowGlucoseThreshold": very_low_glucose_threshold,
                "tags": tags,
                "filters": filters,
            }
        )
        if extreme_high_glucose_threshold is not UNSET:
            field_dict["extremeHighGlucoseThreshold"] = extreme_high_glucose_threshold
        if sites is not UNSET:
            field_dict["sites"] = sites

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.tide_filters import TideFilters  # noqa: PLC0415

        d = dict(src_dict)
        schema_version = d.pop("schemaVersion")

        clinic_id = d.pop("clinicId")

        period = check_period(d.pop("period"))

        last_data_cutoff = datetime.datetime.fromisoformat(d.pop("lastDataCutoff"))

        high_glucose_threshold = d.pop("highGlucoseThreshold")

        very_high_glucose_threshold = d.pop("veryHighGlucoseThreshold")

        low_glucose_threshold = d.pop("lowGlucoseThreshold")

        very_low_glucose_threshold = d.pop("veryLowGlucoseThreshold")

        def _parse_tags(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                componentsschemaspatient_tag_ids_v_1_type_0 = cast(list[str], data)

                return componentsschemaspatient_tag_ids_v_1_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        tags = _parse_tags(d.pop("tags"))

        filters = TideFilters.from_dict(d.pop("filters"))

        extreme_high_glucose_threshold = d.pop("extremeHighGlucoseThreshold", UNSET)

        sites = cast(list[str], d.pop("sites", UNSET))

        tide_config = cls(
            schema_version=schema_version,
            clinic_id=clinic_id,
            period=period,
            last_data_cutoff=last_data_cutoff,
            high_glucose_threshold=high_glucose_threshold,
            very_high_glucose_threshold=very_high_glucose_threshold,
            low_glucose_threshold=low_glucose_threshold,
            very_low_glucose_threshold=very_low_glucose_threshold,
            tags=tags,
            filters=filters,
            extreme_high_glucose_threshold=extreme_high_glucose_threshold,
            sites=sites,
        )

        tide_config.additional_properties = d
        return tide_config

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
