import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.period import Period
from ...models.tide_category import TideCategory
from ...models.tide_response import TideResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    clinic_id: str,
    *,
    categories: list[TideCategory] | Unset = UNSET,
    exclude_no_data: bool | Unset = UNSET,
    last_data_cutoff: datetime.datetime,
    period: Period,
    sites: list[str] | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_categories: list[str] | Unset = UNSET
    if not isinstance(categories, Unset):
        json_categories = []
        for categories_item_data in categories:
            categories_item: str = categories_item_data
            json_categories.append(categories_item)

    params["categories"] = json_categories

    params["excludeNoData"] = exclude_no_data

    json_last_data_cutoff = last_data_cutoff.isoformat()
    params["lastDataCutoff"] = json_last_data_cutoff

    json_period: str = period
    params["period"] = json_period

    json_sites: list[str] | Unset = UNSET
    if not isinstance(sites, Unset):
        json_sites = sites

    params["sites"] = json_sites

    json_tags: list[str] | Unset = UNSET
    if not isinstance(tags, Unset):
        json_tags = tags

    params["tags"] = json_tags

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/clinics/{clinic_id}/tide_report".format(
            clinic_id=quote(str(clinic_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | TideResponse | None:
    if response.status_code == 200:
        response_200 = TideResponse.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Error.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Error.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Error.from_dict(response.json())

        return response_403

    if response.status_code == 409:
        response_409 = Error.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = Error.from_dict(response.json())

        return response_413

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
) -> Response[Error | TideResponse]:
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
    categories: list[TideCategory] | Unset = UNSET,
    exclude_no_data: bool | Unset = UNSET,
    last_data_cutoff: datetime.datetime,
    period: Period,
    sites: list[str] | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
) -> Response[Error | TideResponse]:
    """Patients who need attention, by category

     Patients with CGM data since the cutoff, each in the first category that fits, most urgent first,
    100 at most. Beside them, 50 at most without recent data. It is about the whole clinic, unless tags
    or sites are named.

    Args:
        clinic_id (str):
        categories (list[TideCategory] | Unset):
        exclude_no_data (bool | Unset):
        last_data_cutoff (datetime.datetime):
        period (Period): Length in days: `1d`, `7d`, `14d` or `30d`.
        sites (list[str] | Unset):
        tags (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | TideResponse]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        categories=categories,
        exclude_no_data=exclude_no_data,
        last_data_cutoff=last_data_cutoff,
        period=period,
        sites=sites,
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
    categories: list[TideCategory] | Unset = UNSET,
    exclude_no_data: bool | Unset = UNSET,
    last_data_cutoff: datetime.datetime,
    period: Period,
    sites: list[str] | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
) -> Error | TideResponse | None:
    """Patients who need attention, by category

     Patients with CGM data since the cutoff, each in the first category that fits, most urgent first,
    100 at most. Beside them, 50 at most without recent data. It is about the whole clinic, unless tags
    or sites are named.

    Args:
        clinic_id (str):
        categories (list[TideCategory] | Unset):
        exclude_no_data (bool | Unset):
        last_data_cutoff (datetime.datetime):
        period (Period): Length in days: `1d`, `7d`, `14d` or `30d`.
        sites (list[str] | Unset):
        tags (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | TideResponse
    """

    return sync_detailed(
        clinic_id=clinic_id,
        client=client,
        categories=categories,
        exclude_no_data=exclude_no_data,
        last_data_cutoff=last_data_cutoff,
        period=period,
        sites=sites,
        tags=tags,
    ).parsed


async def asyncio_detailed(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    categories: list[TideCategory] | Unset = UNSET,
    exclude_no_data: bool | Unset = UNSET,
    last_data_cutoff: datetime.datetime,
    period: Period,
    sites: list[str] | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
) -> Response[Error | TideResponse]:
    """Patients who need attention, by category

     Patients with CGM data since the cutoff, each in the first category that fits, most urgent first,
    100 at most. Beside them, 50 at most without recent data. It is about the whole clinic, unless tags
    or sites are named.

    Args:
        clinic_id (str):
        categories (list[TideCategory] | Unset):
        exclude_no_data (bool | Unset):
        last_data_cutoff (datetime.datetime):
        period (Period): Length in days: `1d`, `7d`, `14d` or `30d`.
        sites (list[str] | Unset):
        tags (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | TideResponse]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        categories=categories,
        exclude_no_data=exclude_no_data,
        last_data_cutoff=last_data_cutoff,
        period=period,
        sites=sites,
        tags=tags,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    categories: list[TideCategory] | Unset = UNSET,
    exclude_no_data: bool | Unset = UNSET,
    last_data_cutoff: datetime.datetime,
    period: Period,
    sites: list[str] | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
) -> Error | TideResponse | None:
    """Patients who need attention, by category

     Patients with CGM data since the cutoff, each in the first category that fits, most urgent first,
    100 at most. Beside them, 50 at most without recent data. It is about the whole clinic, unless tags
    or sites are named.

    Args:
        clinic_id (str):
        categories (list[TideCategory] | Unset):
        exclude_no_data (bool | Unset):
        last_data_cutoff (datetime.datetime):
        period (Period): Length in days: `1d`, `7d`, `14d` or `30d`.
        sites (list[str] | Unset):
        tags (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | TideResponse
    """

    return (
        await asyncio_detailed(
            clinic_id=clinic_id,
            client=client,
            categories=categories,
            exclude_no_data=exclude_no_data,
            last_data_cutoff=last_data_cutoff,
            period=period,
            sites=sites,
            tags=tags,
        )
    ).parsed
