from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CgmPeriod")


@_attrs_define
class CgmPeriod:
    """Statistics of a continuous monitor (CGM). One period. What is absent has no value, which does not mean zero.

    Attributes:
        max_ (float): Highest glucose, in mmol/L.
        max_delta (float): `max` less that of the period before, in the same unit.
        min_ (float): Lowest glucose, in mmol/L.
        min_delta (float): `min` less that of the period before, in the same unit.
        has_average_glucose_mmol (bool): Whether there is a value of `averageGlucoseMmol`.
        has_glucose_management_indicator (bool): Whether there is a value of `glucoseManagementIndicator`.
        has_time_cgm_use_percent (bool): Whether there is a value of `timeCGMUsePercent`.
        has_time_in_very_low_percent (bool): Whether there is a value of `timeInVeryLowPercent`.
        has_time_in_any_low_percent (bool): Whether there is a value of `timeInAnyLowPercent`.
        has_time_in_low_percent (bool): Whether there is a value of `timeInLowPercent`.
        has_time_in_target_percent (bool): Whether there is a value of `timeInTargetPercent`.
        has_time_in_high_percent (bool): Whether there is a value of `timeInHighPercent`.
        has_time_in_very_high_percent (bool): Whether there is a value of `timeInVeryHighPercent`.
        has_time_in_extreme_high_percent (bool): Whether there is a value of `timeInExtremeHighPercent`.
        has_time_in_any_high_percent (bool): Whether there is a value of `timeInAnyHighPercent`.
        has_time_cgm_use_minutes (bool): Whether there is a value of `timeCGMUseMinutes`.
        has_time_in_very_low_minutes (bool): Whether there is a value of `timeInVeryLowMinutes`.
        has_time_in_any_low_minutes (bool): Whether there is a value of `timeInAnyLowMinutes`.
        has_time_in_low_minutes (bool): Whether there is a value of `timeInLowMinutes`.
        has_time_in_target_minutes (bool): Whether there is a value of `timeInTargetMinutes`.
        has_time_in_high_minutes (bool): Whether there is a value of `timeInHighMinutes`.
        has_time_in_very_high_minutes (bool): Whether there is a value of `timeInVeryHighMinutes`.
        has_time_in_extreme_high_minutes (bool): Whether there is a value of `timeInExtremeHighMinutes`.
        has_time_in_any_high_minutes (bool): Whether there is a value of `timeInAnyHighMinutes`.
        has_time_cgm_use_records (bool): Whether there is a value of `timeCGMUseRecords`.
        has_time_in_very_low_records (bool): Whether there is a value of `timeInVeryLowRecords`.
        has_time_in_any_low_records (bool): Whether there is a value of `timeInAnyLowRecords`.
        has_time_in_low_records (bool): Whether there is a value of `timeInLowRecords`.
        has_time_in_target_records (bool): Whether there is a value of `timeInTargetRecords`.
        has_time_in_high_records (bool): Whether there is a value of `timeInHighRecords`.
        has_time_in_very_high_records (bool): Whether there is a value of `timeInVeryHighRecords`.
        has_time_in_extreme_high_records (bool): Whether there is a value of `timeInExtremeHighRecords`.
        has_time_in_any_high_records (bool): Whether there is a value of `timeInAnyHighRecords`.
        has_average_daily_records (bool): Whether there is a value of `averageDailyRecords`.
        has_total_records (bool): Whether there is a value of `totalRecords`.
        hours_with_data (float): Number of hours with readings.
        hours_with_data_delta (float): `hoursWithData` less that of the period before, in the same unit.
        days_with_data (float): Number of days with readings.
        days_with_data_delta (float): `daysWithData` less that of the period before, in the same unit.
        standard_deviation (float): Standard deviation of glucose, in mmol/L.
        standard_deviation_delta (float): `standardDeviation` less that of the period before, in the same unit.
        coefficient_of_variation (float): Standard deviation of glucose divided by its average, as a fraction.
        coefficient_of_variation_delta (float): `coefficientOfVariation` less that of the period before, in the same
            unit.
        average_glucose_mmol (float | Unset): Average glucose, in mmol/L.
        average_glucose_mmol_delta (float | Unset): `averageGlucoseMmol` less that of the period before, in the same
            unit.
        glucose_management_indicator (float | Unset): Glucose management indicator, an HbA1c in per cent as the average
            glucose suggests it.
        glucose_management_indicator_delta (float | Unset): `glucoseManagementIndicator` less that of the period before,
            in the same unit.
        time_cgm_use_percent (float | Unset): Share of the period in which the sensor delivered readings, as a fraction
            from 0 to 1.
        time_cgm_use_percent_delta (float | Unset): `timeCGMUsePercent` less that of the period before, in the same
            unit.
        time_in_very_low_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that
            was very low (usually below 3.0 mmol/L), as a fraction from 0 to 1.
        time_in_very_low_percent_delta (float | Unset): `timeInVeryLowPercent` less that of the period before, in the
            same unit.
        time_in_any_low_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that was
            low or very low (usually below 3.9 mmol/L), as a fraction from 0 to 1.
        time_in_any_low_percent_delta (float | Unset): `timeInAnyLowPercent` less that of the period before, in the same
            unit.
        time_in_low_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that was low
            (usually from 3.0 to 3.9 mmol/L), as a fraction from 0 to 1.
        time_in_low_percent_delta (float | Unset): `timeInLowPercent` less that of the period before, in the same unit.
        time_in_target_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that was
            in the target range (usually from 3.9 to 10.0 mmol/L), as a fraction from 0 to 1.
        time_in_target_percent_delta (float | Unset): `timeInTargetPercent` less that of the period before, in the same
            unit.
        time_in_high_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that was
            high (usually above 10.0 and up to 13.9 mmol/L), as a fraction from 0 to 1.
        time_in_high_percent_delta (float | Unset): `timeInHighPercent` less that of the period before, in the same
            unit.
        time_in_very_high_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that
            was very high (usually above 13.9 mmol/L), as a fraction from 0 to 1.
        time_in_very_high_percent_delta (float | Unset): `timeInVeryHighPercent` less that of the period before, in the
            same unit.
        time_in_extreme_high_percent (float | Unset): Share of the readings, of sensors that of the time they cover,
            that was extremely high (usually above 19.4 mmol/L), as a fraction from 0 to 1.
        time_in_extreme_high_percent_delta (float | Unset): `timeInExtremeHighPercent` less that of the period before,
            in the same unit.
        time_in_any_high_percent (float | Unset): Share of the readings, of sensors that of the time they cover, that
            was high or very high (usually above 10.0 mmol/L), as a fraction from 0 to 1.
        time_in_any_high_percent_delta (float | Unset): `timeInAnyHighPercent` less that of the period before, in the
            same unit.
        time_cgm_use_minutes (float | Unset): Minutes in which the sensor delivered readings.
        time_cgm_use_minutes_delta (float | Unset): `timeCGMUseMinutes` less that of the period before, in the same
            unit.
        time_in_very_low_minutes (float | Unset): Minutes in which glucose was very low (usually below 3.0 mmol/L).
        time_in_very_low_minutes_delta (float | Unset): `timeInVeryLowMinutes` less that of the period before, in the
            same unit.
        time_in_any_low_minutes (float | Unset): Minutes in which glucose was low or very low (usually below 3.9
            mmol/L).
        time_in_any_low_minutes_delta (float | Unset): `timeInAnyLowMinutes` less that of the period before, in the same
            unit.
        time_in_low_minutes (float | Unset): Minutes in which glucose was low (usually from 3.0 to 3.9 mmol/L).
        time_in_low_minutes_delta (float | Unset): `timeInLowMinutes` less that of the period before, in the same unit.
        time_in_target_minutes (float | Unset): Minutes in which glucose was in the target range (usually from 3.9 to
            10.0 mmol/L).
        time_in_target_minutes_delta (float | Unset): `timeInTargetMinutes` less that of the period before, in the same
            unit.
        time_in_high_minutes (float | Unset): Minutes in which glucose was high (usually above 10.0 and up to 13.9
            mmol/L).
        time_in_high_minutes_delta (float | Unset): `timeInHighMinutes` less that of the period before, in the same
            unit.
        time_in_very_high_minutes (float | Unset): Minutes in which glucose was very high (usually above 13.9 mmol/L).
        time_in_very_high_minutes_delta (float | Unset): `timeInVeryHighMinutes` less that of the period before, in the
            same unit.
        time_in_extreme_high_minutes (float | Unset): Minutes in which glucose was extremely high (usually above 19.4
            mmol/L).
        time_in_extreme_high_minutes_delta (float | Unset): `timeInExtremeHighMinutes` less that of the period before,
            in the same unit.
        time_in_any_high_minutes (float | Unset): Minutes in which glucose was high or very high (usually above 10.0
            mmol/L).
        time_in_any_high_minutes_delta (float | Unset): `timeInAnyHighMinutes` less that of the period before, in the
            same unit.
        time_cgm_use_records (float | Unset): Number of readings that the sensor delivered.
        time_cgm_use_records_delta (float | Unset): `timeCGMUseRecords` less that of the period before, in the same
            unit.
        time_in_very_low_records (float | Unset): Number of readings that were very low (usually below 3.0 mmol/L).
        time_in_very_low_records_delta (float | Unset): `timeInVeryLowRecords` less that of the period before, in the
            same unit.
        time_in_any_low_records (float | Unset): Number of readings that were low or very low (usually below 3.9
            mmol/L).
        time_in_any_low_records_delta (float | Unset): `timeInAnyLowRecords` less that of the period before, in the same
            unit.
        time_in_low_records (float | Unset): Number of readings that were low (usually from 3.0 to 3.9 mmol/L).
        time_in_low_records_delta (float | Unset): `timeInLowRecords` less that of the period before, in the same unit.
        time_in_target_records (float | Unset): Number of readings that were in the target range (usually from 3.9 to
            10.0 mmol/L).
        time_in_target_records_delta (float | Unset): `timeInTargetRecords` less that of the period before, in the same
            unit.
        time_in_high_records (float | Unset): Number of readings that were high (usually above 10.0 and up to 13.9
            mmol/L).
        time_in_high_records_delta (float | Unset): `timeInHighRecords` less that of the period before, in the same
            unit.
        time_in_very_high_records (float | Unset): Number of readings that were very high (usually above 13.9 mmol/L).
        time_in_very_high_records_delta (float | Unset): `timeInVeryHighRecords` less that of the period before, in the
            same unit.
        time_in_extreme_high_records (float | Unset): Number of readings that were extremely high (usually above 19.4
            mmol/L).
        time_in_extreme_high_records_delta (float | Unset): `timeInExtremeHighRecords` less that of the period before,
            in the same unit.
        time_in_any_high_records (float | Unset): Number of readings that were high or very high (usually above 10.0
            mmol/L).
        time_in_any_high_records_delta (float | Unset): `timeInAnyHighRecords` less that of the period before, in the
            same unit.
        average_daily_records (float | Unset): Average number of readings a day.
        average_daily_records_delta (float | Unset): `averageDailyRecords` less that of the period before, in the same
            unit.
        total_records (float | Unset): Number of readings.
        total_records_delta (float | Unset): `totalRecords` less that of the period before, in the same unit.
    """

    max_: float
    max_delta: float
    min_: float
    min_delta: float
    has_average_glucose_mmol: bool
    has_glucose_management_indicator: bool
    has_time_cgm_use_percent: bool
    has_time_in_very_low_percent: bool
    has_time_in_any_low_percent: bool
    has_time_in_low_percent: bool
    has_time_in_target_percent: bool
    has_time_in_high_percent: bool
    has_time_in_very_high_percent: bool
    has_time_in_extreme_high_percent: bool
    has_time_in_any_high_percent: bool
    has_time_cgm_use_minutes: bool
    has_time_in_very_low_minutes: bool
    has_time_in_any_low_minutes: bool
    has_time_in_low_minutes: bool
    has_time_in_target_minutes: bool
    has_time_in_high_minutes: bool
    has_time_in_very_high_minutes: bool
    has_time_in_extreme_high_minutes: bool
    has_time_in_any_high_minutes: bool
    has_time_cgm_use_records: bool
    has_time_in_very_low_records: bool
    has_time_in_any_low_records: bool
    has_time_in_low_records: bool
    has_time_in_target_records: bool
    has_time_in_high_records: bool
    has_time_in_very_high_records: bool
    has_time_in_extreme_high_records: bool
    has_time_in_any_high_records: bool
    has_average_daily_records: bool
    has_total_records: bool
    hours_with_data: float
    hours_with_data_delta: float
    days_with_data: float
    days_with_data_delta: float
    standard_deviation: float
    standard_deviation_delta: float
    coefficient_of_variation: float
    coefficient_of_variation_delta: float
    average_glucose_mmol: float | Unset = UNSET
    average_glucose_mmol_delta: float | Unset = UNSET
    glucose_management_indicator: float | Unset = UNSET
    glucose_management_indicator_delta: float | Unset = UNSET
    time_cgm_use_percent: float | Unset = UNSET
    time_cgm_use_percent_delta: float | Unset = UNSET
    time_in_very_low_percent: float | Unset = UNSET
    time_in_very_low_percent_delta: float | Unset = UNSET
    time_in_any_low_percent: float | Unset = UNSET
    time_in_any_low_percent_delta: float | Unset = UNSET
    time_in_low_percent: float | Unset = UNSET
    time_in_low_percent_delta: float | Unset = UNSET
    time_in_target_percent: float | Unset = UNSET
    time_in_target_percent_delta: float | Unset = UNSET
    time_in_high_percent: float | Unset = UNSET
    time_in_high_percent_delta: float | Unset = UNSET
    time_in_very_high_percent: float | Unset = UNSET
    time_in_very_high_percent_delta: float | Unset = UNSET
    time_in_extreme_high_percent: float | Unset = UNSET
    time_in_extreme_high_percent_delta: float | Unset = UNSET
    time_in_any_high_percent: float | Unset = UNSET
    time_in_any_high_percent_delta: float | Unset = UNSET
    time_cgm_use_minutes: float | Unset = UNSET
    time_cgm_use_minutes_delta: float | Unset = UNSET
    time_in_very_low_minutes: float | Unset = UNSET
    time_in_very_low_minutes_delta: float | Unset = UNSET
    time_in_any_low_minutes: float | Unset = UNSET
    time_in_any_low_minutes_delta: float | Unset = UNSET
    time_in_low_minutes: float | Unset = UNSET
    time_in_low_minutes_delta: float | Unset = UNSET
    time_in_target_minutes: float | Unset = UNSET
    time_in_target_minutes_delta: float | Unset = UNSET
    time_in_high_minutes: float | Unset = UNSET
    time_in_high_minutes_delta: float | Unset = UNSET
    time_in_very_high_minutes: float | Unset = UNSET
    time_in_very_high_minutes_delta: float | Unset = UNSET
    time_in_extreme_high_minutes: float | Unset = UNSET
    time_in_extreme_high_minutes_delta: float | Unset = UNSET
    time_in_any_high_minutes: float | Unset = UNSET
    time_in_any_high_minutes_delta: float | Unset = UNSET
    time_cgm_use_records: float | Unset = UNSET
    time_cgm_use_records_delta: float | Unset = UNSET
    time_in_very_low_records: float | Unset = UNSET
    time_in_very_low_records_delta: float | Unset = UNSET
    time_in_any_low_records: float | Unset = UNSET
    time_in_any_low_records_delta: float | Unset = UNSET
    time_in_low_records: float | Unset = UNSET
    time_in_low_records_delta: float | Unset = UNSET
    time_in_target_records: float | Unset = UNSET
    time_in_target_records_delta: float | Unset = UNSET
    time_in_high_records: float | Unset = UNSET
    time_in_high_records_delta: float | Unset = UNSET
    time_in_very_high_records: float | Unset = UNSET
    time_in_very_high_records_delta: float | Unset = UNSET
    time_in_extreme_high_records: float | Unset = UNSET
    time_in_extreme_high_records_delta: float | Unset = UNSET
    time_in_any_high_records: float | Unset = UNSET
    time_in_any_high_records_delta: float | Unset = UNSET
    average_daily_records: float | Unset = UNSET
    average_daily_records_delta: float | Unset = UNSET
    total_records: float | Unset = UNSET
    total_records_delta: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        max_ = self.max_

        max_delta = self.max_delta

        min_ = self.min_

        min_delta = self.min_delta

        has_average_glucose_mmol = self.has_average_glucose_mmol

        has_glucose_management_indicator = self.has_glucose_management_indicator

        has_time_cgm_use_percent = self.has_time_cgm_use_percent

        has_time_in_very_low_percent = self.has_time_in_very_low_percent

        has_time_in_any_low_percent = self.has_time_in_any_low_percent

        has_time_in_low_percent = self.has_time_in_low_percent

        has_time_in_target_percent = self.has_time_in_target_percent

        has_time_in_high_percent = self.has_time_in_high_percent

        has_time_in_very_high_percent = self.has_time_in_very_high_percent

        has_time_in_extreme_high_percent = self.has_time_in_extreme_high_percent

        has_time_in_any_high_percent = self.has_time_in_any_high_percent

        has_time_cgm_use_minutes = self.has_time_cgm_use_minutes

        has_time_in_very_low_minutes = self.has_time_in_very_low_minutes

        has_time_in_any_low_minutes = self.has_time_in_any_low_minutes

        has_time_in_low_minutes = self.has_time_in_low_minutes

        has_time_in_target_minutes = self.has_time_in_target_minutes

        has_time_in_high_minutes = self.has_time_in_high_minutes

        has_time_in_very_high_minutes = self.has_time_in_very_high_minutes

        has_time_in_extreme_high_minutes = self.has_time_in_extreme_high_minutes

        has_time_in_any_high_minutes = self.has_time_in_any_high_minutes

        has_time_cgm_use_records = self.has_time_cgm_use_records

        has_time_in_very_low_records = self.has_time_in_very_low_records

        has_time_in_any_low_records = self.has_time_in_any_low_records

        has_time_in_low_records = self.has_time_in_low_records

        has_time_in_target_records = self.has_time_in_target_records

        has_time_in_high_records = self.has_time_in_high_records

        has_time_in_very_high_records = self.has_time_in_very_high_records

        has_time_in_extreme_high_records = self.has_time_in_extreme_high_records

        has_time_in_any_high_records = self.has_time_in_any_high_records

        has_average_daily_records = self.has_average_daily_records

        has_total_records = self.has_total_records

        hours_with_data = self.hours_with_data

        hours_with_data_delta = self.hours_with_data_delta

        days_with_data = self.days_with_data

        days_with_data_delta = self.days_with_data_delta

        standard_deviation = self.standard_deviation

        standard_deviation_delta = self.standard_deviation_delta

        coefficient_of_variation = self.coefficient_of_variation

        coefficient_of_variation_delta = self.coefficient_of_variation_delta

        average_glucose_mmol = self.average_glucose_mmol

        average_glucose_mmol_delta = self.average_glucose_mmol_delta

        glucose_management_indicator = self.glucose_management_indicator

        glucose_management_indicator_delta = self.glucose_management_indicator_delta

        time_cgm_use_percent = self.time_cgm_use_percent

        time_cgm_use_percent_delta = self.time_cgm_use_percent_delta

        time_in_very_low_percent = self.time_in_very_low_percent

        time_in_very_low_percent_delta = self.time_in_very_low_percent_delta

        time_in_any_low_percent = self.time_in_any_low_percent

        time_in_any_low_percent_delta = self.time_in_any_low_percent_delta

        time_in_low_percent = self.time_in_low_percent

        time_in_low_percent_delta = self.time_in_low_percent_delta

        time_in_target_percent = self.time_in_target_percent

        time_in_target_percent_delta = self.time_in_target_percent_delta

        time_in_high_percent = self.time_in_high_percent

        time_in_high_percent_delta = self.time_in_high_percent_delta

        time_in_very_high_percent = self.time_in_very_high_percent

        time_in_very_high_percent_delta = self.time_in_very_high_percent_delta

        time_in_extreme_high_percent = self.time_in_extreme_high_percent

        time_in_extreme_high_percent_delta = self.time_in_extreme_high_percent_delta

        time_in_any_high_percent = self.time_in_any_high_percent

        time_in_any_high_percent_delta = self.time_in_any_high_percent_delta

        time_cgm_use_minutes = self.time_cgm_use_minutes

        time_cgm_use_minutes_delta = self.time_cgm_use_minutes_delta

        time_in_very_low_minutes = self.time_in_very_low_minutes

        time_in_very_low_minutes_delta = self.time_in_very_low_minutes_delta

        time_in_any_low_minutes = self.time_in_any_low_minutes

        time_in_any_low_minutes_delta = self.time_in_any_low_minutes_delta

        time_in_low_minutes = self.time_in_low_minutes

        time_in_low_minutes_delta = self.time_in_low_minutes_delta

        time_in_target_minutes = self.time_in_target_minutes

        time_in_target_minutes_delta = self.time_in_target_minutes_delta

        time_in_high_minutes = self.time_in_high_minutes

        time_in_high_minutes_delta = self.time_in_high_minutes_delta

        time_in_very_high_minutes = self.time_in_very_high_minutes

        time_in_very_high_minutes_delta = self.time_in_very_high_minutes_delta

        time_in_extreme_high_minutes = self.time_in_extreme_high_minutes

        time_in_extreme_high_minutes_delta = self.time_in_extreme_high_minutes_delta

        time_in_any_high_minutes = self.time_in_any_high_minutes

        time_in_any_high_minutes_delta = self.time_in_any_high_minutes_delta

        time_cgm_use_records = self.time_cgm_use_records

        time_cgm_use_records_delta = self.time_cgm_use_records_delta

        time_in_very_low_records = self.time_in_very_low_records

        time_in_very_low_records_delta = self.time_in_very_low_records_delta

        time_in_any_low_records = self.time_in_any_low_records

        time_in_any_low_records_delta = self.time_in_any_low_records_delta

        time_in_low_records = self.time_in_low_records

        time_in_low_records_delta = self.time_in_low_records_delta

        time_in_target_records = self.time_in_target_records

        time_in_target_records_delta = self.time_in_target_records_delta

        time_in_high_records = self.time_in_high_records

        time_in_high_records_delta = self.time_in_high_records_delta

        time_in_very_high_records = self.time_in_very_high_records

        time_in_very_high_records_delta = self.time_in_very_high_records_delta

        time_in_extreme_high_records = self.time_in_extreme_high_records

        time_in_extreme_high_records_delta = self.time_in_extreme_high_records_delta

        time_in_any_high_records = self.time_in_any_high_records

        time_in_any_high_records_delta = self.time_in_any_high_records_delta

        average_daily_records = self.average_daily_records

        average_daily_records_delta = self.average_daily_records_delta

        total_records = self.total_records

        total_records_delta = self.total_records_delta

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "max": max_,
                "maxDelta": max_delta,
                "min": min_,
                "minDelta": min_delta,
                "hasAverageGlucoseMmol": has_average_glucose_mmol,
                "hasGlucoseManagementIndicator": has_glucose_management_indicator,
                "hasTimeCGMUsePercent": has_time_cgm_use_percent,
                "hasTimeInVeryLowPercent": has_time_in_very_low_percent,
                "hasTimeInAnyLowPercent": has_time_in_any_low_percent,
                "hasTimeInLowPercent": has_time_in_low_percent,
                "hasTimeInTargetPercent": has_time_in_target_percent,
                "hasTimeInHighPercent": has_time_in_high_percent,
                "hasTimeInVeryHighPercent": has_time_in_very_high_percent,
                "hasTimeInExtremeHighPercent": has_time_in_extreme_high_percent,
                "hasTimeInAnyHighPercent": has_time_in_any_high_percent,
                "hasTimeCGMUseMinutes": has_time_cgm_use_minutes,
                "hasTimeInVeryLowMinutes": has_time_in_very_low_minutes,
                "hasTimeInAnyLowMinutes": has_time_in_any_low_minutes,
                "hasTimeInLowMinutes": has_time_in_low_minutes,
                "hasTimeInTargetMinutes": has_time_in_target_minutes,
                "hasTimeInHighMinutes": has_time_in_high_minutes,
                "hasTimeInVeryHighMinutes": has_time_in_very_high_minutes,
                "hasTimeInExtremeHighMinutes": has_time_in_extreme_high_minutes,
                "hasTimeInAnyHighMinutes": has_time_in_any_high_minutes,
                "hasTimeCGMUseRecords": has_time_cgm_use_records,
                "hasTimeInVeryLowRecords": has_time_in_very_low_records,
                "hasTimeInAnyLowRecords": has_time_in_any_low_records,
                "hasTimeInLowRecords": has_time_in_low_records,
                "hasTimeInTargetRecords": has_time_in_target_records,
                "hasTimeInHighRecords": has_time_in_high_records,
                "hasTimeInVeryHighRecords": has_time_in_very_high_records,
                "hasTimeInExtremeHighRecords": has_time_in_extreme_high_records,
                "hasTimeInAnyHighRecords": has_time_in_any_high_records,
                "hasAverageDailyRecords": has_average_daily_records,
                "hasTotalRecords": has_total_records,
                "hoursWithData": hours_with_data,
                "hoursWithDataDelta": hours_with_data_delta,
                "daysWithData": days_with_data,
                "daysWithDataDelta": days_with_data_delta,
                "standardDeviation": standard_deviation,
                "standardDeviationDelta": standard_deviation_delta,
                "coefficientOfVariation": coefficient_of_variation,
                "coefficientOfVariationDelta": coefficient_of_variation_delta,
            }
        )
        if average_glucose_mmol is not UNSET:
            field_dict["averageGlucoseMmol"] = average_glucose_mmol
        if average_glucose_mmol_delta is not UNSET:
            field_dict["averageGlucoseMmolDelta"] = average_glucose_mmol_delta
        if glucose_management_indicator is not UNSET:
            field_dict["glucoseManagementIndicator"] = glucose_management_indicator
        if glucose_management_indicator_delta is not UNSET:
            field_dict["glucoseManagementIndicatorDelta"] = glucose_management_indicator_delta
        if time_cgm_use_percent is not UNSET:
            field_dict["timeCGMUsePercent"] = time_cgm_use_percent
        if time_cgm_use_percent_delta is not UNSET:
            field_dict["timeCGMUsePercentDelta"] = time_cgm_use_percent_delta
        if time_in_very_low_percent is not UNSET:
            field_dict["timeInVeryLowPercent"] = time_in_very_low_percent
        if time_in_very_low_percent_delta is not UNSET:
            field_dict["timeInVeryLowPercentDelta"] = time_in_very_low_percent_delta
        if time_in_any_low_percent is not UNSET:
            field_dict["timeInAnyLowPercent"] = time_in_any_low_percent
        if time_in_any_low_percent_delta is not UNSET:
            field_dict["timeInAnyLowPercentDelta"] = time_in_any_low_percent_delta
        if time_in_low_percent is not UNSET:
            field_dict["timeInLowPercent"] = time_in_low_percent
        if time_in_low_percent_delta is not UNSET:
            field_dict["timeInLowPercentDelta"] = time_in_low_percent_delta
        if time_in_target_percent is not UNSET:
            field_dict["timeInTargetPercent"] = time_in_target_percent
        if time_in_target_percent_delta is not UNSET:
            field_dict["timeInTargetPercentDelta"] = time_in_target_percent_delta
        if time_in_high_percent is not UNSET:
            field_dict["timeInHighPercent"] = time_in_high_percent
        if time_in_high_percent_delta is not UNSET:
            field_dict["timeInHighPercentDelta"] = time_in_high_percent_delta
        if time_in_very_high_percent is not UNSET:
            field_dict["timeInVeryHighPercent"] = time_in_very_high_percent
        if time_in_very_high_percent_delta is not UNSET:
            field_dict["timeInVeryHighPercentDelta"] = time_in_very_high_percent_delta
        if time_in_extreme_high_percent is not UNSET:
            field_dict["timeInExtremeHighPercent"] = time_in_extreme_high_percent
        if time_in_extreme_high_percent_delta is not UNSET:
            field_dict["timeInExtremeHighPercentDelta"] = time_in_extreme_high_percent_delta
        if time_in_any_high_percent is not UNSET:
            field_dict["timeInAnyHighPercent"] = time_in_any_high_percent
        if time_in_any_high_percent_delta is not UNSET:
            field_dict["timeInAnyHighPercentDelta"] = time_in_any_high_percent_delta
        if time_cgm_use_minutes is not UNSET:
            field_dict["timeCGMUseMinutes"] = time_cgm_use_minutes
        if time_cgm_use_minutes_delta is not UNSET:
            field_dict["timeCGMUseMinutesDelta"] = time_cgm_use_minutes_delta
        if time_in_very_low_minutes is not UNSET:
            field_dict["timeInVeryLowMinutes"] = time_in_very_low_minutes
        if time_in_very_low_minutes_delta is not UNSET:
            field_dict["timeInVeryLowMinutesDelta"] = time_in_very_low_minutes_delta
        if time_in_any_low_minutes is not UNSET:
            field_dict["timeInAnyLowMinutes"] = time_in_any_low_minutes
        if time_in_any_low_minutes_delta is not UNSET:
            field_dict["timeInAnyLowMinutesDelta"] = time_in_any_low_minutes_delta
        if time_in_low_minutes is not UNSET:
            field_dict["timeInLowMinutes"] = time_in_low_minutes
        if time_in_low_minutes_delta is not UNSET:
            field_dict["timeInLowMinutesDelta"] = time_in_low_minutes_delta
        if time_in_target_minutes is not UNSET:
            field_dict["timeInTargetMinutes"] = time_in_target_minutes
        if time_in_target_minutes_delta is not UNSET:
            field_dict["timeInTargetMinutesDelta"] = time_in_target_minutes_delta
        if time_in_high_minutes is not UNSET:
            field_dict["timeInHighMinutes"] = time_in_high_minutes
        if time_in_high_minutes_delta is not UNSET:
            field_dict["timeInHighMinutesDelta"] = time_in_high_minutes_delta
        if time_in_very_high_minutes is not UNSET:
            field_dict["timeInVeryHighMinutes"] = time_in_very_high_minutes
        if time_in_very_high_minutes_delta is not UNSET:
            field_dict["timeInVeryHighMinutesDelta"] = time_in_very_high_minutes_delta
        if time_in_extreme_high_minutes is not UNSET:
            field_dict["timeInExtremeHighMinutes"] = time_in_extreme_high_minutes
        if time_in_extreme_high_minutes_delta is not UNSET:
            field_dict["timeInExtremeHighMinutesDelta"] = time_in_extreme_high_minutes_delta
        if time_in_any_high_minutes is not UNSET:
            field_dict["timeInAnyHighMinutes"] = time_in_any_high_minutes
        if time_in_any_high_minutes_delta is not UNSET:
            field_dict["timeInAnyHighMinutesDelta"] = time_in_any_high_minutes_delta
        if time_cgm_use_records is not UNSET:
            field_dict["timeCGMUseRecords"] = time_cgm_use_records
        if time_cgm_use_records_delta is not UNSET:
            field_dict["timeCGMUseRecordsDelta"] = time_cgm_use_records_delta
        if time_in_very_low_records is not UNSET:
            field_dict["timeInVeryLowRecords"] = time_in_very_low_records
        if time_in_very_low_records_delta is not UNSET:
            field_dict["timeInVeryLowRecordsDelta"] = time_in_very_low_records_delta
        if time_in_any_low_records is not UNSET:
            field_dict["timeInAnyLowRecords"] = time_in_any_low_records
        if time_in_any_low_records_delta is not UNSET:
            field_dict["timeInAnyLowRecordsDelta"] = time_in_any_low_records_delta
        if time_in_low_records is not UNSET:
            field_dict["timeInLowRecords"] = time_in_low_records
        if time_in_low_records_delta is not UNSET:
            field_dict["timeInLowRecordsDelta"] = time_in_low_records_delta
        if time_in_target_records is not UNSET:
            field_dict["timeInTargetRecords"] = time_in_target_records
        if time_in_target_records_delta is not UNSET:
            field_dict["timeInTargetRecordsDelta"] = time_in_target_records_delta
        if time_in_high_records is not UNSET:
            field_dict["timeInHighRecords"] = time_in_high_records
        if time_in_high_records_delta is not UNSET:
            field_dict["timeInHighRecordsDelta"] = time_in_high_records_delta
        if time_in_very_high_records is not UNSET:
            field_dict["timeInVeryHighRecords"] = time_in_very_high_records
        if time_in_very_high_records_delta is not UNSET:
            field_dict["timeInVeryHighRecordsDelta"] = time_in_very_high_records_delta
        if time_in_extreme_high_records is not UNSET:
            field_dict["timeInExtremeHighRecords"] = time_in_extreme_high_records
        if time_in_extreme_high_records_delta is not UNSET:
            field_dict["timeInExtremeHighRecordsDelta"] = time_in_extreme_high_records_delta
        if time_in_any_high_records is not UNSET:
            field_dict["timeInAnyHighRecords"] = time_in_any_high_records
        if time_in_any_high_records_delta is not UNSET:
            field_dict["timeInAnyHighRecordsDelta"] = time_in_any_high_records_delta
        if average_daily_records is not UNSET:
            field_dict["averageDailyRecords"] = average_daily_records
        if average_daily_records_delta is not UNSET:
            field_dict["averageDailyRecordsDelta"] = average_daily_records_delta
        if total_records is not UNSET:
            field_dict["totalRecords"] = total_records
        if total_records_delta is not UNSET:
            field_dict["totalRecordsDelta"] = total_records_delta

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        max_ = d.pop("max")

        max_delta = d.pop("maxDelta")

        min_ = d.pop("min")

        min_delta = d.pop("minDelta")

        has_average_glucose_mmol = d.pop("hasAverageGlucoseMmol")

        has_glucose_management_indicator = d.pop("hasGlucoseManagementIndicator")

        has_time_cgm_use_percent = d.pop("hasTimeCGMUsePercent")

        has_time_in_very_low_percent = d.pop("hasTimeInVeryLowPercent")

        has_time_in_any_low_percent = d.pop("hasTimeInAnyLowPercent")

        has_time_in_low_percent = d.pop("hasTimeInLowPercent")

        has_time_in_target_percent = d.pop("hasTimeInTargetPercent")

        has_time_in_high_percent = d.pop("hasTimeInHighPercent")

        has_time_in_very_high_percent = d.pop("hasTimeInVeryHighPercent")

        has_time_in_extreme_high_percent = d.pop("hasTimeInExtremeHighPercent")

        has_time_in_any_high_percent = d.pop("hasTimeInAnyHighPercent")

        has_time_cgm_use_minutes = d.pop("hasTimeCGMUseMinutes")

        has_time_in_very_low_minutes = d.pop("hasTimeInVeryLowMinutes")

        has_time_in_any_low_minutes = d.pop("hasTimeInAnyLowMinutes")

        has_time_in_low_minutes = d.pop("hasTimeInLowMinutes")

        has_time_in_target_minutes = d.pop("hasTimeInTargetMinutes")

        has_time_in_high_minutes = d.pop("hasTimeInHighMinutes")

        has_time_in_very_high_minutes = d.pop("hasTimeInVeryHighMinutes")

        has_time_in_extreme_high_minutes = d.pop("hasTimeInExtremeHighMinutes")

        has_time_in_any_high_minutes = d.pop("hasTimeInAnyHighMinutes")

        has_time_cgm_use_records = d.pop("hasTimeCGMUseRecords")

        has_time_in_very_low_records = d.pop("hasTimeInVeryLowRecords")

        has_time_in_any_low_records = d.pop("hasTimeInAnyLowRecords")

        has_time_in_low_records = d.pop("hasTimeInLowRecords")

        has_time_in_target_records = d.pop("hasTimeInTargetRecords")

        has_time_in_high_records = d.pop("hasTimeInHighRecords")

        has_time_in_very_high_records = d.pop("hasTimeInVeryHighRecords")

        has_time_in_extreme_high_records = d.pop("hasTimeInExtremeHighRecords")

        has_time_in_any_high_records = d.pop("hasTimeInAnyHighRecords")

        has_average_daily_records = d.pop("hasAverageDailyRecords")

        has_total_records = d.pop("hasTotalRecords")

        hours_with_data = d.pop("hoursWithData")

        hours_with_data_delta = d.pop("hoursWithDataDelta")

        days_with_data = d.pop("daysWithData")

        days_with_data_delta = d.pop("daysWithDataDelta")

        standard_deviation = d.pop("standardDeviation")

        standard_deviation_delta = d.pop("standardDeviationDelta")

        coefficient_of_variation = d.pop("coefficientOfVariation")

        coefficient_of_variation_delta = d.pop("coefficientOfVariationDelta")

        average_glucose_mmol = d.pop("averageGlucoseMmol", UNSET)

        average_glucose_mmol_delta = d.pop("averageGlucoseMmolDelta", UNSET)

        glucose_management_indicator = d.pop("glucoseManagementIndicator", UNSET)

        glucose_management_indicator_delta = d.pop("glucoseManagementIndicatorDelta", UNSET)

        time_cgm_use_percent = d.pop("timeCGMUsePercent", UNSET)

        time_cgm_use_percent_delta = d.pop("timeCGMUsePercentDelta", UNSET)

        time_in_very_low_percent = d.pop("timeInVeryLowPercent", UNSET)

        time_in_very_low_percent_delta = d.pop("timeInVeryLowPercentDelta", UNSET)

        time_in_any_low_percent = d.pop("timeInAnyLowPercent", UNSET)

        time_in_any_low_percent_delta = d.pop("timeInAnyLowPercentDelta", UNSET)

        time_in_low_percent = d.pop("timeInLowPercent", UNSET)

        time_in_low_percent_delta = d.pop("timeInLowPercentDelta", UNSET)

        time_in_target_percent = d.pop("timeInTargetPercent", UNSET)

        time_in_target_percent_delta = d.pop("timeInTargetPercentDelta", UNSET)

        time_in_high_percent = d.pop("timeInHighPercent", UNSET)

        time_in_high_percent_delta = d.pop("timeInHighPercentDelta", UNSET)

        time_in_very_high_percent = d.pop("timeInVeryHighPercent", UNSET)

        time_in_very_high_percent_delta = d.pop("timeInVeryHighPercentDelta", UNSET)

        time_in_extreme_high_percent = d.pop("timeInExtremeHighPercent", UNSET)

        time_in_extreme_high_percent_delta = d.pop("timeInExtremeHighPercentDelta", UNSET)

        time_in_any_high_percent = d.pop("timeInAnyHighPercent", UNSET)

        time_in_any_high_percent_delta = d.pop("timeInAnyHighPercentDelta", UNSET)

        time_cgm_use_minutes = d.pop("timeCGMUseMinutes", UNSET)

        time_cgm_use_minutes_delta = d.pop("timeCGMUseMinutesDelta", UNSET)

        time_in_very_low_minutes = d.pop("timeInVeryLowMinutes", UNSET)

        time_in_very_low_minutes_delta = d.pop("timeInVeryLowMinutesDelta", UNSET)

        time_in_any_low_minutes = d.pop("timeInAnyLowMinutes", UNSET)

        time_in_any_low_minutes_delta = d.pop("timeInAnyLowMinutesDelta", UNSET)

        time_in_low_minutes = d.pop("timeInLowMinutes", UNSET)

        time_in_low_minutes_delta = d.pop("timeInLowMinutesDelta", UNSET)

        time_in_target_minutes = d.pop("timeInTargetMinutes", UNSET)

        time_in_target_minutes_delta = d.pop("timeInTargetMinutesDelta", UNSET)

        time_in_high_minutes = d.pop("timeInHighMinutes", UNSET)

        time_in_high_minutes_delta = d.pop("timeInHighMinutesDelta", UNSET)

        time_in_very_high_minutes = d.pop("timeInVeryHighMinutes", UNSET)

        time_in_very_high_minutes_delta = d.pop("timeInVeryHighMinutesDelta", UNSET)

        time_in_extreme_high_minutes = d.pop("timeInExtremeHighMinutes", UNSET)

        time_in_extreme_high_minutes_delta = d.pop("timeInExtremeHighMinutesDelta", UNSET)

        time_in_any_high_minutes = d.pop("timeInAnyHighMinutes", UNSET)

        time_in_any_high_minutes_delta = d.pop("timeInAnyHighMinutesDelta", UNSET)

        time_cgm_use_records = d.pop("timeCGMUseRecords", UNSET)

        time_cgm_use_records_delta = d.pop("timeCGMUseRecordsDelta", UNSET)

        time_in_very_low_records = d.pop("timeInVeryLowRecords", UNSET)

        time_in_very_low_records_delta = d.pop("timeInVeryLowRecordsDelta", UNSET)

        time_in_any_low_records = d.pop("timeInAnyLowRecords", UNSET)

        time_in_any_low_records_delta = d.pop("timeInAnyLowRecordsDelta", UNSET)

        time_in_low_records = d.pop("timeInLowRecords", UNSET)

        time_in_low_records_delta = d.pop("timeInLowRecordsDelta", UNSET)

        time_in_target_records = d.pop("timeInTargetRecords", UNSET)

        time_in_target_records_delta = d.pop("timeInTargetRecordsDelta", UNSET)

        time_in_high_records = d.pop("timeInHighRecords", UNSET)

        time_in_high_records_delta = d.pop("timeInHighRecordsDelta", UNSET)

        time_in_very_high_records = d.pop("timeInVeryHighRecords", UNSET)

        time_in_very_high_records_delta = d.pop("timeInVeryHighRecordsDelta", UNSET)

        time_in_extreme_high_records = d.pop("timeInExtremeHighRecords", UNSET)

        time_in_extreme_high_records_delta = d.pop("timeInExtremeHighRecordsDelta", UNSET)

        time_in_any_high_records = d.pop("timeInAnyHighRecords", UNSET)

        time_in_any_high_records_delta = d.pop("timeInAnyHighRecordsDelta", UNSET)

        average_daily_records = d.pop("averageDailyRecords", UNSET)

        average_daily_records_delta = d.pop("averageDailyRecordsDelta", UNSET)

        total_records = d.pop("totalRecords", UNSET)

        total_records_delta = d.pop("totalRecordsDelta", UNSET)

        cgm_period = cls(
            max_=max_,
            max_delta=max_delta,
            min_=min_,
            min_delta=min_delta,
            has_average_glucose_mmol=has_average_glucose_mmol,
            has_glucose_management_indicator=has_glucose_management_indicator,
            has_time_cgm_use_percent=has_time_cgm_use_percent,
            has_time_in_very_low_percent=has_time_in_very_low_percent,
            has_time_in_any_low_percent=has_time_in_any_low_percent,
            has_time_in_low_percent=has_time_in_low_percent,
            has_time_in_target_percent=has_time_in_target_percent,
            has_time_in_high_percent=has_time_in_high_percent,
            has_time_in_very_high_percent=has_time_in_very_high_percent,
            has_time_in_extreme_high_percent=has_time_in_extreme_high_percent,
            has_time_in_any_high_percent=has_time_in_any_high_percent,
            has_time_cgm_use_minutes=has_time_cgm_use_minutes,
            has_time_in_very_low_minutes=has_time_in_very_low_minutes,
            has_time_in_any_low_minutes=has_time_in_any_low_minutes,
            has_time_in_low_minutes=has_time_in_low_minutes,
            has_time_in_target_minutes=has_time_in_target_minutes,
            has_time_in_high_minutes=has_time_in_high_minutes,
            has_time_in_very_high_minutes=has_time_in_very_high_minutes,
            has_time_in_extreme_high_minutes=has_time_in_extreme_high_minutes,
            has_time_in_any_high_minutes=has_time_in_any_high_minutes,
            has_time_cgm_use_records=has_time_cgm_use_records,
            has_time_in_very_low_records=has_time_in_very_low_records,
            has_time_in_any_low_records=has_time_in_any_low_records,
            has_time_in_low_records=has_time_in_low_records,
            has_time_in_target_records=has_time_in_target_records,
            has_time_in_high_records=has_time_in_high_records,
            has_time_in_very_high_records=has_time_in_very_high_records,
            has_time_in_extreme_high_records=has_time_in_extreme_high_records,
            has_time_in_any_high_records=has_time_in_any_high_records,
            has_average_daily_records=has_average_daily_records,
            has_total_records=has_total_records,
            hours_with_data=hours_with_data,
            hours_with_data_delta=hours_with_data_delta,
            days_with_data=days_with_data,
            days_with_data_delta=days_with_data_delta,
            standard_deviation=standard_deviation,
            standard_deviation_delta=standard_deviation_delta,
            coefficient_of_variation=coefficient_of_variation,
            coefficient_of_variation_delta=coefficient_of_variation_delta,
            average_glucose_mmol=average_glucose_mmol,
            average_glucose_mmol_delta=average_glucose_mmol_delta,
            glucose_management_indicator=glucose_management_indicator,
            glucose_management_indicator_delta=glucose_management_indicator_delta,
            time_cgm_use_percent=time_cgm_use_percent,
            time_cgm_use_percent_delta=time_cgm_use_percent_delta,
            time_in_very_low_percent=time_in_very_low_percent,
            time_in_very_low_percent_delta=time_in_very_low_percent_delta,
            time_in_any_low_percent=time_in_any_low_percent,
            time_in_any_low_percent_delta=time_in_any_low_percent_delta,
            time_in_low_percent=time_in_low_percent,
            time_in_low_percent_delta=time_in_low_percent_delta,
            time_in_target_percent=time_in_target_percent,
            time_in_target_percent_delta=time_in_target_percent_delta,
            time_in_high_percent=time_in_high_percent,
            time_in_high_percent_delta=time_in_high_percent_delta,
            time_in_very_high_percent=time_in_very_high_percent,
            time_in_very_high_percent_delta=time_in_very_high_percent_delta,
            time_in_extreme_high_percent=time_in_extreme_high_percent,
            time_in_extreme_high_percent_delta=time_in_extreme_high_percent_delta,
            time_in_any_high_percent=time_in_any_high_percent,
            time_in_any_high_percent_delta=time_in_any_high_percent_delta,
            time_cgm_use_minutes=time_cgm_use_minutes,
            time_cgm_use_minutes_delta=time_cgm_use_minutes_delta,
            time_in_very_low_minutes=time_in_very_low_minutes,
            time_in_very_low_minutes_delta=time_in_very_low_minutes_delta,
            time_in_any_low_minutes=time_in_any_low_minutes,
            time_in_any_low_minutes_delta=time_in_any_low_minutes_delta,
            time_in_low_minutes=time_in_low_minutes,
            time_in_low_minutes_delta=time_in_low_minutes_delta,
            time_in_target_minutes=time_in_target_minutes,
            time_in_target_minutes_delta=time_in_target_minutes_delta,
            time_in_high_minutes=time_in_high_minutes,
            time_in_high_minutes_delta=time_in_high_minutes_delta,
            time_in_very_high_minutes=time_in_very_high_minutes,
            time_in_very_high_minutes_delta=time_in_very_high_minutes_delta,
            time_in_extreme_high_minutes=time_in_extreme_high_minutes,
            time_in_extreme_high_minutes_delta=time_in_extreme_high_minutes_delta,
            time_in_any_high_minutes=time_in_any_high_minutes,
            time_in_any_high_minutes_delta=time_in_any_high_minutes_delta,
            time_cgm_use_records=time_cgm_use_records,
            time_cgm_use_records_delta=time_cgm_use_records_delta,
            time_in_very_low_records=time_in_very_low_records,
            time_in_very_low_records_delta=time_in_very_low_records_delta,
            time_in_any_low_records=time_in_any_low_records,
            time_in_any_low_records_delta=time_in_any_low_records_delta,
            time_in_low_records=time_in_low_records,
            time_in_low_records_delta=time_in_low_records_delta,
            time_in_target_records=time_in_target_records,
            time_in_target_records_delta=time_in_target_records_delta,
            time_in_high_records=time_in_high_records,
            time_in_high_records_delta=time_in_high_records_delta,
            time_in_very_high_records=time_in_very_high_records,
            time_in_very_high_records_delta=time_in_very_high_records_delta,
            time_in_extreme_high_records=time_in_extreme_high_records,
            time_in_extreme_high_records_delta=time_in_extreme_high_records_delta,
            time_in_any_high_records=time_in_any_high_records,
            time_in_any_high_records_delta=time_in_any_high_records_delta,
            average_daily_records=average_daily_records,
            average_daily_records_delta=average_daily_records_delta,
            total_records=total_records,
            total_records_delta=total_records_delta,
        )

        cgm_period.additional_properties = d
        return cgm_period

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
