import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.connection_issue_cause import ConnectionIssueCause
from ...models.error import Error
from ...models.patient_list_export import PatientListExport
from ...models.patient_list_format import PatientListFormat
from ...models.period import Period
from ...models.sort_type import SortType
from ...types import UNSET, Response, Unset


def _get_kwargs(
    clinic_id: str,
    *,
    bgm_average_daily_records: str | Unset = UNSET,
    bgm_average_daily_records_delta: str | Unset = UNSET,
    bgm_average_glucose_mmol: str | Unset = UNSET,
    bgm_average_glucose_mmol_delta: str | Unset = UNSET,
    bgm_last_data_from: datetime.datetime | Unset = UNSET,
    bgm_last_data_to: datetime.datetime | Unset = UNSET,
    bgm_max: str | Unset = UNSET,
    bgm_max_delta: str | Unset = UNSET,
    bgm_min: str | Unset = UNSET,
    bgm_min_delta: str | Unset = UNSET,
    bgm_time_in_any_high_percent: str | Unset = UNSET,
    bgm_time_in_any_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_any_high_records: str | Unset = UNSET,
    bgm_time_in_any_high_records_delta: str | Unset = UNSET,
    bgm_time_in_any_low_percent: str | Unset = UNSET,
    bgm_time_in_any_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_any_low_records: str | Unset = UNSET,
    bgm_time_in_any_low_records_delta: str | Unset = UNSET,
    bgm_time_in_extreme_high_percent: str | Unset = UNSET,
    bgm_time_in_extreme_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_high_percent: str | Unset = UNSET,
    bgm_time_in_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_high_records: str | Unset = UNSET,
    bgm_time_in_high_records_delta: str | Unset = UNSET,
    bgm_time_in_low_percent: str | Unset = UNSET,
    bgm_time_in_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_low_records: str | Unset = UNSET,
    bgm_time_in_low_records_delta: str | Unset = UNSET,
    bgm_time_in_target_percent: str | Unset = UNSET,
    bgm_time_in_target_percent_delta: str | Unset = UNSET,
    bgm_time_in_target_records: str | Unset = UNSET,
    bgm_time_in_target_records_delta: str | Unset = UNSET,
    bgm_time_in_very_high_percent: str | Unset = UNSET,
    bgm_time_in_very_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_very_high_records: str | Unset = UNSET,
    bgm_time_in_very_high_records_delta: str | Unset = UNSET,
    bgm_time_in_very_low_percent: str | Unset = UNSET,
    bgm_time_in_very_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_very_low_records: str | Unset = UNSET,
    bgm_time_in_very_low_records_delta: str | Unset = UNSET,
    bgm_total_records: str | Unset = UNSET,
    bgm_total_records_delta: str | Unset = UNSET,
    cgm_average_daily_records: str | Unset = UNSET,
    cgm_average_daily_records_delta: str | Unset = UNSET,
    cgm_average_glucose_mmol: str | Unset = UNSET,
    cgm_average_glucose_mmol_delta: str | Unset = UNSET,
    cgm_coefficient_of_variation: str | Unset = UNSET,
    cgm_coefficient_of_variation_delta: str | Unset = UNSET,
    cgm_days_with_data: str | Unset = UNSET,
    cgm_days_with_data_delta: str | Unset = UNSET,
    cgm_glucose_management_indicator: str | Unset = UNSET,
    cgm_glucose_management_indicator_delta: str | Unset = UNSET,
    cgm_hours_with_data: str | Unset = UNSET,
    cgm_hours_with_data_delta: str | Unset = UNSET,
    cgm_last_data_from: datetime.datetime | Unset = UNSET,
    cgm_last_data_to: datetime.datetime | Unset = UNSET,
    cgm_max: str | Unset = UNSET,
    cgm_max_delta: str | Unset = UNSET,
    cgm_min: str | Unset = UNSET,
    cgm_min_delta: str | Unset = UNSET,
    cgm_standard_deviation: str | Unset = UNSET,
    cgm_standard_deviation_delta: str | Unset = UNSET,
    cgm_time_cgm_use_minutes: str | Unset = UNSET,
    cgm_time_cgm_use_minutes_delta: str | Unset = UNSET,
    cgm_time_cgm_use_percent: str | Unset = UNSET,
    cgm_time_cgm_use_percent_delta: str | Unset = UNSET,
    cgm_time_cgm_use_records: str | Unset = UNSET,
    cgm_time_cgm_use_records_delta: str | Unset = UNSET,
    cgm_time_in_any_high_minutes: str | Unset = UNSET,
    cgm_time_in_any_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_any_high_percent: str | Unset = UNSET,
    cgm_time_in_any_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_any_high_records: str | Unset = UNSET,
    cgm_time_in_any_high_records_delta: str | Unset = UNSET,
    cgm_time_in_any_low_minutes: str | Unset = UNSET,
    cgm_time_in_any_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_any_low_percent: str | Unset = UNSET,
    cgm_time_in_any_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_any_low_records: str | Unset = UNSET,
    cgm_time_in_any_low_records_delta: str | Unset = UNSET,
    cgm_time_in_extreme_high_minutes: str | Unset = UNSET,
    cgm_time_in_extreme_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_extreme_high_percent: str | Unset = UNSET,
    cgm_time_in_extreme_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_high_minutes: str | Unset = UNSET,
    cgm_time_in_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_high_percent: str | Unset = UNSET,
    cgm_time_in_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_high_records: str | Unset = UNSET,
    cgm_time_in_high_records_delta: str | Unset = UNSET,
    cgm_time_in_low_minutes: str | Unset = UNSET,
    cgm_time_in_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_low_percent: str | Unset = UNSET,
    cgm_time_in_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_low_records: str | Unset = UNSET,
    cgm_time_in_low_records_delta: str | Unset = UNSET,
    cgm_time_in_target_minutes: str | Unset = UNSET,
    cgm_time_in_target_minutes_delta: str | Unset = UNSET,
    cgm_time_in_target_percent: str | Unset = UNSET,
    cgm_time_in_target_percent_delta: str | Unset = UNSET,
    cgm_time_in_target_records: str | Unset = UNSET,
    cgm_time_in_target_records_delta: str | Unset = UNSET,
    cgm_time_in_very_high_minutes: str | Unset = UNSET,
    cgm_time_in_very_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_very_high_percent: str | Unset = UNSET,
    cgm_time_in_very_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_very_high_records: str | Unset = UNSET,
    cgm_time_in_very_high_records_delta: str | Unset = UNSET,
    cgm_time_in_very_low_minutes: str | Unset = UNSET,
    cgm_time_in_very_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_very_low_percent: str | Unset = UNSET,
    cgm_time_in_very_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_very_low_records: str | Unset = UNSET,
    cgm_time_in_very_low_records_delta: str | Unset = UNSET,
    cgm_total_records: str | Unset = UNSET,
    cgm_total_records_delta: str | Unset = UNSET,
    connection_issue_causes: list[ConnectionIssueCause] | Unset = UNSET,
    format_: PatientListFormat | Unset = UNSET,
    last_reviewed: datetime.datetime | Unset = UNSET,
    omit_non_standard_ranges: bool | Unset = UNSET,
    only_hidden_connection_issues: bool | Unset = UNSET,
    period: Period,
    search: str | Unset = UNSET,
    sites: list[str] | Unset = UNSET,
    sort: str | Unset = UNSET,
    sort_type: SortType | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["bgm.averageDailyRecords"] = bgm_average_daily_records

    params["bgm.averageDailyRecordsDelta"] = bgm_average_daily_records_delta

    params["bgm.averageGlucoseMmol"] = bgm_average_glucose_mmol

    params["bgm.averageGlucoseMmolDelta"] = bgm_average_glucose_mmol_delta

    json_bgm_last_data_from: str | Unset = UNSET
    if not isinstance(bgm_last_data_from, Unset):
        json_bgm_last_data_from = bgm_last_data_from.isoformat()
    params["bgm.lastDataFrom"] = json_bgm_last_data_from

    json_bgm_last_data_to: str | Unset = UNSET
    if not isinstance(bgm_last_data_to, Unset):
        json_bgm_last_data_to = bgm_last_data_to.isoformat()
    params["bgm.lastDataTo"] = json_bgm_last_data_to

    params["bgm.max"] = bgm_max

    params["bgm.maxDelta"] = bgm_max_delta

    params["bgm.min"] = bgm_min

    params["bgm.minDelta"] = bgm_min_delta

    params["bgm.timeInAnyHighPercent"] = bgm_time_in_any_high_percent

    params["bgm.timeInAnyHighPercentDelta"] = bgm_time_in_any_high_percent_delta

    params["bgm.timeInAnyHighRecords"] = bgm_time_in_any_high_records

    params["bgm.timeInAnyHighRecordsDelta"] = bgm_time_in_any_high_records_delta

    params["bgm.timeInAnyLowPercent"] = bgm_time_in_any_low_percent

    params["bgm.timeInAnyLowPercentDelta"] = bgm_time_in_any_low_percent_delta

    params["bgm.timeInAnyLowRecords"] = bgm_time_in_any_low_records

    params["bgm.timeInAnyLowRecordsDelta"] = bgm_time_in_any_low_records_delta

    params["bgm.timeInExtremeHighPercent"] = bgm_time_in_extreme_high_percent

    params["bgm.timeInExtremeHighPercentDelta"] = bgm_time_in_extreme_high_percent_delta

    params["bgm.timeInHighPercent"] = bgm_time_in_high_percent

    params["bgm.timeInHighPercentDelta"] = bgm_time_in_high_percent_delta

    params["bgm.timeInHighRecords"] = bgm_time_in_high_records

    params["bgm.timeInHighRecordsDelta"] = bgm_time_in_high_records_delta

    params["bgm.timeInLowPercent"] = bgm_time_in_low_percent

    params["bgm.timeInLowPercentDelta"] = bgm_time_in_low_percent_delta

    params["bgm.timeInLowRecords"] = bgm_time_in_low_records

    params["bgm.timeInLowRecordsDelta"] = bgm_time_in_low_records_delta

    params["bgm.timeInTargetPercent"] = bgm_time_in_target_percent

    params["bgm.timeInTargetPercentDelta"] = bgm_time_in_target_percent_delta

    params["bgm.timeInTargetRecords"] = bgm_time_in_target_records

    params["bgm.timeInTargetRecordsDelta"] = bgm_time_in_target_records_delta

    params["bgm.timeInVeryHighPercent"] = bgm_time_in_very_high_percent

    params["bgm.timeInVeryHighPercentDelta"] = bgm_time_in_very_high_percent_delta

    params["bgm.timeInVeryHighRecords"] = bgm_time_in_very_high_records

    params["bgm.timeInVeryHighRecordsDelta"] = bgm_time_in_very_high_records_delta

    params["bgm.timeInVeryLowPercent"] = bgm_time_in_very_low_percent

    params["bgm.timeInVeryLowPercentDelta"] = bgm_time_in_very_low_percent_delta

    params["bgm.timeInVeryLowRecords"] = bgm_time_in_very_low_records

    params["bgm.timeInVeryLowRecordsDelta"] = bgm_time_in_very_low_records_delta

    params["bgm.totalRecords"] = bgm_total_records

    params["bgm.totalRecordsDelta"] = bgm_total_records_delta

    params["cgm.averageDailyRecords"] = cgm_average_daily_records

    params["cgm.averageDailyRecordsDelta"] = cgm_average_daily_records_delta

    params["cgm.averageGlucoseMmol"] = cgm_average_glucose_mmol

    params["cgm.averageGlucoseMmolDelta"] = cgm_average_glucose_mmol_delta

    params["cgm.coefficientOfVariation"] = cgm_coefficient_of_variation

    params["cgm.coefficientOfVariationDelta"] = cgm_coefficient_of_variation_delta

    params["cgm.daysWithData"] = cgm_days_with_data

    params["cgm.daysWithDataDelta"] = cgm_days_with_data_delta

    params["cgm.glucoseManagementIndicator"] = cgm_glucose_management_indicator

    params["cgm.glucoseManagementIndicatorDelta"] = cgm_glucose_management_indicator_delta

    params["cgm.hoursWithData"] = cgm_hours_with_data

    params["cgm.hoursWithDataDelta"] = cgm_hours_with_data_delta

    json_cgm_last_data_from: str | Unset = UNSET
    if not isinstance(cgm_last_data_from, Unset):
        json_cgm_last_data_from = cgm_last_data_from.isoformat()
    params["cgm.lastDataFrom"] = json_cgm_last_data_from

    json_cgm_last_data_to: str | Unset = UNSET
    if not isinstance(cgm_last_data_to, Unset):
        json_cgm_last_data_to = cgm_last_data_to.isoformat()
    params["cgm.lastDataTo"] = json_cgm_last_data_to

    params["cgm.max"] = cgm_max

    params["cgm.maxDelta"] = cgm_max_delta

    params["cgm.min"] = cgm_min

    params["cgm.minDelta"] = cgm_min_delta

    params["cgm.standardDeviation"] = cgm_standard_deviation

    params["cgm.standardDeviationDelta"] = cgm_standard_deviation_delta

    params["cgm.timeCGMUseMinutes"] = cgm_time_cgm_use_minutes

    params["cgm.timeCGMUseMinutesDelta"] = cgm_time_cgm_use_minutes_delta

    params["cgm.timeCGMUsePercent"] = cgm_time_cgm_use_percent

    params["cgm.timeCGMUsePercentDelta"] = cgm_time_cgm_use_percent_delta

    params["cgm.timeCGMUseRecords"] = cgm_time_cgm_use_records

    params["cgm.timeCGMUseRecordsDelta"] = cgm_time_cgm_use_records_delta

    params["cgm.timeInAnyHighMinutes"] = cgm_time_in_any_high_minutes

    params["cgm.timeInAnyHighMinutesDelta"] = cgm_time_in_any_high_minutes_delta

    params["cgm.timeInAnyHighPercent"] = cgm_time_in_any_high_percent

    params["cgm.timeInAnyHighPercentDelta"] = cgm_time_in_any_high_percent_delta

    params["cgm.timeInAnyHighRecords"] = cgm_time_in_any_high_records

    params["cgm.timeInAnyHighRecordsDelta"] = cgm_time_in_any_high_records_delta

    params["cgm.timeInAnyLowMinutes"] = cgm_time_in_any_low_minutes

    params["cgm.timeInAnyLowMinutesDelta"] = cgm_time_in_any_low_minutes_delta

    params["cgm.timeInAnyLowPercent"] = cgm_time_in_any_low_percent

    params["cgm.timeInAnyLowPercentDelta"] = cgm_time_in_any_low_percent_delta

    params["cgm.timeInAnyLowRecords"] = cgm_time_in_any_low_records

    params["cgm.timeInAnyLowRecordsDelta"] = cgm_time_in_any_low_records_delta

    params["cgm.timeInExtremeHighMinutes"] = cgm_time_in_extreme_high_minutes

    params["cgm.timeInExtremeHighMinutesDelta"] = cgm_time_in_extreme_high_minutes_delta

    params["cgm.timeInExtremeHighPercent"] = cgm_time_in_extreme_high_percent

    params["cgm.timeInExtremeHighPercentDelta"] = cgm_time_in_extreme_high_percent_delta

    params["cgm.timeInHighMinutes"] = cgm_time_in_high_minutes

    params["cgm.timeInHighMinutesDelta"] = cgm_time_in_high_minutes_delta

    params["cgm.timeInHighPercent"] = cgm_time_in_high_percent

    params["cgm.timeInHighPercentDelta"] = cgm_time_in_high_percent_delta

    params["cgm.timeInHighRecords"] = cgm_time_in_high_records

    params["cgm.timeInHighRecordsDelta"] = cgm_time_in_high_records_delta

    params["cgm.timeInLowMinutes"] = cgm_time_in_low_minutes

    params["cgm.timeInLowMinutesDelta"] = cgm_time_in_low_minutes_delta

    params["cgm.timeInLowPercent"] = cgm_time_in_low_percent

    params["cgm.timeInLowPercentDelta"] = cgm_time_in_low_percent_delta

    params["cgm.timeInLowRecords"] = cgm_time_in_low_records

    params["cgm.timeInLowRecordsDelta"] = cgm_time_in_low_records_delta

    params["cgm.timeInTargetMinutes"] = cgm_time_in_target_minutes

    params["cgm.timeInTargetMinutesDelta"] = cgm_time_in_target_minutes_delta

    params["cgm.timeInTargetPercent"] = cgm_time_in_target_percent

    params["cgm.timeInTargetPercentDelta"] = cgm_time_in_target_percent_delta

    params["cgm.timeInTargetRecords"] = cgm_time_in_target_records

    params["cgm.timeInTargetRecordsDelta"] = cgm_time_in_target_records_delta

    params["cgm.timeInVeryHighMinutes"] = cgm_time_in_very_high_minutes

    params["cgm.timeInVeryHighMinutesDelta"] = cgm_time_in_very_high_minutes_delta

    params["cgm.timeInVeryHighPercent"] = cgm_time_in_very_high_percent

    params["cgm.timeInVeryHighPercentDelta"] = cgm_time_in_very_high_percent_delta

    params["cgm.timeInVeryHighRecords"] = cgm_time_in_very_high_records

    params["cgm.timeInVeryHighRecordsDelta"] = cgm_time_in_very_high_records_delta

    params["cgm.timeInVeryLowMinutes"] = cgm_time_in_very_low_minutes

    params["cgm.timeInVeryLowMinutesDelta"] = cgm_time_in_very_low_minutes_delta

    params["cgm.timeInVeryLowPercent"] = cgm_time_in_very_low_percent

    params["cgm.timeInVeryLowPercentDelta"] = cgm_time_in_very_low_percent_delta

    params["cgm.timeInVeryLowRecords"] = cgm_time_in_very_low_records

    params["cgm.timeInVeryLowRecordsDelta"] = cgm_time_in_very_low_records_delta

    params["cgm.totalRecords"] = cgm_total_records

    params["cgm.totalRecordsDelta"] = cgm_total_records_delta

    json_connection_issue_causes: list[str] | Unset = UNSET
    if not isinstance(connection_issue_causes, Unset):
        json_connection_issue_causes = []
        for connection_issue_causes_item_data in connection_issue_causes:
            connection_issue_causes_item: str = connection_issue_causes_item_data
            json_connection_issue_causes.append(connection_issue_causes_item)

    params["connectionIssueCauses"] = json_connection_issue_causes

    json_format_: str | Unset = UNSET
    if not isinstance(format_, Unset):
        json_format_ = format_

    params["format"] = json_format_

    json_last_reviewed: str | Unset = UNSET
    if not isinstance(last_reviewed, Unset):
        json_last_reviewed = last_reviewed.isoformat()
    params["lastReviewed"] = json_last_reviewed

    params["omitNonStandardRanges"] = omit_non_standard_ranges

    params["onlyHiddenConnectionIssues"] = only_hidden_connection_issues

    json_period: str = period
    params["period"] = json_period

    params["search"] = search

    json_sites: list[str] | Unset = UNSET
    if not isinstance(sites, Unset):
        json_sites = sites

    params["sites"] = json_sites

    params["sort"] = sort

    json_sort_type: str | Unset = UNSET
    if not isinstance(sort_type, Unset):
        json_sort_type = sort_type

    params["sortType"] = json_sort_type

    json_tags: list[str] | Unset = UNSET
    if not isinstance(tags, Unset):
        json_tags = tags

    params["tags"] = json_tags

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/clinics/{clinic_id}/export/patients".format(
            clinic_id=quote(str(clinic_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | PatientListExport | None:
    if response.status_code == 202:
        response_202 = PatientListExport.from_dict(response.json())

        return response_202

    if response.status_code == 400:
        response_400 = Error.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Error.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Error.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Error.from_dict(response.json())

        return response_404

    if response.status_code == 409:
        response_409 = Error.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = Error.from_dict(response.json())

        return response_413

    if response.status_code == 422:
        response_422 = Error.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = Error.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = Error.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = Error.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Error | PatientListExport]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    bgm_average_daily_records: str | Unset = UNSET,
    bgm_average_daily_records_delta: str | Unset = UNSET,
    bgm_average_glucose_mmol: str | Unset = UNSET,
    bgm_average_glucose_mmol_delta: str | Unset = UNSET,
    bgm_last_data_from: datetime.datetime | Unset = UNSET,
    bgm_last_data_to: datetime.datetime | Unset = UNSET,
    bgm_max: str | Unset = UNSET,
    bgm_max_delta: str | Unset = UNSET,
    bgm_min: str | Unset = UNSET,
    bgm_min_delta: str | Unset = UNSET,
    bgm_time_in_any_high_percent: str | Unset = UNSET,
    bgm_time_in_any_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_any_high_records: str | Unset = UNSET,
    bgm_time_in_any_high_records_delta: str | Unset = UNSET,
    bgm_time_in_any_low_percent: str | Unset = UNSET,
    bgm_time_in_any_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_any_low_records: str | Unset = UNSET,
    bgm_time_in_any_low_records_delta: str | Unset = UNSET,
    bgm_time_in_extreme_high_percent: str | Unset = UNSET,
    bgm_time_in_extreme_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_high_percent: str | Unset = UNSET,
    bgm_time_in_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_high_records: str | Unset = UNSET,
    bgm_time_in_high_records_delta: str | Unset = UNSET,
    bgm_time_in_low_percent: str | Unset = UNSET,
    bgm_time_in_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_low_records: str | Unset = UNSET,
    bgm_time_in_low_records_delta: str | Unset = UNSET,
    bgm_time_in_target_percent: str | Unset = UNSET,
    bgm_time_in_target_percent_delta: str | Unset = UNSET,
    bgm_time_in_target_records: str | Unset = UNSET,
    bgm_time_in_target_records_delta: str | Unset = UNSET,
    bgm_time_in_very_high_percent: str | Unset = UNSET,
    bgm_time_in_very_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_very_high_records: str | Unset = UNSET,
    bgm_time_in_very_high_records_delta: str | Unset = UNSET,
    bgm_time_in_very_low_percent: str | Unset = UNSET,
    bgm_time_in_very_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_very_low_records: str | Unset = UNSET,
    bgm_time_in_very_low_records_delta: str | Unset = UNSET,
    bgm_total_records: str | Unset = UNSET,
    bgm_total_records_delta: str | Unset = UNSET,
    cgm_average_daily_records: str | Unset = UNSET,
    cgm_average_daily_records_delta: str | Unset = UNSET,
    cgm_average_glucose_mmol: str | Unset = UNSET,
    cgm_average_glucose_mmol_delta: str | Unset = UNSET,
    cgm_coefficient_of_variation: str | Unset = UNSET,
    cgm_coefficient_of_variation_delta: str | Unset = UNSET,
    cgm_days_with_data: str | Unset = UNSET,
    cgm_days_with_data_delta: str | Unset = UNSET,
    cgm_glucose_management_indicator: str | Unset = UNSET,
    cgm_glucose_management_indicator_delta: str | Unset = UNSET,
    cgm_hours_with_data: str | Unset = UNSET,
    cgm_hours_with_data_delta: str | Unset = UNSET,
    cgm_last_data_from: datetime.datetime | Unset = UNSET,
    cgm_last_data_to: datetime.datetime | Unset = UNSET,
    cgm_max: str | Unset = UNSET,
    cgm_max_delta: str | Unset = UNSET,
    cgm_min: str | Unset = UNSET,
    cgm_min_delta: str | Unset = UNSET,
    cgm_standard_deviation: str | Unset = UNSET,
    cgm_standard_deviation_delta: str | Unset = UNSET,
    cgm_time_cgm_use_minutes: str | Unset = UNSET,
    cgm_time_cgm_use_minutes_delta: str | Unset = UNSET,
    cgm_time_cgm_use_percent: str | Unset = UNSET,
    cgm_time_cgm_use_percent_delta: str | Unset = UNSET,
    cgm_time_cgm_use_records: str | Unset = UNSET,
    cgm_time_cgm_use_records_delta: str | Unset = UNSET,
    cgm_time_in_any_high_minutes: str | Unset = UNSET,
    cgm_time_in_any_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_any_high_percent: str | Unset = UNSET,
    cgm_time_in_any_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_any_high_records: str | Unset = UNSET,
    cgm_time_in_any_high_records_delta: str | Unset = UNSET,
    cgm_time_in_any_low_minutes: str | Unset = UNSET,
    cgm_time_in_any_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_any_low_percent: str | Unset = UNSET,
    cgm_time_in_any_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_any_low_records: str | Unset = UNSET,
    cgm_time_in_any_low_records_delta: str | Unset = UNSET,
    cgm_time_in_extreme_high_minutes: str | Unset = UNSET,
    cgm_time_in_extreme_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_extreme_high_percent: str | Unset = UNSET,
    cgm_time_in_extreme_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_high_minutes: str | Unset = UNSET,
    cgm_time_in_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_high_percent: str | Unset = UNSET,
    cgm_time_in_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_high_records: str | Unset = UNSET,
    cgm_time_in_high_records_delta: str | Unset = UNSET,
    cgm_time_in_low_minutes: str | Unset = UNSET,
    cgm_time_in_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_low_percent: str | Unset = UNSET,
    cgm_time_in_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_low_records: str | Unset = UNSET,
    cgm_time_in_low_records_delta: str | Unset = UNSET,
    cgm_time_in_target_minutes: str | Unset = UNSET,
    cgm_time_in_target_minutes_delta: str | Unset = UNSET,
    cgm_time_in_target_percent: str | Unset = UNSET,
    cgm_time_in_target_percent_delta: str | Unset = UNSET,
    cgm_time_in_target_records: str | Unset = UNSET,
    cgm_time_in_target_records_delta: str | Unset = UNSET,
    cgm_time_in_very_high_minutes: str | Unset = UNSET,
    cgm_time_in_very_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_very_high_percent: str | Unset = UNSET,
    cgm_time_in_very_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_very_high_records: str | Unset = UNSET,
    cgm_time_in_very_high_records_delta: str | Unset = UNSET,
    cgm_time_in_very_low_minutes: str | Unset = UNSET,
    cgm_time_in_very_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_very_low_percent: str | Unset = UNSET,
    cgm_time_in_very_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_very_low_records: str | Unset = UNSET,
    cgm_time_in_very_low_records_delta: str | Unset = UNSET,
    cgm_total_records: str | Unset = UNSET,
    cgm_total_records_delta: str | Unset = UNSET,
    connection_issue_causes: list[ConnectionIssueCause] | Unset = UNSET,
    format_: PatientListFormat | Unset = UNSET,
    last_reviewed: datetime.datetime | Unset = UNSET,
    omit_non_standard_ranges: bool | Unset = UNSET,
    only_hidden_connection_issues: bool | Unset = UNSET,
    period: Period,
    search: str | Unset = UNSET,
    sites: list[str] | Unset = UNSET,
    sort: str | Unset = UNSET,
    sort_type: SortType | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
) -> Response[Error | PatientListExport]:
    """Have the list of patients exported as a file

     As ExportPatientList, with the same parameters and for the same callers, but a worker makes the
    file, and it can be fetched until it expires, a day after it was made: for lists that take longer
    than a request, and workbooks of more than 5,000 patients. Ask GetPatientListExport every few
    seconds how far it is. Who is in the file is decided when the worker begins, and each patient is
    shown as they are when the worker reads them. A member has three exports of a clinic: the next takes
    the place of the oldest. 422 for more than 200,000 patients, or 50,000 in a workbook.

    Args:
        clinic_id (str):
        bgm_average_daily_records (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_average_daily_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_average_glucose_mmol (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_average_glucose_mmol_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_last_data_from (datetime.datetime | Unset):
        bgm_last_data_to (datetime.datetime | Unset):
        bgm_max (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        bgm_max_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        bgm_min (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        bgm_min_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        bgm_time_in_any_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_any_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_any_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_any_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_any_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_any_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        bgm_time_in_any_low_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        bgm_time_in_any_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_extreme_high_percent (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        bgm_time_in_extreme_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_high_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_high_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        bgm_time_in_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_low_records (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        bgm_time_in_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_target_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_target_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        bgm_time_in_target_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        bgm_time_in_target_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_very_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_very_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_very_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_very_high_records_delta (str | Unset): A comparison and a whole number, such
            as `>=3`. Who has no value does not match.
        bgm_time_in_very_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_very_low_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_very_low_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_very_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_total_records (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        bgm_total_records_delta (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        cgm_average_daily_records (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_average_daily_records_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_average_glucose_mmol (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_average_glucose_mmol_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_coefficient_of_variation (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_coefficient_of_variation_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_days_with_data (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        cgm_days_with_data_delta (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_glucose_management_indicator (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_glucose_management_indicator_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_hours_with_data (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        cgm_hours_with_data_delta (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_last_data_from (datetime.datetime | Unset):
        cgm_last_data_to (datetime.datetime | Unset):
        cgm_max (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        cgm_max_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        cgm_min (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        cgm_min_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        cgm_standard_deviation (str | Unset): A comparison and a number, such as `<0.7` or `>=10`.
            Who has no value does not match.
        cgm_standard_deviation_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_cgm_use_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_cgm_use_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_cgm_use_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_cgm_use_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_cgm_use_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_cgm_use_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_any_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_any_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_low_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_any_low_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_any_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_time_in_any_low_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_any_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_extreme_high_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_extreme_high_minutes_delta (str | Unset): A comparison and a whole number,
            such as `>=3`. Who has no value does not match.
        cgm_time_in_extreme_high_percent (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_time_in_extreme_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_high_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_high_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_high_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_high_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_low_minutes (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        cgm_time_in_low_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_low_records (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        cgm_time_in_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_target_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_target_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_target_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_target_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_time_in_target_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_target_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_high_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_high_minutes_delta (str | Unset): A comparison and a whole number, such
            as `>=3`. Who has no value does not match.
        cgm_time_in_very_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_very_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_very_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_high_records_delta (str | Unset): A comparison and a whole number, such
            as `>=3`. Who has no value does not match.
        cgm_time_in_very_low_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_low_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_very_low_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_very_low_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_total_records (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        cgm_total_records_delta (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        connection_issue_causes (list[ConnectionIssueCause] | Unset):
        format_ (PatientListFormat | Unset): `csv`, or `xlsx` for a workbook of Excel.
        last_reviewed (datetime.datetime | Unset):
        omit_non_standard_ranges (bool | Unset):
        only_hidden_connection_issues (bool | Unset):
        period (Period): Length in days: `1d`, `7d`, `14d` or `30d`.
        search (str | Unset):
        sites (list[str] | Unset):
        sort (str | Unset):
        sort_type (SortType | Unset): `cgm` (sensors) or `bgm` (meters).
        tags (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PatientListExport]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        bgm_average_daily_records=bgm_average_daily_records,
        bgm_average_daily_records_delta=bgm_average_daily_records_delta,
        bgm_average_glucose_mmol=bgm_average_glucose_mmol,
        bgm_average_glucose_mmol_delta=bgm_average_glucose_mmol_delta,
        bgm_last_data_from=bgm_last_data_from,
        bgm_last_data_to=bgm_last_data_to,
        bgm_max=bgm_max,
        bgm_max_delta=bgm_max_delta,
        bgm_min=bgm_min,
        bgm_min_delta=bgm_min_delta,
        bgm_time_in_any_high_percent=bgm_time_in_any_high_percent,
        bgm_time_in_any_high_percent_delta=bgm_time_in_any_high_percent_delta,
        bgm_time_in_any_high_records=bgm_time_in_any_high_records,
        bgm_time_in_any_high_records_delta=bgm_time_in_any_high_records_delta,
        bgm_time_in_any_low_percent=bgm_time_in_any_low_percent,
        bgm_time_in_any_low_percent_delta=bgm_time_in_any_low_percent_delta,
        bgm_time_in_any_low_records=bgm_time_in_any_low_records,
        bgm_time_in_any_low_records_delta=bgm_time_in_any_low_records_delta,
        bgm_time_in_extreme_high_percent=bgm_time_in_extreme_high_percent,
        bgm_time_in_extreme_high_percent_delta=bgm_time_in_extreme_high_percent_delta,
        bgm_time_in_high_percent=bgm_time_in_high_percent,
        bgm_time_in_high_percent_delta=bgm_time_in_high_percent_delta,
        bgm_time_in_high_records=bgm_time_in_high_records,
        bgm_time_in_high_records_delta=bgm_time_in_high_records_delta,
        bgm_time_in_low_percent=bgm_time_in_low_percent,
        bgm_time_in_low_percent_delta=bgm_time_in_low_percent_delta,
        bgm_time_in_low_records=bgm_time_in_low_records,
        bgm_time_in_low_records_delta=bgm_time_in_low_records_delta,
        bgm_time_in_target_percent=bgm_time_in_target_percent,
        bgm_time_in_target_percent_delta=bgm_time_in_target_percent_delta,
        bgm_time_in_target_records=bgm_time_in_target_records,
        bgm_time_in_target_records_delta=bgm_time_in_target_records_delta,
        bgm_time_in_very_high_percent=bgm_time_in_very_high_percent,
        bgm_time_in_very_high_percent_delta=bgm_time_in_very_high_percent_delta,
        bgm_time_in_very_high_records=bgm_time_in_very_high_records,
        bgm_time_in_very_high_records_delta=bgm_time_in_very_high_records_delta,
        bgm_time_in_very_low_percent=bgm_time_in_very_low_percent,
        bgm_time_in_very_low_percent_delta=bgm_time_in_very_low_percent_delta,
        bgm_time_in_very_low_records=bgm_time_in_very_low_records,
        bgm_time_in_very_low_records_delta=bgm_time_in_very_low_records_delta,
        bgm_total_records=bgm_total_records,
        bgm_total_records_delta=bgm_total_records_delta,
        cgm_average_daily_records=cgm_average_daily_records,
        cgm_average_daily_records_delta=cgm_average_daily_records_delta,
        cgm_average_glucose_mmol=cgm_average_glucose_mmol,
        cgm_average_glucose_mmol_delta=cgm_average_glucose_mmol_delta,
        cgm_coefficient_of_variation=cgm_coefficient_of_variation,
        cgm_coefficient_of_variation_delta=cgm_coefficient_of_variation_delta,
        cgm_days_with_data=cgm_days_with_data,
        cgm_days_with_data_delta=cgm_days_with_data_delta,
        cgm_glucose_management_indicator=cgm_glucose_management_indicator,
        cgm_glucose_management_indicator_delta=cgm_glucose_management_indicator_delta,
        cgm_hours_with_data=cgm_hours_with_data,
        cgm_hours_with_data_delta=cgm_hours_with_data_delta,
        cgm_last_data_from=cgm_last_data_from,
        cgm_last_data_to=cgm_last_data_to,
        cgm_max=cgm_max,
        cgm_max_delta=cgm_max_delta,
        cgm_min=cgm_min,
        cgm_min_delta=cgm_min_delta,
        cgm_standard_deviation=cgm_standard_deviation,
        cgm_standard_deviation_delta=cgm_standard_deviation_delta,
        cgm_time_cgm_use_minutes=cgm_time_cgm_use_minutes,
        cgm_time_cgm_use_minutes_delta=cgm_time_cgm_use_minutes_delta,
        cgm_time_cgm_use_percent=cgm_time_cgm_use_percent,
        cgm_time_cgm_use_percent_delta=cgm_time_cgm_use_percent_delta,
        cgm_time_cgm_use_records=cgm_time_cgm_use_records,
        cgm_time_cgm_use_records_delta=cgm_time_cgm_use_records_delta,
        cgm_time_in_any_high_minutes=cgm_time_in_any_high_minutes,
        cgm_time_in_any_high_minutes_delta=cgm_time_in_any_high_minutes_delta,
        cgm_time_in_any_high_percent=cgm_time_in_any_high_percent,
        cgm_time_in_any_high_percent_delta=cgm_time_in_any_high_percent_delta,
        cgm_time_in_any_high_records=cgm_time_in_any_high_records,
        cgm_time_in_any_high_records_delta=cgm_time_in_any_high_records_delta,
        cgm_time_in_any_low_minutes=cgm_time_in_any_low_minutes,
        cgm_time_in_any_low_minutes_delta=cgm_time_in_any_low_minutes_delta,
        cgm_time_in_any_low_percent=cgm_time_in_any_low_percent,
        cgm_time_in_any_low_percent_delta=cgm_time_in_any_low_percent_delta,
        cgm_time_in_any_low_records=cgm_time_in_any_low_records,
        cgm_time_in_any_low_records_delta=cgm_time_in_any_low_records_delta,
        cgm_time_in_extreme_high_minutes=cgm_time_in_extreme_high_minutes,
        cgm_time_in_extreme_high_minutes_delta=cgm_time_in_extreme_high_minutes_delta,
        cgm_time_in_extreme_high_percent=cgm_time_in_extreme_high_percent,
        cgm_time_in_extreme_high_percent_delta=cgm_time_in_extreme_high_percent_delta,
        cgm_time_in_high_minutes=cgm_time_in_high_minutes,
        cgm_time_in_high_minutes_delta=cgm_time_in_high_minutes_delta,
        cgm_time_in_high_percent=cgm_time_in_high_percent,
        cgm_time_in_high_percent_delta=cgm_time_in_high_percent_delta,
        cgm_time_in_high_records=cgm_time_in_high_records,
        cgm_time_in_high_records_delta=cgm_time_in_high_records_delta,
        cgm_time_in_low_minutes=cgm_time_in_low_minutes,
        cgm_time_in_low_minutes_delta=cgm_time_in_low_minutes_delta,
        cgm_time_in_low_percent=cgm_time_in_low_percent,
        cgm_time_in_low_percent_delta=cgm_time_in_low_percent_delta,
        cgm_time_in_low_records=cgm_time_in_low_records,
        cgm_time_in_low_records_delta=cgm_time_in_low_records_delta,
        cgm_time_in_target_minutes=cgm_time_in_target_minutes,
        cgm_time_in_target_minutes_delta=cgm_time_in_target_minutes_delta,
        cgm_time_in_target_percent=cgm_time_in_target_percent,
        cgm_time_in_target_percent_delta=cgm_time_in_target_percent_delta,
        cgm_time_in_target_records=cgm_time_in_target_records,
        cgm_time_in_target_records_delta=cgm_time_in_target_records_delta,
        cgm_time_in_very_high_minutes=cgm_time_in_very_high_minutes,
        cgm_time_in_very_high_minutes_delta=cgm_time_in_very_high_minutes_delta,
        cgm_time_in_very_high_percent=cgm_time_in_very_high_percent,
        cgm_time_in_very_high_percent_delta=cgm_time_in_very_high_percent_delta,
        cgm_time_in_very_high_records=cgm_time_in_very_high_records,
        cgm_time_in_very_high_records_delta=cgm_time_in_very_high_records_delta,
        cgm_time_in_very_low_minutes=cgm_time_in_very_low_minutes,
        cgm_time_in_very_low_minutes_delta=cgm_time_in_very_low_minutes_delta,
        cgm_time_in_very_low_percent=cgm_time_in_very_low_percent,
        cgm_time_in_very_low_percent_delta=cgm_time_in_very_low_percent_delta,
        cgm_time_in_very_low_records=cgm_time_in_very_low_records,
        cgm_time_in_very_low_records_delta=cgm_time_in_very_low_records_delta,
        cgm_total_records=cgm_total_records,
        cgm_total_records_delta=cgm_total_records_delta,
        connection_issue_causes=connection_issue_causes,
        format_=format_,
        last_reviewed=last_reviewed,
        omit_non_standard_ranges=omit_non_standard_ranges,
        only_hidden_connection_issues=only_hidden_connection_issues,
        period=period,
        search=search,
        sites=sites,
        sort=sort,
        sort_type=sort_type,
        tags=tags,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    bgm_average_daily_records: str | Unset = UNSET,
    bgm_average_daily_records_delta: str | Unset = UNSET,
    bgm_average_glucose_mmol: str | Unset = UNSET,
    bgm_average_glucose_mmol_delta: str | Unset = UNSET,
    bgm_last_data_from: datetime.datetime | Unset = UNSET,
    bgm_last_data_to: datetime.datetime | Unset = UNSET,
    bgm_max: str | Unset = UNSET,
    bgm_max_delta: str | Unset = UNSET,
    bgm_min: str | Unset = UNSET,
    bgm_min_delta: str | Unset = UNSET,
    bgm_time_in_any_high_percent: str | Unset = UNSET,
    bgm_time_in_any_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_any_high_records: str | Unset = UNSET,
    bgm_time_in_any_high_records_delta: str | Unset = UNSET,
    bgm_time_in_any_low_percent: str | Unset = UNSET,
    bgm_time_in_any_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_any_low_records: str | Unset = UNSET,
    bgm_time_in_any_low_records_delta: str | Unset = UNSET,
    bgm_time_in_extreme_high_percent: str | Unset = UNSET,
    bgm_time_in_extreme_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_high_percent: str | Unset = UNSET,
    bgm_time_in_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_high_records: str | Unset = UNSET,
    bgm_time_in_high_records_delta: str | Unset = UNSET,
    bgm_time_in_low_percent: str | Unset = UNSET,
    bgm_time_in_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_low_records: str | Unset = UNSET,
    bgm_time_in_low_records_delta: str | Unset = UNSET,
    bgm_time_in_target_percent: str | Unset = UNSET,
    bgm_time_in_target_percent_delta: str | Unset = UNSET,
    bgm_time_in_target_records: str | Unset = UNSET,
    bgm_time_in_target_records_delta: str | Unset = UNSET,
    bgm_time_in_very_high_percent: str | Unset = UNSET,
    bgm_time_in_very_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_very_high_records: str | Unset = UNSET,
    bgm_time_in_very_high_records_delta: str | Unset = UNSET,
    bgm_time_in_very_low_percent: str | Unset = UNSET,
    bgm_time_in_very_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_very_low_records: str | Unset = UNSET,
    bgm_time_in_very_low_records_delta: str | Unset = UNSET,
    bgm_total_records: str | Unset = UNSET,
    bgm_total_records_delta: str | Unset = UNSET,
    cgm_average_daily_records: str | Unset = UNSET,
    cgm_average_daily_records_delta: str | Unset = UNSET,
    cgm_average_glucose_mmol: str | Unset = UNSET,
    cgm_average_glucose_mmol_delta: str | Unset = UNSET,
    cgm_coefficient_of_variation: str | Unset = UNSET,
    cgm_coefficient_of_variation_delta: str | Unset = UNSET,
    cgm_days_with_data: str | Unset = UNSET,
    cgm_days_with_data_delta: str | Unset = UNSET,
    cgm_glucose_management_indicator: str | Unset = UNSET,
    cgm_glucose_management_indicator_delta: str | Unset = UNSET,
    cgm_hours_with_data: str | Unset = UNSET,
    cgm_hours_with_data_delta: str | Unset = UNSET,
    cgm_last_data_from: datetime.datetime | Unset = UNSET,
    cgm_last_data_to: datetime.datetime | Unset = UNSET,
    cgm_max: str | Unset = UNSET,
    cgm_max_delta: str | Unset = UNSET,
    cgm_min: str | Unset = UNSET,
    cgm_min_delta: str | Unset = UNSET,
    cgm_standard_deviation: str | Unset = UNSET,
    cgm_standard_deviation_delta: str | Unset = UNSET,
    cgm_time_cgm_use_minutes: str | Unset = UNSET,
    cgm_time_cgm_use_minutes_delta: str | Unset = UNSET,
    cgm_time_cgm_use_percent: str | Unset = UNSET,
    cgm_time_cgm_use_percent_delta: str | Unset = UNSET,
    cgm_time_cgm_use_records: str | Unset = UNSET,
    cgm_time_cgm_use_records_delta: str | Unset = UNSET,
    cgm_time_in_any_high_minutes: str | Unset = UNSET,
    cgm_time_in_any_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_any_high_percent: str | Unset = UNSET,
    cgm_time_in_any_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_any_high_records: str | Unset = UNSET,
    cgm_time_in_any_high_records_delta: str | Unset = UNSET,
    cgm_time_in_any_low_minutes: str | Unset = UNSET,
    cgm_time_in_any_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_any_low_percent: str | Unset = UNSET,
    cgm_time_in_any_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_any_low_records: str | Unset = UNSET,
    cgm_time_in_any_low_records_delta: str | Unset = UNSET,
    cgm_time_in_extreme_high_minutes: str | Unset = UNSET,
    cgm_time_in_extreme_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_extreme_high_percent: str | Unset = UNSET,
    cgm_time_in_extreme_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_high_minutes: str | Unset = UNSET,
    cgm_time_in_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_high_percent: str | Unset = UNSET,
    cgm_time_in_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_high_records: str | Unset = UNSET,
    cgm_time_in_high_records_delta: str | Unset = UNSET,
    cgm_time_in_low_minutes: str | Unset = UNSET,
    cgm_time_in_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_low_percent: str | Unset = UNSET,
    cgm_time_in_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_low_records: str | Unset = UNSET,
    cgm_time_in_low_records_delta: str | Unset = UNSET,
    cgm_time_in_target_minutes: str | Unset = UNSET,
    cgm_time_in_target_minutes_delta: str | Unset = UNSET,
    cgm_time_in_target_percent: str | Unset = UNSET,
    cgm_time_in_target_percent_delta: str | Unset = UNSET,
    cgm_time_in_target_records: str | Unset = UNSET,
    cgm_time_in_target_records_delta: str | Unset = UNSET,
    cgm_time_in_very_high_minutes: str | Unset = UNSET,
    cgm_time_in_very_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_very_high_percent: str | Unset = UNSET,
    cgm_time_in_very_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_very_high_records: str | Unset = UNSET,
    cgm_time_in_very_high_records_delta: str | Unset = UNSET,
    cgm_time_in_very_low_minutes: str | Unset = UNSET,
    cgm_time_in_very_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_very_low_percent: str | Unset = UNSET,
    cgm_time_in_very_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_very_low_records: str | Unset = UNSET,
    cgm_time_in_very_low_records_delta: str | Unset = UNSET,
    cgm_total_records: str | Unset = UNSET,
    cgm_total_records_delta: str | Unset = UNSET,
    connection_issue_causes: list[ConnectionIssueCause] | Unset = UNSET,
    format_: PatientListFormat | Unset = UNSET,
    last_reviewed: datetime.datetime | Unset = UNSET,
    omit_non_standard_ranges: bool | Unset = UNSET,
    only_hidden_connection_issues: bool | Unset = UNSET,
    period: Period,
    search: str | Unset = UNSET,
    sites: list[str] | Unset = UNSET,
    sort: str | Unset = UNSET,
    sort_type: SortType | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
) -> Error | PatientListExport | None:
    """Have the list of patients exported as a file

     As ExportPatientList, with the same parameters and for the same callers, but a worker makes the
    file, and it can be fetched until it expires, a day after it was made: for lists that take longer
    than a request, and workbooks of more than 5,000 patients. Ask GetPatientListExport every few
    seconds how far it is. Who is in the file is decided when the worker begins, and each patient is
    shown as they are when the worker reads them. A member has three exports of a clinic: the next takes
    the place of the oldest. 422 for more than 200,000 patients, or 50,000 in a workbook.

    Args:
        clinic_id (str):
        bgm_average_daily_records (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_average_daily_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_average_glucose_mmol (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_average_glucose_mmol_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_last_data_from (datetime.datetime | Unset):
        bgm_last_data_to (datetime.datetime | Unset):
        bgm_max (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        bgm_max_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        bgm_min (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        bgm_min_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        bgm_time_in_any_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_any_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_any_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_any_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_any_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_any_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        bgm_time_in_any_low_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        bgm_time_in_any_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_extreme_high_percent (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        bgm_time_in_extreme_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_high_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_high_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        bgm_time_in_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_low_records (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        bgm_time_in_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_target_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_target_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        bgm_time_in_target_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        bgm_time_in_target_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_very_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_very_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_very_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_very_high_records_delta (str | Unset): A comparison and a whole number, such
            as `>=3`. Who has no value does not match.
        bgm_time_in_very_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_very_low_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_very_low_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_very_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_total_records (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        bgm_total_records_delta (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        cgm_average_daily_records (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_average_daily_records_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_average_glucose_mmol (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_average_glucose_mmol_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_coefficient_of_variation (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_coefficient_of_variation_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_days_with_data (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        cgm_days_with_data_delta (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_glucose_management_indicator (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_glucose_management_indicator_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_hours_with_data (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        cgm_hours_with_data_delta (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_last_data_from (datetime.datetime | Unset):
        cgm_last_data_to (datetime.datetime | Unset):
        cgm_max (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        cgm_max_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        cgm_min (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        cgm_min_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        cgm_standard_deviation (str | Unset): A comparison and a number, such as `<0.7` or `>=10`.
            Who has no value does not match.
        cgm_standard_deviation_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_cgm_use_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_cgm_use_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_cgm_use_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_cgm_use_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_cgm_use_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_cgm_use_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_any_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_any_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_low_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_any_low_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_any_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_time_in_any_low_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_any_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_extreme_high_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_extreme_high_minutes_delta (str | Unset): A comparison and a whole number,
            such as `>=3`. Who has no value does not match.
        cgm_time_in_extreme_high_percent (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_time_in_extreme_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_high_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_high_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_high_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_high_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_low_minutes (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        cgm_time_in_low_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_low_records (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        cgm_time_in_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_target_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_target_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_target_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_target_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_time_in_target_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_target_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_high_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_high_minutes_delta (str | Unset): A comparison and a whole number, such
            as `>=3`. Who has no value does not match.
        cgm_time_in_very_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_very_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_very_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_high_records_delta (str | Unset): A comparison and a whole number, such
            as `>=3`. Who has no value does not match.
        cgm_time_in_very_low_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_low_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_very_low_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_very_low_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_total_records (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        cgm_total_records_delta (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        connection_issue_causes (list[ConnectionIssueCause] | Unset):
        format_ (PatientListFormat | Unset): `csv`, or `xlsx` for a workbook of Excel.
        last_reviewed (datetime.datetime | Unset):
        omit_non_standard_ranges (bool | Unset):
        only_hidden_connection_issues (bool | Unset):
        period (Period): Length in days: `1d`, `7d`, `14d` or `30d`.
        search (str | Unset):
        sites (list[str] | Unset):
        sort (str | Unset):
        sort_type (SortType | Unset): `cgm` (sensors) or `bgm` (meters).
        tags (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PatientListExport
    """

    return sync_detailed(
        clinic_id=clinic_id,
        client=client,
        bgm_average_daily_records=bgm_average_daily_records,
        bgm_average_daily_records_delta=bgm_average_daily_records_delta,
        bgm_average_glucose_mmol=bgm_average_glucose_mmol,
        bgm_average_glucose_mmol_delta=bgm_average_glucose_mmol_delta,
        bgm_last_data_from=bgm_last_data_from,
        bgm_last_data_to=bgm_last_data_to,
        bgm_max=bgm_max,
        bgm_max_delta=bgm_max_delta,
        bgm_min=bgm_min,
        bgm_min_delta=bgm_min_delta,
        bgm_time_in_any_high_percent=bgm_time_in_any_high_percent,
        bgm_time_in_any_high_percent_delta=bgm_time_in_any_high_percent_delta,
        bgm_time_in_any_high_records=bgm_time_in_any_high_records,
        bgm_time_in_any_high_records_delta=bgm_time_in_any_high_records_delta,
        bgm_time_in_any_low_percent=bgm_time_in_any_low_percent,
        bgm_time_in_any_low_percent_delta=bgm_time_in_any_low_percent_delta,
        bgm_time_in_any_low_records=bgm_time_in_any_low_records,
        bgm_time_in_any_low_records_delta=bgm_time_in_any_low_records_delta,
        bgm_time_in_extreme_high_percent=bgm_time_in_extreme_high_percent,
        bgm_time_in_extreme_high_percent_delta=bgm_time_in_extreme_high_percent_delta,
        bgm_time_in_high_percent=bgm_time_in_high_percent,
        bgm_time_in_high_percent_delta=bgm_time_in_high_percent_delta,
        bgm_time_in_high_records=bgm_time_in_high_records,
        bgm_time_in_high_records_delta=bgm_time_in_high_records_delta,
        bgm_time_in_low_percent=bgm_time_in_low_percent,
        bgm_time_in_low_percent_delta=bgm_time_in_low_percent_delta,
        bgm_time_in_low_records=bgm_time_in_low_records,
        bgm_time_in_low_records_delta=bgm_time_in_low_records_delta,
        bgm_time_in_target_percent=bgm_time_in_target_percent,
        bgm_time_in_target_percent_delta=bgm_time_in_target_percent_delta,
        bgm_time_in_target_records=bgm_time_in_target_records,
        bgm_time_in_target_records_delta=bgm_time_in_target_records_delta,
        bgm_time_in_very_high_percent=bgm_time_in_very_high_percent,
        bgm_time_in_very_high_percent_delta=bgm_time_in_very_high_percent_delta,
        bgm_time_in_very_high_records=bgm_time_in_very_high_records,
        bgm_time_in_very_high_records_delta=bgm_time_in_very_high_records_delta,
        bgm_time_in_very_low_percent=bgm_time_in_very_low_percent,
        bgm_time_in_very_low_percent_delta=bgm_time_in_very_low_percent_delta,
        bgm_time_in_very_low_records=bgm_time_in_very_low_records,
        bgm_time_in_very_low_records_delta=bgm_time_in_very_low_records_delta,
        bgm_total_records=bgm_total_records,
        bgm_total_records_delta=bgm_total_records_delta,
        cgm_average_daily_records=cgm_average_daily_records,
        cgm_average_daily_records_delta=cgm_average_daily_records_delta,
        cgm_average_glucose_mmol=cgm_average_glucose_mmol,
        cgm_average_glucose_mmol_delta=cgm_average_glucose_mmol_delta,
        cgm_coefficient_of_variation=cgm_coefficient_of_variation,
        cgm_coefficient_of_variation_delta=cgm_coefficient_of_variation_delta,
        cgm_days_with_data=cgm_days_with_data,
        cgm_days_with_data_delta=cgm_days_with_data_delta,
        cgm_glucose_management_indicator=cgm_glucose_management_indicator,
        cgm_glucose_management_indicator_delta=cgm_glucose_management_indicator_delta,
        cgm_hours_with_data=cgm_hours_with_data,
        cgm_hours_with_data_delta=cgm_hours_with_data_delta,
        cgm_last_data_from=cgm_last_data_from,
        cgm_last_data_to=cgm_last_data_to,
        cgm_max=cgm_max,
        cgm_max_delta=cgm_max_delta,
        cgm_min=cgm_min,
        cgm_min_delta=cgm_min_delta,
        cgm_standard_deviation=cgm_standard_deviation,
        cgm_standard_deviation_delta=cgm_standard_deviation_delta,
        cgm_time_cgm_use_minutes=cgm_time_cgm_use_minutes,
        cgm_time_cgm_use_minutes_delta=cgm_time_cgm_use_minutes_delta,
        cgm_time_cgm_use_percent=cgm_time_cgm_use_percent,
        cgm_time_cgm_use_percent_delta=cgm_time_cgm_use_percent_delta,
        cgm_time_cgm_use_records=cgm_time_cgm_use_records,
        cgm_time_cgm_use_records_delta=cgm_time_cgm_use_records_delta,
        cgm_time_in_any_high_minutes=cgm_time_in_any_high_minutes,
        cgm_time_in_any_high_minutes_delta=cgm_time_in_any_high_minutes_delta,
        cgm_time_in_any_high_percent=cgm_time_in_any_high_percent,
        cgm_time_in_any_high_percent_delta=cgm_time_in_any_high_percent_delta,
        cgm_time_in_any_high_records=cgm_time_in_any_high_records,
        cgm_time_in_any_high_records_delta=cgm_time_in_any_high_records_delta,
        cgm_time_in_any_low_minutes=cgm_time_in_any_low_minutes,
        cgm_time_in_any_low_minutes_delta=cgm_time_in_any_low_minutes_delta,
        cgm_time_in_any_low_percent=cgm_time_in_any_low_percent,
        cgm_time_in_any_low_percent_delta=cgm_time_in_any_low_percent_delta,
        cgm_time_in_any_low_records=cgm_time_in_any_low_records,
        cgm_time_in_any_low_records_delta=cgm_time_in_any_low_records_delta,
        cgm_time_in_extreme_high_minutes=cgm_time_in_extreme_high_minutes,
        cgm_time_in_extreme_high_minutes_delta=cgm_time_in_extreme_high_minutes_delta,
        cgm_time_in_extreme_high_percent=cgm_time_in_extreme_high_percent,
        cgm_time_in_extreme_high_percent_delta=cgm_time_in_extreme_high_percent_delta,
        cgm_time_in_high_minutes=cgm_time_in_high_minutes,
        cgm_time_in_high_minutes_delta=cgm_time_in_high_minutes_delta,
        cgm_time_in_high_percent=cgm_time_in_high_percent,
        cgm_time_in_high_percent_delta=cgm_time_in_high_percent_delta,
        cgm_time_in_high_records=cgm_time_in_high_records,
        cgm_time_in_high_records_delta=cgm_time_in_high_records_delta,
        cgm_time_in_low_minutes=cgm_time_in_low_minutes,
        cgm_time_in_low_minutes_delta=cgm_time_in_low_minutes_delta,
        cgm_time_in_low_percent=cgm_time_in_low_percent,
        cgm_time_in_low_percent_delta=cgm_time_in_low_percent_delta,
        cgm_time_in_low_records=cgm_time_in_low_records,
        cgm_time_in_low_records_delta=cgm_time_in_low_records_delta,
        cgm_time_in_target_minutes=cgm_time_in_target_minutes,
        cgm_time_in_target_minutes_delta=cgm_time_in_target_minutes_delta,
        cgm_time_in_target_percent=cgm_time_in_target_percent,
        cgm_time_in_target_percent_delta=cgm_time_in_target_percent_delta,
        cgm_time_in_target_records=cgm_time_in_target_records,
        cgm_time_in_target_records_delta=cgm_time_in_target_records_delta,
        cgm_time_in_very_high_minutes=cgm_time_in_very_high_minutes,
        cgm_time_in_very_high_minutes_delta=cgm_time_in_very_high_minutes_delta,
        cgm_time_in_very_high_percent=cgm_time_in_very_high_percent,
        cgm_time_in_very_high_percent_delta=cgm_time_in_very_high_percent_delta,
        cgm_time_in_very_high_records=cgm_time_in_very_high_records,
        cgm_time_in_very_high_records_delta=cgm_time_in_very_high_records_delta,
        cgm_time_in_very_low_minutes=cgm_time_in_very_low_minutes,
        cgm_time_in_very_low_minutes_delta=cgm_time_in_very_low_minutes_delta,
        cgm_time_in_very_low_percent=cgm_time_in_very_low_percent,
        cgm_time_in_very_low_percent_delta=cgm_time_in_very_low_percent_delta,
        cgm_time_in_very_low_records=cgm_time_in_very_low_records,
        cgm_time_in_very_low_records_delta=cgm_time_in_very_low_records_delta,
        cgm_total_records=cgm_total_records,
        cgm_total_records_delta=cgm_total_records_delta,
        connection_issue_causes=connection_issue_causes,
        format_=format_,
        last_reviewed=last_reviewed,
        omit_non_standard_ranges=omit_non_standard_ranges,
        only_hidden_connection_issues=only_hidden_connection_issues,
        period=period,
        search=search,
        sites=sites,
        sort=sort,
        sort_type=sort_type,
        tags=tags,
    ).parsed


async def asyncio_detailed(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    bgm_average_daily_records: str | Unset = UNSET,
    bgm_average_daily_records_delta: str | Unset = UNSET,
    bgm_average_glucose_mmol: str | Unset = UNSET,
    bgm_average_glucose_mmol_delta: str | Unset = UNSET,
    bgm_last_data_from: datetime.datetime | Unset = UNSET,
    bgm_last_data_to: datetime.datetime | Unset = UNSET,
    bgm_max: str | Unset = UNSET,
    bgm_max_delta: str | Unset = UNSET,
    bgm_min: str | Unset = UNSET,
    bgm_min_delta: str | Unset = UNSET,
    bgm_time_in_any_high_percent: str | Unset = UNSET,
    bgm_time_in_any_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_any_high_records: str | Unset = UNSET,
    bgm_time_in_any_high_records_delta: str | Unset = UNSET,
    bgm_time_in_any_low_percent: str | Unset = UNSET,
    bgm_time_in_any_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_any_low_records: str | Unset = UNSET,
    bgm_time_in_any_low_records_delta: str | Unset = UNSET,
    bgm_time_in_extreme_high_percent: str | Unset = UNSET,
    bgm_time_in_extreme_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_high_percent: str | Unset = UNSET,
    bgm_time_in_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_high_records: str | Unset = UNSET,
    bgm_time_in_high_records_delta: str | Unset = UNSET,
    bgm_time_in_low_percent: str | Unset = UNSET,
    bgm_time_in_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_low_records: str | Unset = UNSET,
    bgm_time_in_low_records_delta: str | Unset = UNSET,
    bgm_time_in_target_percent: str | Unset = UNSET,
    bgm_time_in_target_percent_delta: str | Unset = UNSET,
    bgm_time_in_target_records: str | Unset = UNSET,
    bgm_time_in_target_records_delta: str | Unset = UNSET,
    bgm_time_in_very_high_percent: str | Unset = UNSET,
    bgm_time_in_very_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_very_high_records: str | Unset = UNSET,
    bgm_time_in_very_high_records_delta: str | Unset = UNSET,
    bgm_time_in_very_low_percent: str | Unset = UNSET,
    bgm_time_in_very_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_very_low_records: str | Unset = UNSET,
    bgm_time_in_very_low_records_delta: str | Unset = UNSET,
    bgm_total_records: str | Unset = UNSET,
    bgm_total_records_delta: str | Unset = UNSET,
    cgm_average_daily_records: str | Unset = UNSET,
    cgm_average_daily_records_delta: str | Unset = UNSET,
    cgm_average_glucose_mmol: str | Unset = UNSET,
    cgm_average_glucose_mmol_delta: str | Unset = UNSET,
    cgm_coefficient_of_variation: str | Unset = UNSET,
    cgm_coefficient_of_variation_delta: str | Unset = UNSET,
    cgm_days_with_data: str | Unset = UNSET,
    cgm_days_with_data_delta: str | Unset = UNSET,
    cgm_glucose_management_indicator: str | Unset = UNSET,
    cgm_glucose_management_indicator_delta: str | Unset = UNSET,
    cgm_hours_with_data: str | Unset = UNSET,
    cgm_hours_with_data_delta: str | Unset = UNSET,
    cgm_last_data_from: datetime.datetime | Unset = UNSET,
    cgm_last_data_to: datetime.datetime | Unset = UNSET,
    cgm_max: str | Unset = UNSET,
    cgm_max_delta: str | Unset = UNSET,
    cgm_min: str | Unset = UNSET,
    cgm_min_delta: str | Unset = UNSET,
    cgm_standard_deviation: str | Unset = UNSET,
    cgm_standard_deviation_delta: str | Unset = UNSET,
    cgm_time_cgm_use_minutes: str | Unset = UNSET,
    cgm_time_cgm_use_minutes_delta: str | Unset = UNSET,
    cgm_time_cgm_use_percent: str | Unset = UNSET,
    cgm_time_cgm_use_percent_delta: str | Unset = UNSET,
    cgm_time_cgm_use_records: str | Unset = UNSET,
    cgm_time_cgm_use_records_delta: str | Unset = UNSET,
    cgm_time_in_any_high_minutes: str | Unset = UNSET,
    cgm_time_in_any_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_any_high_percent: str | Unset = UNSET,
    cgm_time_in_any_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_any_high_records: str | Unset = UNSET,
    cgm_time_in_any_high_records_delta: str | Unset = UNSET,
    cgm_time_in_any_low_minutes: str | Unset = UNSET,
    cgm_time_in_any_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_any_low_percent: str | Unset = UNSET,
    cgm_time_in_any_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_any_low_records: str | Unset = UNSET,
    cgm_time_in_any_low_records_delta: str | Unset = UNSET,
    cgm_time_in_extreme_high_minutes: str | Unset = UNSET,
    cgm_time_in_extreme_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_extreme_high_percent: str | Unset = UNSET,
    cgm_time_in_extreme_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_high_minutes: str | Unset = UNSET,
    cgm_time_in_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_high_percent: str | Unset = UNSET,
    cgm_time_in_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_high_records: str | Unset = UNSET,
    cgm_time_in_high_records_delta: str | Unset = UNSET,
    cgm_time_in_low_minutes: str | Unset = UNSET,
    cgm_time_in_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_low_percent: str | Unset = UNSET,
    cgm_time_in_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_low_records: str | Unset = UNSET,
    cgm_time_in_low_records_delta: str | Unset = UNSET,
    cgm_time_in_target_minutes: str | Unset = UNSET,
    cgm_time_in_target_minutes_delta: str | Unset = UNSET,
    cgm_time_in_target_percent: str | Unset = UNSET,
    cgm_time_in_target_percent_delta: str | Unset = UNSET,
    cgm_time_in_target_records: str | Unset = UNSET,
    cgm_time_in_target_records_delta: str | Unset = UNSET,
    cgm_time_in_very_high_minutes: str | Unset = UNSET,
    cgm_time_in_very_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_very_high_percent: str | Unset = UNSET,
    cgm_time_in_very_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_very_high_records: str | Unset = UNSET,
    cgm_time_in_very_high_records_delta: str | Unset = UNSET,
    cgm_time_in_very_low_minutes: str | Unset = UNSET,
    cgm_time_in_very_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_very_low_percent: str | Unset = UNSET,
    cgm_time_in_very_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_very_low_records: str | Unset = UNSET,
    cgm_time_in_very_low_records_delta: str | Unset = UNSET,
    cgm_total_records: str | Unset = UNSET,
    cgm_total_records_delta: str | Unset = UNSET,
    connection_issue_causes: list[ConnectionIssueCause] | Unset = UNSET,
    format_: PatientListFormat | Unset = UNSET,
    last_reviewed: datetime.datetime | Unset = UNSET,
    omit_non_standard_ranges: bool | Unset = UNSET,
    only_hidden_connection_issues: bool | Unset = UNSET,
    period: Period,
    search: str | Unset = UNSET,
    sites: list[str] | Unset = UNSET,
    sort: str | Unset = UNSET,
    sort_type: SortType | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
) -> Response[Error | PatientListExport]:
    """Have the list of patients exported as a file

     As ExportPatientList, with the same parameters and for the same callers, but a worker makes the
    file, and it can be fetched until it expires, a day after it was made: for lists that take longer
    than a request, and workbooks of more than 5,000 patients. Ask GetPatientListExport every few
    seconds how far it is. Who is in the file is decided when the worker begins, and each patient is
    shown as they are when the worker reads them. A member has three exports of a clinic: the next takes
    the place of the oldest. 422 for more than 200,000 patients, or 50,000 in a workbook.

    Args:
        clinic_id (str):
        bgm_average_daily_records (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_average_daily_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_average_glucose_mmol (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_average_glucose_mmol_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_last_data_from (datetime.datetime | Unset):
        bgm_last_data_to (datetime.datetime | Unset):
        bgm_max (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        bgm_max_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        bgm_min (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        bgm_min_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        bgm_time_in_any_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_any_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_any_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_any_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_any_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_any_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        bgm_time_in_any_low_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        bgm_time_in_any_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_extreme_high_percent (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        bgm_time_in_extreme_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_high_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_high_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        bgm_time_in_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_low_records (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        bgm_time_in_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_target_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_target_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        bgm_time_in_target_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        bgm_time_in_target_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_very_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_very_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_very_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_very_high_records_delta (str | Unset): A comparison and a whole number, such
            as `>=3`. Who has no value does not match.
        bgm_time_in_very_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_very_low_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_very_low_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_very_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_total_records (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        bgm_total_records_delta (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        cgm_average_daily_records (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_average_daily_records_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_average_glucose_mmol (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_average_glucose_mmol_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_coefficient_of_variation (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_coefficient_of_variation_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_days_with_data (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        cgm_days_with_data_delta (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_glucose_management_indicator (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_glucose_management_indicator_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_hours_with_data (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        cgm_hours_with_data_delta (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_last_data_from (datetime.datetime | Unset):
        cgm_last_data_to (datetime.datetime | Unset):
        cgm_max (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        cgm_max_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        cgm_min (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        cgm_min_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        cgm_standard_deviation (str | Unset): A comparison and a number, such as `<0.7` or `>=10`.
            Who has no value does not match.
        cgm_standard_deviation_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_cgm_use_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_cgm_use_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_cgm_use_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_cgm_use_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_cgm_use_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_cgm_use_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_any_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_any_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_low_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_any_low_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_any_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_time_in_any_low_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_any_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_extreme_high_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_extreme_high_minutes_delta (str | Unset): A comparison and a whole number,
            such as `>=3`. Who has no value does not match.
        cgm_time_in_extreme_high_percent (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_time_in_extreme_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_high_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_high_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_high_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_high_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_low_minutes (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        cgm_time_in_low_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_low_records (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        cgm_time_in_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_target_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_target_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_target_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_target_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_time_in_target_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_target_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_high_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_high_minutes_delta (str | Unset): A comparison and a whole number, such
            as `>=3`. Who has no value does not match.
        cgm_time_in_very_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_very_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_very_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_high_records_delta (str | Unset): A comparison and a whole number, such
            as `>=3`. Who has no value does not match.
        cgm_time_in_very_low_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_low_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_very_low_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_very_low_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_total_records (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        cgm_total_records_delta (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        connection_issue_causes (list[ConnectionIssueCause] | Unset):
        format_ (PatientListFormat | Unset): `csv`, or `xlsx` for a workbook of Excel.
        last_reviewed (datetime.datetime | Unset):
        omit_non_standard_ranges (bool | Unset):
        only_hidden_connection_issues (bool | Unset):
        period (Period): Length in days: `1d`, `7d`, `14d` or `30d`.
        search (str | Unset):
        sites (list[str] | Unset):
        sort (str | Unset):
        sort_type (SortType | Unset): `cgm` (sensors) or `bgm` (meters).
        tags (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PatientListExport]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        bgm_average_daily_records=bgm_average_daily_records,
        bgm_average_daily_records_delta=bgm_average_daily_records_delta,
        bgm_average_glucose_mmol=bgm_average_glucose_mmol,
        bgm_average_glucose_mmol_delta=bgm_average_glucose_mmol_delta,
        bgm_last_data_from=bgm_last_data_from,
        bgm_last_data_to=bgm_last_data_to,
        bgm_max=bgm_max,
        bgm_max_delta=bgm_max_delta,
        bgm_min=bgm_min,
        bgm_min_delta=bgm_min_delta,
        bgm_time_in_any_high_percent=bgm_time_in_any_high_percent,
        bgm_time_in_any_high_percent_delta=bgm_time_in_any_high_percent_delta,
        bgm_time_in_any_high_records=bgm_time_in_any_high_records,
        bgm_time_in_any_high_records_delta=bgm_time_in_any_high_records_delta,
        bgm_time_in_any_low_percent=bgm_time_in_any_low_percent,
        bgm_time_in_any_low_percent_delta=bgm_time_in_any_low_percent_delta,
        bgm_time_in_any_low_records=bgm_time_in_any_low_records,
        bgm_time_in_any_low_records_delta=bgm_time_in_any_low_records_delta,
        bgm_time_in_extreme_high_percent=bgm_time_in_extreme_high_percent,
        bgm_time_in_extreme_high_percent_delta=bgm_time_in_extreme_high_percent_delta,
        bgm_time_in_high_percent=bgm_time_in_high_percent,
        bgm_time_in_high_percent_delta=bgm_time_in_high_percent_delta,
        bgm_time_in_high_records=bgm_time_in_high_records,
        bgm_time_in_high_records_delta=bgm_time_in_high_records_delta,
        bgm_time_in_low_percent=bgm_time_in_low_percent,
        bgm_time_in_low_percent_delta=bgm_time_in_low_percent_delta,
        bgm_time_in_low_records=bgm_time_in_low_records,
        bgm_time_in_low_records_delta=bgm_time_in_low_records_delta,
        bgm_time_in_target_percent=bgm_time_in_target_percent,
        bgm_time_in_target_percent_delta=bgm_time_in_target_percent_delta,
        bgm_time_in_target_records=bgm_time_in_target_records,
        bgm_time_in_target_records_delta=bgm_time_in_target_records_delta,
        bgm_time_in_very_high_percent=bgm_time_in_very_high_percent,
        bgm_time_in_very_high_percent_delta=bgm_time_in_very_high_percent_delta,
        bgm_time_in_very_high_records=bgm_time_in_very_high_records,
        bgm_time_in_very_high_records_delta=bgm_time_in_very_high_records_delta,
        bgm_time_in_very_low_percent=bgm_time_in_very_low_percent,
        bgm_time_in_very_low_percent_delta=bgm_time_in_very_low_percent_delta,
        bgm_time_in_very_low_records=bgm_time_in_very_low_records,
        bgm_time_in_very_low_records_delta=bgm_time_in_very_low_records_delta,
        bgm_total_records=bgm_total_records,
        bgm_total_records_delta=bgm_total_records_delta,
        cgm_average_daily_records=cgm_average_daily_records,
        cgm_average_daily_records_delta=cgm_average_daily_records_delta,
        cgm_average_glucose_mmol=cgm_average_glucose_mmol,
        cgm_average_glucose_mmol_delta=cgm_average_glucose_mmol_delta,
        cgm_coefficient_of_variation=cgm_coefficient_of_variation,
        cgm_coefficient_of_variation_delta=cgm_coefficient_of_variation_delta,
        cgm_days_with_data=cgm_days_with_data,
        cgm_days_with_data_delta=cgm_days_with_data_delta,
        cgm_glucose_management_indicator=cgm_glucose_management_indicator,
        cgm_glucose_management_indicator_delta=cgm_glucose_management_indicator_delta,
        cgm_hours_with_data=cgm_hours_with_data,
        cgm_hours_with_data_delta=cgm_hours_with_data_delta,
        cgm_last_data_from=cgm_last_data_from,
        cgm_last_data_to=cgm_last_data_to,
        cgm_max=cgm_max,
        cgm_max_delta=cgm_max_delta,
        cgm_min=cgm_min,
        cgm_min_delta=cgm_min_delta,
        cgm_standard_deviation=cgm_standard_deviation,
        cgm_standard_deviation_delta=cgm_standard_deviation_delta,
        cgm_time_cgm_use_minutes=cgm_time_cgm_use_minutes,
        cgm_time_cgm_use_minutes_delta=cgm_time_cgm_use_minutes_delta,
        cgm_time_cgm_use_percent=cgm_time_cgm_use_percent,
        cgm_time_cgm_use_percent_delta=cgm_time_cgm_use_percent_delta,
        cgm_time_cgm_use_records=cgm_time_cgm_use_records,
        cgm_time_cgm_use_records_delta=cgm_time_cgm_use_records_delta,
        cgm_time_in_any_high_minutes=cgm_time_in_any_high_minutes,
        cgm_time_in_any_high_minutes_delta=cgm_time_in_any_high_minutes_delta,
        cgm_time_in_any_high_percent=cgm_time_in_any_high_percent,
        cgm_time_in_any_high_percent_delta=cgm_time_in_any_high_percent_delta,
        cgm_time_in_any_high_records=cgm_time_in_any_high_records,
        cgm_time_in_any_high_records_delta=cgm_time_in_any_high_records_delta,
        cgm_time_in_any_low_minutes=cgm_time_in_any_low_minutes,
        cgm_time_in_any_low_minutes_delta=cgm_time_in_any_low_minutes_delta,
        cgm_time_in_any_low_percent=cgm_time_in_any_low_percent,
        cgm_time_in_any_low_percent_delta=cgm_time_in_any_low_percent_delta,
        cgm_time_in_any_low_records=cgm_time_in_any_low_records,
        cgm_time_in_any_low_records_delta=cgm_time_in_any_low_records_delta,
        cgm_time_in_extreme_high_minutes=cgm_time_in_extreme_high_minutes,
        cgm_time_in_extreme_high_minutes_delta=cgm_time_in_extreme_high_minutes_delta,
        cgm_time_in_extreme_high_percent=cgm_time_in_extreme_high_percent,
        cgm_time_in_extreme_high_percent_delta=cgm_time_in_extreme_high_percent_delta,
        cgm_time_in_high_minutes=cgm_time_in_high_minutes,
        cgm_time_in_high_minutes_delta=cgm_time_in_high_minutes_delta,
        cgm_time_in_high_percent=cgm_time_in_high_percent,
        cgm_time_in_high_percent_delta=cgm_time_in_high_percent_delta,
        cgm_time_in_high_records=cgm_time_in_high_records,
        cgm_time_in_high_records_delta=cgm_time_in_high_records_delta,
        cgm_time_in_low_minutes=cgm_time_in_low_minutes,
        cgm_time_in_low_minutes_delta=cgm_time_in_low_minutes_delta,
        cgm_time_in_low_percent=cgm_time_in_low_percent,
        cgm_time_in_low_percent_delta=cgm_time_in_low_percent_delta,
        cgm_time_in_low_records=cgm_time_in_low_records,
        cgm_time_in_low_records_delta=cgm_time_in_low_records_delta,
        cgm_time_in_target_minutes=cgm_time_in_target_minutes,
        cgm_time_in_target_minutes_delta=cgm_time_in_target_minutes_delta,
        cgm_time_in_target_percent=cgm_time_in_target_percent,
        cgm_time_in_target_percent_delta=cgm_time_in_target_percent_delta,
        cgm_time_in_target_records=cgm_time_in_target_records,
        cgm_time_in_target_records_delta=cgm_time_in_target_records_delta,
        cgm_time_in_very_high_minutes=cgm_time_in_very_high_minutes,
        cgm_time_in_very_high_minutes_delta=cgm_time_in_very_high_minutes_delta,
        cgm_time_in_very_high_percent=cgm_time_in_very_high_percent,
        cgm_time_in_very_high_percent_delta=cgm_time_in_very_high_percent_delta,
        cgm_time_in_very_high_records=cgm_time_in_very_high_records,
        cgm_time_in_very_high_records_delta=cgm_time_in_very_high_records_delta,
        cgm_time_in_very_low_minutes=cgm_time_in_very_low_minutes,
        cgm_time_in_very_low_minutes_delta=cgm_time_in_very_low_minutes_delta,
        cgm_time_in_very_low_percent=cgm_time_in_very_low_percent,
        cgm_time_in_very_low_percent_delta=cgm_time_in_very_low_percent_delta,
        cgm_time_in_very_low_records=cgm_time_in_very_low_records,
        cgm_time_in_very_low_records_delta=cgm_time_in_very_low_records_delta,
        cgm_total_records=cgm_total_records,
        cgm_total_records_delta=cgm_total_records_delta,
        connection_issue_causes=connection_issue_causes,
        format_=format_,
        last_reviewed=last_reviewed,
        omit_non_standard_ranges=omit_non_standard_ranges,
        only_hidden_connection_issues=only_hidden_connection_issues,
        period=period,
        search=search,
        sites=sites,
        sort=sort,
        sort_type=sort_type,
        tags=tags,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    bgm_average_daily_records: str | Unset = UNSET,
    bgm_average_daily_records_delta: str | Unset = UNSET,
    bgm_average_glucose_mmol: str | Unset = UNSET,
    bgm_average_glucose_mmol_delta: str | Unset = UNSET,
    bgm_last_data_from: datetime.datetime | Unset = UNSET,
    bgm_last_data_to: datetime.datetime | Unset = UNSET,
    bgm_max: str | Unset = UNSET,
    bgm_max_delta: str | Unset = UNSET,
    bgm_min: str | Unset = UNSET,
    bgm_min_delta: str | Unset = UNSET,
    bgm_time_in_any_high_percent: str | Unset = UNSET,
    bgm_time_in_any_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_any_high_records: str | Unset = UNSET,
    bgm_time_in_any_high_records_delta: str | Unset = UNSET,
    bgm_time_in_any_low_percent: str | Unset = UNSET,
    bgm_time_in_any_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_any_low_records: str | Unset = UNSET,
    bgm_time_in_any_low_records_delta: str | Unset = UNSET,
    bgm_time_in_extreme_high_percent: str | Unset = UNSET,
    bgm_time_in_extreme_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_high_percent: str | Unset = UNSET,
    bgm_time_in_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_high_records: str | Unset = UNSET,
    bgm_time_in_high_records_delta: str | Unset = UNSET,
    bgm_time_in_low_percent: str | Unset = UNSET,
    bgm_time_in_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_low_records: str | Unset = UNSET,
    bgm_time_in_low_records_delta: str | Unset = UNSET,
    bgm_time_in_target_percent: str | Unset = UNSET,
    bgm_time_in_target_percent_delta: str | Unset = UNSET,
    bgm_time_in_target_records: str | Unset = UNSET,
    bgm_time_in_target_records_delta: str | Unset = UNSET,
    bgm_time_in_very_high_percent: str | Unset = UNSET,
    bgm_time_in_very_high_percent_delta: str | Unset = UNSET,
    bgm_time_in_very_high_records: str | Unset = UNSET,
    bgm_time_in_very_high_records_delta: str | Unset = UNSET,
    bgm_time_in_very_low_percent: str | Unset = UNSET,
    bgm_time_in_very_low_percent_delta: str | Unset = UNSET,
    bgm_time_in_very_low_records: str | Unset = UNSET,
    bgm_time_in_very_low_records_delta: str | Unset = UNSET,
    bgm_total_records: str | Unset = UNSET,
    bgm_total_records_delta: str | Unset = UNSET,
    cgm_average_daily_records: str | Unset = UNSET,
    cgm_average_daily_records_delta: str | Unset = UNSET,
    cgm_average_glucose_mmol: str | Unset = UNSET,
    cgm_average_glucose_mmol_delta: str | Unset = UNSET,
    cgm_coefficient_of_variation: str | Unset = UNSET,
    cgm_coefficient_of_variation_delta: str | Unset = UNSET,
    cgm_days_with_data: str | Unset = UNSET,
    cgm_days_with_data_delta: str | Unset = UNSET,
    cgm_glucose_management_indicator: str | Unset = UNSET,
    cgm_glucose_management_indicator_delta: str | Unset = UNSET,
    cgm_hours_with_data: str | Unset = UNSET,
    cgm_hours_with_data_delta: str | Unset = UNSET,
    cgm_last_data_from: datetime.datetime | Unset = UNSET,
    cgm_last_data_to: datetime.datetime | Unset = UNSET,
    cgm_max: str | Unset = UNSET,
    cgm_max_delta: str | Unset = UNSET,
    cgm_min: str | Unset = UNSET,
    cgm_min_delta: str | Unset = UNSET,
    cgm_standard_deviation: str | Unset = UNSET,
    cgm_standard_deviation_delta: str | Unset = UNSET,
    cgm_time_cgm_use_minutes: str | Unset = UNSET,
    cgm_time_cgm_use_minutes_delta: str | Unset = UNSET,
    cgm_time_cgm_use_percent: str | Unset = UNSET,
    cgm_time_cgm_use_percent_delta: str | Unset = UNSET,
    cgm_time_cgm_use_records: str | Unset = UNSET,
    cgm_time_cgm_use_records_delta: str | Unset = UNSET,
    cgm_time_in_any_high_minutes: str | Unset = UNSET,
    cgm_time_in_any_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_any_high_percent: str | Unset = UNSET,
    cgm_time_in_any_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_any_high_records: str | Unset = UNSET,
    cgm_time_in_any_high_records_delta: str | Unset = UNSET,
    cgm_time_in_any_low_minutes: str | Unset = UNSET,
    cgm_time_in_any_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_any_low_percent: str | Unset = UNSET,
    cgm_time_in_any_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_any_low_records: str | Unset = UNSET,
    cgm_time_in_any_low_records_delta: str | Unset = UNSET,
    cgm_time_in_extreme_high_minutes: str | Unset = UNSET,
    cgm_time_in_extreme_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_extreme_high_percent: str | Unset = UNSET,
    cgm_time_in_extreme_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_high_minutes: str | Unset = UNSET,
    cgm_time_in_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_high_percent: str | Unset = UNSET,
    cgm_time_in_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_high_records: str | Unset = UNSET,
    cgm_time_in_high_records_delta: str | Unset = UNSET,
    cgm_time_in_low_minutes: str | Unset = UNSET,
    cgm_time_in_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_low_percent: str | Unset = UNSET,
    cgm_time_in_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_low_records: str | Unset = UNSET,
    cgm_time_in_low_records_delta: str | Unset = UNSET,
    cgm_time_in_target_minutes: str | Unset = UNSET,
    cgm_time_in_target_minutes_delta: str | Unset = UNSET,
    cgm_time_in_target_percent: str | Unset = UNSET,
    cgm_time_in_target_percent_delta: str | Unset = UNSET,
    cgm_time_in_target_records: str | Unset = UNSET,
    cgm_time_in_target_records_delta: str | Unset = UNSET,
    cgm_time_in_very_high_minutes: str | Unset = UNSET,
    cgm_time_in_very_high_minutes_delta: str | Unset = UNSET,
    cgm_time_in_very_high_percent: str | Unset = UNSET,
    cgm_time_in_very_high_percent_delta: str | Unset = UNSET,
    cgm_time_in_very_high_records: str | Unset = UNSET,
    cgm_time_in_very_high_records_delta: str | Unset = UNSET,
    cgm_time_in_very_low_minutes: str | Unset = UNSET,
    cgm_time_in_very_low_minutes_delta: str | Unset = UNSET,
    cgm_time_in_very_low_percent: str | Unset = UNSET,
    cgm_time_in_very_low_percent_delta: str | Unset = UNSET,
    cgm_time_in_very_low_records: str | Unset = UNSET,
    cgm_time_in_very_low_records_delta: str | Unset = UNSET,
    cgm_total_records: str | Unset = UNSET,
    cgm_total_records_delta: str | Unset = UNSET,
    connection_issue_causes: list[ConnectionIssueCause] | Unset = UNSET,
    format_: PatientListFormat | Unset = UNSET,
    last_reviewed: datetime.datetime | Unset = UNSET,
    omit_non_standard_ranges: bool | Unset = UNSET,
    only_hidden_connection_issues: bool | Unset = UNSET,
    period: Period,
    search: str | Unset = UNSET,
    sites: list[str] | Unset = UNSET,
    sort: str | Unset = UNSET,
    sort_type: SortType | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
) -> Error | PatientListExport | None:
    """Have the list of patients exported as a file

     As ExportPatientList, with the same parameters and for the same callers, but a worker makes the
    file, and it can be fetched until it expires, a day after it was made: for lists that take longer
    than a request, and workbooks of more than 5,000 patients. Ask GetPatientListExport every few
    seconds how far it is. Who is in the file is decided when the worker begins, and each patient is
    shown as they are when the worker reads them. A member has three exports of a clinic: the next takes
    the place of the oldest. 422 for more than 200,000 patients, or 50,000 in a workbook.

    Args:
        clinic_id (str):
        bgm_average_daily_records (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_average_daily_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_average_glucose_mmol (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_average_glucose_mmol_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_last_data_from (datetime.datetime | Unset):
        bgm_last_data_to (datetime.datetime | Unset):
        bgm_max (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        bgm_max_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        bgm_min (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        bgm_min_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        bgm_time_in_any_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_any_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_any_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_any_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_any_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_any_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        bgm_time_in_any_low_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        bgm_time_in_any_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_extreme_high_percent (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        bgm_time_in_extreme_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_high_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_high_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        bgm_time_in_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_low_records (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        bgm_time_in_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_target_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_target_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        bgm_time_in_target_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        bgm_time_in_target_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_very_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_very_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_very_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_very_high_records_delta (str | Unset): A comparison and a whole number, such
            as `>=3`. Who has no value does not match.
        bgm_time_in_very_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        bgm_time_in_very_low_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        bgm_time_in_very_low_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_time_in_very_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        bgm_total_records (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        bgm_total_records_delta (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        cgm_average_daily_records (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_average_daily_records_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_average_glucose_mmol (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_average_glucose_mmol_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_coefficient_of_variation (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_coefficient_of_variation_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_days_with_data (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        cgm_days_with_data_delta (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_glucose_management_indicator (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_glucose_management_indicator_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_hours_with_data (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        cgm_hours_with_data_delta (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_last_data_from (datetime.datetime | Unset):
        cgm_last_data_to (datetime.datetime | Unset):
        cgm_max (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        cgm_max_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        cgm_min (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has no
            value does not match.
        cgm_min_delta (str | Unset): A comparison and a number, such as `<0.7` or `>=10`. Who has
            no value does not match.
        cgm_standard_deviation (str | Unset): A comparison and a number, such as `<0.7` or `>=10`.
            Who has no value does not match.
        cgm_standard_deviation_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_cgm_use_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_cgm_use_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_cgm_use_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_cgm_use_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_cgm_use_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_cgm_use_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_any_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_any_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_low_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_any_low_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_any_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_any_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_time_in_any_low_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_any_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_extreme_high_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_extreme_high_minutes_delta (str | Unset): A comparison and a whole number,
            such as `>=3`. Who has no value does not match.
        cgm_time_in_extreme_high_percent (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_time_in_extreme_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_high_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_high_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_high_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_high_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_high_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_low_minutes (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        cgm_time_in_low_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_low_percent_delta (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_low_records (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        cgm_time_in_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_target_minutes (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_target_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_target_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_target_percent_delta (str | Unset): A comparison and a number, such as `<0.7`
            or `>=10`. Who has no value does not match.
        cgm_time_in_target_records (str | Unset): A comparison and a whole number, such as `>=3`.
            Who has no value does not match.
        cgm_time_in_target_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_high_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_high_minutes_delta (str | Unset): A comparison and a whole number, such
            as `>=3`. Who has no value does not match.
        cgm_time_in_very_high_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_very_high_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_very_high_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_high_records_delta (str | Unset): A comparison and a whole number, such
            as `>=3`. Who has no value does not match.
        cgm_time_in_very_low_minutes (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_low_minutes_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_low_percent (str | Unset): A comparison and a number, such as `<0.7` or
            `>=10`. Who has no value does not match.
        cgm_time_in_very_low_percent_delta (str | Unset): A comparison and a number, such as
            `<0.7` or `>=10`. Who has no value does not match.
        cgm_time_in_very_low_records (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_time_in_very_low_records_delta (str | Unset): A comparison and a whole number, such as
            `>=3`. Who has no value does not match.
        cgm_total_records (str | Unset): A comparison and a whole number, such as `>=3`. Who has
            no value does not match.
        cgm_total_records_delta (str | Unset): A comparison and a whole number, such as `>=3`. Who
            has no value does not match.
        connection_issue_causes (list[ConnectionIssueCause] | Unset):
        format_ (PatientListFormat | Unset): `csv`, or `xlsx` for a workbook of Excel.
        last_reviewed (datetime.datetime | Unset):
        omit_non_standard_ranges (bool | Unset):
        only_hidden_connection_issues (bool | Unset):
        period (Period): Length in days: `1d`, `7d`, `14d` or `30d`.
        search (str | Unset):
        sites (list[str] | Unset):
        sort (str | Unset):
        sort_type (SortType | Unset): `cgm` (sensors) or `bgm` (meters).
        tags (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PatientListExport
    """

    return (
        await asyncio_detailed(
            clinic_id=clinic_id,
            client=client,
            bgm_average_daily_records=bgm_average_daily_records,
            bgm_average_daily_records_delta=bgm_average_daily_records_delta,
            bgm_average_glucose_mmol=bgm_average_glucose_mmol,
            bgm_average_glucose_mmol_delta=bgm_average_glucose_mmol_delta,
            bgm_last_data_from=bgm_last_data_from,
            bgm_last_data_to=bgm_last_data_to,
            bgm_max=bgm_max,
            bgm_max_delta=bgm_max_delta,
            bgm_min=bgm_min,
            bgm_min_delta=bgm_min_delta,
            bgm_time_in_any_high_percent=bgm_time_in_any_high_percent,
            bgm_time_in_any_high_percent_delta=bgm_time_in_any_high_percent_delta,
            bgm_time_in_any_high_records=bgm_time_in_any_high_records,
            bgm_time_in_any_high_records_delta=bgm_time_in_any_high_records_delta,
            bgm_time_in_any_low_percent=bgm_time_in_any_low_percent,
            bgm_time_in_any_low_percent_delta=bgm_time_in_any_low_percent_delta,
            bgm_time_in_any_low_records=bgm_time_in_any_low_records,
            bgm_time_in_any_low_records_delta=bgm_time_in_any_low_records_delta,
            bgm_time_in_extreme_high_percent=bgm_time_in_extreme_high_percent,
            bgm_time_in_extreme_high_percent_delta=bgm_time_in_extreme_high_percent_delta,
            bgm_time_in_high_percent=bgm_time_in_high_percent,
            bgm_time_in_high_percent_delta=bgm_time_in_high_percent_delta,
            bgm_time_in_high_records=bgm_time_in_high_records,
            bgm_time_in_high_records_delta=bgm_time_in_high_records_delta,
            bgm_time_in_low_percent=bgm_time_in_low_percent,
            bgm_time_in_low_percent_delta=bgm_time_in_low_percent_delta,
            bgm_time_in_low_records=bgm_time_in_low_records,
            bgm_time_in_low_records_delta=bgm_time_in_low_records_delta,
            bgm_time_in_target_percent=bgm_time_in_target_percent,
            bgm_time_in_target_percent_delta=bgm_time_in_target_percent_delta,
            bgm_time_in_target_records=bgm_time_in_target_records,
            bgm_time_in_target_records_delta=bgm_time_in_target_records_delta,
            bgm_time_in_very_high_percent=bgm_time_in_very_high_percent,
            bgm_time_in_very_high_percent_delta=bgm_time_in_very_high_percent_delta,
            bgm_time_in_very_high_records=bgm_time_in_very_high_records,
            bgm_time_in_very_high_records_delta=bgm_time_in_very_high_records_delta,
            bgm_time_in_very_low_percent=bgm_time_in_very_low_percent,
            bgm_time_in_very_low_percent_delta=bgm_time_in_very_low_percent_delta,
            bgm_time_in_very_low_records=bgm_time_in_very_low_records,
            bgm_time_in_very_low_records_delta=bgm_time_in_very_low_records_delta,
            bgm_total_records=bgm_total_records,
            bgm_total_records_delta=bgm_total_records_delta,
            cgm_average_daily_records=cgm_average_daily_records,
            cgm_average_daily_records_delta=cgm_average_daily_records_delta,
            cgm_average_glucose_mmol=cgm_average_glucose_mmol,
            cgm_average_glucose_mmol_delta=cgm_average_glucose_mmol_delta,
            cgm_coefficient_of_variation=cgm_coefficient_of_variation,
            cgm_coefficient_of_variation_delta=cgm_coefficient_of_variation_delta,
            cgm_days_with_data=cgm_days_with_data,
            cgm_days_with_data_delta=cgm_days_with_data_delta,
            cgm_glucose_management_indicator=cgm_glucose_management_indicator,
            cgm_glucose_management_indicator_delta=cgm_glucose_management_indicator_delta,
            cgm_hours_with_data=cgm_hours_with_data,
            cgm_hours_with_data_delta=cgm_hours_with_data_delta,
            cgm_last_data_from=cgm_last_data_from,
            cgm_last_data_to=cgm_last_data_to,
            cgm_max=cgm_max,
            cgm_max_delta=cgm_max_delta,
            cgm_min=cgm_min,
            cgm_min_delta=cgm_min_delta,
            cgm_standard_deviation=cgm_standard_deviation,
            cgm_standard_deviation_delta=cgm_standard_deviation_delta,
            cgm_time_cgm_use_minutes=cgm_time_cgm_use_minutes,
            cgm_time_cgm_use_minutes_delta=cgm_time_cgm_use_minutes_delta,
            cgm_time_cgm_use_percent=cgm_time_cgm_use_percent,
            cgm_time_cgm_use_percent_delta=cgm_time_cgm_use_percent_delta,
            cgm_time_cgm_use_records=cgm_time_cgm_use_records,
            cgm_time_cgm_use_records_delta=cgm_time_cgm_use_records_delta,
            cgm_time_in_any_high_minutes=cgm_time_in_any_high_minutes,
            cgm_time_in_any_high_minutes_delta=cgm_time_in_any_high_minutes_delta,
            cgm_time_in_any_high_percent=cgm_time_in_any_high_percent,
            cgm_time_in_any_high_percent_delta=cgm_time_in_any_high_percent_delta,
            cgm_time_in_any_high_records=cgm_time_in_any_high_records,
            cgm_time_in_any_high_records_delta=cgm_time_in_any_high_records_delta,
            cgm_time_in_any_low_minutes=cgm_time_in_any_low_minutes,
            cgm_time_in_any_low_minutes_delta=cgm_time_in_any_low_minutes_delta,
            cgm_time_in_any_low_percent=cgm_time_in_any_low_percent,
            cgm_time_in_any_low_percent_delta=cgm_time_in_any_low_percent_delta,
            cgm_time_in_any_low_records=cgm_time_in_any_low_records,
            cgm_time_in_any_low_records_delta=cgm_time_in_any_low_records_delta,
            cgm_time_in_extreme_high_minutes=cgm_time_in_extreme_high_minutes,
            cgm_time_in_extreme_high_minutes_delta=cgm_time_in_extreme_high_minutes_delta,
            cgm_time_in_extreme_high_percent=cgm_time_in_extreme_high_percent,
            cgm_time_in_extreme_high_percent_delta=cgm_time_in_extreme_high_percent_delta,
            cgm_time_in_high_minutes=cgm_time_in_high_minutes,
            cgm_time_in_high_minutes_delta=cgm_time_in_high_minutes_delta,
            cgm_time_in_high_percent=cgm_time_in_high_percent,
            cgm_time_in_high_percent_delta=cgm_time_in_high_percent_delta,
            cgm_time_in_high_records=cgm_time_in_high_records,
            cgm_time_in_high_records_delta=cgm_time_in_high_records_delta,
            cgm_time_in_low_minutes=cgm_time_in_low_minutes,
            cgm_time_in_low_minutes_delta=cgm_time_in_low_minutes_delta,
            cgm_time_in_low_percent=cgm_time_in_low_percent,
            cgm_time_in_low_percent_delta=cgm_time_in_low_percent_delta,
            cgm_time_in_low_records=cgm_time_in_low_records,
            cgm_time_in_low_records_delta=cgm_time_in_low_records_delta,
            cgm_time_in_target_minutes=cgm_time_in_target_minutes,
            cgm_time_in_target_minutes_delta=cgm_time_in_target_minutes_delta,
            cgm_time_in_target_percent=cgm_time_in_target_percent,
            cgm_time_in_target_percent_delta=cgm_time_in_target_percent_delta,
            cgm_time_in_target_records=cgm_time_in_target_records,
            cgm_time_in_target_records_delta=cgm_time_in_target_records_delta,
            cgm_time_in_very_high_minutes=cgm_time_in_very_high_minutes,
            cgm_time_in_very_high_minutes_delta=cgm_time_in_very_high_minutes_delta,
            cgm_time_in_very_high_percent=cgm_time_in_very_high_percent,
            cgm_time_in_very_high_percent_delta=cgm_time_in_very_high_percent_delta,
            cgm_time_in_very_high_records=cgm_time_in_very_high_records,
            cgm_time_in_very_high_records_delta=cgm_time_in_very_high_records_delta,
            cgm_time_in_very_low_minutes=cgm_time_in_very_low_minutes,
            cgm_time_in_very_low_minutes_delta=cgm_time_in_very_low_minutes_delta,
            cgm_time_in_very_low_percent=cgm_time_in_very_low_percent,
            cgm_time_in_very_low_percent_delta=cgm_time_in_very_low_percent_delta,
            cgm_time_in_very_low_records=cgm_time_in_very_low_records,
            cgm_time_in_very_low_records_delta=cgm_time_in_very_low_records_delta,
            cgm_total_records=cgm_total_records,
            cgm_total_records_delta=cgm_total_records_delta,
            connection_issue_causes=connection_issue_causes,
            format_=format_,
            last_reviewed=last_reviewed,
            omit_non_standard_ranges=omit_non_standard_ranges,
            only_hidden_connection_issues=only_hidden_connection_issues,
            period=period,
            search=search,
            sites=sites,
            sort=sort,
            sort_type=sort_type,
            tags=tags,
        )
    ).parsed
