from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.tide_patient import TidePatient


T = TypeVar("T", bound="TideResultPatient")


@_attrs_define
class TideResultPatient:
    """A patient with CGM statistics of the period; what is absent has no value.

    Attributes:
        patient (TidePatient): The patient of a row.
        average_glucose_mmol (float | Unset): Average glucose, in mmol/L.
        glucose_management_indicator (float | Unset): Glucose management indicator, an HbA1c in per cent as the average
            glucose suggests it.
        time_cgm_use_minutes (float | Unset): Minutes in which the sensor delivered readings.
        time_cgm_use_percent (float | Unset): Share of the period in which the sensor delivered readings, as a fraction
            from 0 to 1.
        time_in_very_low_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that
            was very low (usually below 3.0 mmol/L), as a fraction from 0 to 1.
        time_in_any_low_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that was
            low or very low (usually below 3.9 mmol/L), as a fraction from 0 to 1.
        time_in_low_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that was low
            (usually from 3.0 to 3.9 mmol/L), as a fraction from 0 to 1.
        time_in_target_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that was
            in the target range (usually from 3.9 to 10.0 mmol/L), as a fraction from 0 to 1.
        time_in_high_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that was
            high (usually above 10.0 and up to 13.9 mmol/L), as a fraction from 0 to 1.
        time_in_very_high_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that
            was very high (usually above 13.9 mmol/L), as a fraction from 0 to 1.
        time_in_extreme_high_percent (float | Unset): Share of the readings, of sensors that of the time they cover,
            that was extremely high (usually above 19.4 mmol/L), as a fraction from 0 to 1.
        time_in_any_high_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that
            was high or very high (usually above 10.0 mmol/L), as a fraction from 0 to 1.
        time_in_target_percent_delta (float | Unset): `timeInTargetPercent` less that of the period before, in the same
            unit.
        last_data (datetime.datetime | Unset): Time of the newest CGM reading; absent when there is none.
    """

    patient: TidePatient
    average_glucose_mmol: float | Unset = UNSET
    glucose_management_indicator: float | Unset = UNSET
    time_cgm_use_minutes: float | Unset = UNSET
    time_cgm_use_percent: float | Unset = UNSET
    time_in_very_low_percent: float | Unset = UNSET
    time_in_any_low_percent: float | Unset = UNSET
    time_in_low_percent: float | Unset = UNSET
    time_in_target_percent: float | Unset = UNSET
    time_in_high_percent: float | Unset = UNSET
    time_in_very_high_percent: float | Unset = UNSET
    time_in_extreme_high_percent: float | Unset = UNSET
    time_in_any_high_percent: float | Unset = UNSET
    time_in_target_percent_delta: float | Unset = UNSET
    last_data: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        patient = self.patient.to_dict()

        average_glucose_mmol = self.average_glucose_mmol

        glucose_management_indicator = self.glucose_management_indicator

        time_cgm_use_minutes = self.time_cgm_use_minutes

        time_cgm_use_percent = self.time_cgm_use_percent

        time_in_very_low_percent = self.time_in_very_low_percent

        time_in_any_low_percent = self.time_in_any_low_percent

        time_in_low_percent = self.time_in_low_percent

        time_in_target_percent = self.time_in_target_percent

        time_in_high_percent = self.time_in_high_percent

        time_in_very_high_percent = self.time_in_very_high_percent

        time_in_extreme_high_percent = self.time_in_extreme_high_percent

        time_in_any_high_percent = self.time_in_any_high_percent

        time_in_target_percent_delta = self.time_in_target_percent_delta

        last_data: str | Unset = UNSET
        if not isinstance(self.last_data, Unset):
            last_data = self.last_data.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "patient": patient,
            }
        )
        if average_glucose_mmol is not UNSET:
            field_dict["averageGlucoseMmol"] = average_glucose_mmol
        if glucose_management_indicator is not UNSET:
            field_dict["glucoseManagementIndicator"] = glucose_management_indicator
        if time_cgm_use_minutes is not UNSET:
            field_dict["timeCGMUseMinutes"] = time_cgm_use_minutes
        if time_cgm_use_percent is not UNSET:
            field_dict["timeCGMUsePercent"] = time_cgm_use_percent
        if time_in_very_low_percent is not UNSET:
            field_dict["timeInVeryLowPercent"] = time_in_very_low_percent
        if time_in_any_low_percent is not UNSET:
            field_dict["timeInAnyLowPercent"] = time_in_any_low_percent
        if time_in_low_percent is not UNSET:
            field_dict["timeInLowPercent"] = time_in_low_percent
        if time_in_target_percent is not UNSET:
            field_dict["timeInTargetPercent"] = time_in_target_percent
        if time_in_high_percent is not UNSET:
            field_dict["timeInHighPercent"] = time_in_high_percent
        if time_in_very_high_percent is not UNSET:
            field_dict["timeInVeryHighPercent"] = time_in_very_high_percent
        if time_in_extreme_high_percent is not UNSET:
            field_dict["timeInExtremeHighPercent"] = time_in_extreme_high_percent
        if time_in_any_high_percent is not UNSET:
            field_dict["timeInAnyHighPercent"] = time_in_any_high_percent
        if time_in_target_percent_delta is not UNSET:
            field_dict["timeInTargetPercentDelta"] = time_in_target_percent_delta
        if last_data is not UNSET:
            field_dict["lastData"] = last_data

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.tide_patient import TidePatient  # noqa: PLC0415

        d = dict(src_dict)
        patient = TidePatient.from_dict(d.pop("patient"))

        average_glucose_mmol = d.pop("averageGlucoseMmol", UNSET)

        glucose_management_indicator = d.pop("glucoseManagementIndicator", UNSET)

        time_cgm_use_minutes = d.pop("timeCGMUseMinutes", UNSET)

        time_cgm_use_percent = d.pop("timeCGMUsePercent", UNSET)

        time_in_very_low_percent = d.pop("timeInVeryLowPercent", UNSET)

        time_in_any_low_percent = d.pop("timeInAnyLowPercent", UNSET)

        time_in_low_percent = d.pop("timeInLowPercent", UNSET)

        time_in_target_percent = d.pop("timeInTargetPercent", UNSET)

        time_in_high_percent = d.pop("timeInHighPercent", UNSET)

        time_in_very_high_percent = d.pop("timeInVeryHighPercent", UNSET)

        time_in_extreme_high_percent = d.pop("timeInExtremeHighPercent", UNSET)

        time_in_any_high_percent = d.pop("timeInAnyHighPercent", UNSET)

        time_in_target_percent_delta = d.pop("timeInTargetPercentDelta", UNSET)

        _last_data = d.pop("lastData", UNSET)
        last_data: datetime.datetime | Unset
        if isinstance(_last_data, Unset):
            last_data = UNSET
        else:
            last_data = datetime.datetime.fromisoformat(_last_data)

        tide_result_patient = cls(
            patient=patient,
            average_glucose_mmol=average_glucose_mmol,
            glucose_management_indicator=glucose_management_indicator,
            time_cgm_use_minutes=time_cgm_use_minutes,
            time_cgm_use_percent=time_cgm_use_percent,
            time_in_very_low_percent=time_in_very_low_percent,
            time_in_any_low_percent=time_in_any_low_percent,
            time_in_low_percent=time_in_low_percent,
            time_in_target_percent=time_in_target_percent,
            time_in_high_percent=time_in_high_percent,
            time_in_very_high_percent=time_in_very_high_percent,
            time_in_extreme_high_percent=time_in_extreme_high_percent,
            time_in_any_high_percent=time_in_any_high_percent,
            time_in_target_percent_delta=time_in_target_percent_delta,
            last_data=last_data,
        )

        tide_result_patient.additional_properties = d
        return tide_result_patient

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
