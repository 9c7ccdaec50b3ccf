from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="BgmPeriod")


@_attrs_define
class BgmPeriod:
    """Statistics of a blood glucose meter (BGM). One period. What is absent has no value, which does not mean zero.

    Attributes:
        max_ (float): Highest glucose, in mmol/L.
        max_delta (float): `max` less that of the period before, in the same unit.
        min_ (float): Lowest glucose, in mmol/L.
        min_delta (float): `min` less that of the period before, in the same unit.
        has_average_glucose_mmol (bool): Whether there is a value of `averageGlucoseMmol`.
        has_time_in_very_low_percent (bool): Whether there is a value of `timeInVeryLowPercent`.
        has_time_in_any_low_percent (bool): Whether there is a value of `timeInAnyLowPercent`.
        has_time_in_low_percent (bool): Whether there is a value of `timeInLowPercent`.
        has_time_in_target_percent (bool): Whether there is a value of `timeInTargetPercent`.
        has_time_in_high_percent (bool): Whether there is a value of `timeInHighPercent`.
        has_time_in_very_high_percent (bool): Whether there is a value of `timeInVeryHighPercent`.
        has_time_in_extreme_high_percent (bool): Whether there is a value of `timeInExtremeHighPercent`.
        has_time_in_any_high_percent (bool): Whether there is a value of `timeInAnyHighPercent`.
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
        days_with_data (float): Number of days with readings.
        days_with_data_delta (float): `daysWithData` less that of the period before, in the same unit.
        average_glucose_mmol (float | Unset): Average glucose, in mmol/L.
        average_glucose_mmol_delta (float | Unset): `averageGlucoseMmol` less that of the period before, in the same
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
        standard_deviation (float | Unset): Standard deviation of glucose, in mmol/L.
        standard_deviation_delta (float | Unset): `standardDeviation` less that of the period before, in the same unit.
        coefficient_of_variation (float | Unset): Standard deviation of glucose divided by its average, as a fraction.
        coefficient_of_variation_delta (float | Unset): `coefficientOfVariation` less that of the period before, in the
            same unit.
    """

    max_: float
    max_delta: float
    min_: float
    min_delta: float
    has_average_glucose_mmol: bool
    has_time_in_very_low_percent: bool
    has_time_in_any_low_percent: bool
    has_time_in_low_percent: bool
    has_time_in_target_percent: bool
    has_time_in_high_percent: bool
    has_time_in_very_high_percent: bool
    has_time_in_extreme_high_percent: bool
    has_time_in_any_high_percent: bool
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
    days_with_data: float
    days_with_data_delta: float
    average_glucose_mmol: float | Unset = UNSET
    average_glucose_mmol_delta: float | Unset = UNSET
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
    standard_deviation: float | Unset = UNSET
    standard_deviation_delta: float | Unset = UNSET
    coefficient_of_variation: float | Unset = UNSET
    coefficient_of_variation_delta: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        max_ = self.max_

        max_delta = self.max_delta

        min_ = self.min_

        min_delta = self.min_delta

        has_average_glucose_mmol = self.has_average_glucose_mmol

        has_time_in_very_low_percent = self.has_time_in_very_low_percent

        has_time_in_any_low_percent = self.has_time_in_any_low_percent

        has_time_in_low_percent = self.has_time_in_low_percent

        has_time_in_target_percent = self.has_time_in_target_percent

        has_time_in_high_percent = self.has_time_in_high_percent

        has_time_in_very_high_percent = self.has_time_in_very_high_percent

        has_time_in_extreme_high_percent = self.has_time_in_extreme_high_percent

        has_time_in_any_high_percent = self.has_time_in_any_high_percent

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

        days_with_data = self.days_with_data

        days_with_data_delta = self.days_with_data_delta

        average_glucose_mmol = self.average_glucose_mmol

        average_glucose_mmol_delta = self.average_glucose_mmol_delta

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

        standard_deviation = self.standard_deviation

        standard_deviation_delta = self.standard_deviation_delta

        coefficient_of_variation = self.coefficient_of_variation

        coefficient_of_variation_delta = self.coefficient_of_variation_delta

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "max": max_,
                "maxDelta": max_delta,
                "min": min_,
                "minDelta": min_delta,
                "hasAverageGlucoseMmol": has_average_glucose_mmol,
                "hasTimeInVeryLowPercent": has_time_in_very_low_percent,
                "hasTimeInAnyLowPercent": has_time_in_any_low_percent,
                "hasTimeInLowPercent": has_time_in_low_percent,
                "hasTimeInTargetPercent": has_time_in_target_percent,
                "hasTimeInHighPercent": has_time_in_high_percent,
                "hasTimeInVeryHighPercent": has_time_in_very_high_percent,
                "hasTimeInExtremeHighPercent": has_time_in_extreme_high_percent,
                "hasTimeInAnyHighPercent": has_time_in_any_high_percent,
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
                "daysWithData": days_with_data,
                "daysWithDataDelta": days_with_data_delta,
            }
        )
        if average_glucose_mmol is not UNSET:
            field_dict["averageGlucoseMmol"] = average_glucose_mmol
        if average_glucose_mmol_delta is not UNSET:
            field_dict["averageGlucoseMmolDelta"] = average_glucose_mmol_delta
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
        if standard_deviation is not UNSET:
            field_dict["standardDeviation"] = standard_deviation
        if standard_deviation_delta is not UNSET:
            field_dict["standardDeviationDelta"] = standard_deviation_delta
        if coefficient_of_variation is not UNSET:
            field_dict["coefficientOfVariation"] = coefficient_of_variation
        if coefficient_of_variation_delta is not UNSET:
            field_dict["coefficientOfVariationDelta"] = coefficient_of_variation_delta

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        max_ = d.pop("max")

        max_delta = d.pop("maxDelta")

        min_ = d.pop("min")

        min_delta = d.pop("minDelta")

        has_average_glucose_mmol = d.pop("hasAverageGlucoseMmol")

        has_time_in_very_low_percent = d.pop("hasTimeInVeryLowPercent")

        has_time_in_any_low_percent = d.pop("hasTimeInAnyLowPercent")

        has_time_in_low_percent = d.pop("hasTimeInLowPercent")

        has_time_in_target_percent = d.pop("hasTimeInTargetPercent")

        has_time_in_high_percent = d.pop("hasTimeInHighPercent")

        has_time_in_very_high_percent = d.pop("hasTimeInVeryHighPercent")

        has_time_in_extreme_high_percent = d.pop("hasTimeInExtremeHighPercent")

        has_time_in_any_high_percent = d.pop("hasTimeInAnyHighPercent")

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

        days_with_data = d.pop("daysWithData")

        days_with_data_delta = d.pop("daysWithDataDelta")

        average_glucose_mmol = d.pop("averageGlucoseMmol", UNSET)

        average_glucose_mmol_delta = d.pop("averageGlucoseMmolDelta", UNSET)

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

        standard_deviation = d.pop("standardDeviation", UNSET)

        standard_deviation_delta = d.pop("standardDeviationDelta", UNSET)

        coefficient_of_variation = d.pop("coefficientOfVariation", UNSET)

        coefficient_of_variation_delta = d.pop("coefficientOfVariationDelta", UNSET)

        bgm_period = cls(
            max_=max_,
            max_delta=max_delta,
            min_=min_,
            min_delta=min_delta,
            has_average_glucose_mmol=has_average_glucose_mmol,
            has_time_in_very_low_percent=has_time_in_very_low_percent,
            has_time_in_any_low_percent=has_time_in_any_low_percent,
            has_time_in_low_percent=has_time_in_low_percent,
            has_time_in_target_percent=has_time_in_target_percent,
            has_time_in_high_percent=has_time_in_high_percent,
            has_time_in_very_high_percent=has_time_in_very_high_percent,
            has_time_in_extreme_high_percent=has_time_in_extreme_high_percent,
            has_time_in_any_high_percent=has_time_in_any_high_percent,
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
            days_with_data=days_with_data,
            days_with_data_delta=days_with_data_delta,
            average_glucose_mmol=average_glucose_mmol,
            average_glucose_mmol_delta=average_glucose_mmol_delta,
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
            standard_deviation=standard_deviation,
            standard_deviation_delta=standard_deviation_delta,
            coefficient_of_variation=coefficient_of_variation,
            coefficient_of_variation_delta=coefficient_of_variation_delta,
        )

        bgm_period.additional_properties = d
        return bgm_period

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
