import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.clinic import Clinic
from ...models.error import Error
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    created_time_end: datetime.datetime | Unset = UNSET,
    created_time_start: datetime.datetime | Unset = UNSET,
    ehr_enabled: bool | Unset = UNSET,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    share_code: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_created_time_end: str | Unset = UNSET
    if not isinstance(created_time_end, Unset):
        json_created_time_end = created_time_end.isoformat()
    params["createdTimeEnd"] = json_created_time_end

    json_created_time_start: str | Unset = UNSET
    if not isinstance(created_time_start, Unset):
        json_created_time_start = created_time_start.isoformat()
    params["createdTimeStart"] = json_created_time_start

    params["ehrEnabled"] = ehr_enabled

    params["limit"] = limit

    params["offset"] = offset

    params["shareCode"] = share_code

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/clinics",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | list[Clinic] | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for componentsschemasclinics_v1_item_data in _response_200:
            componentsschemasclinics_v1_item = Clinic.from_dict(componentsschemasclinics_v1_item_data)

            response_200.append(componentsschemasclinics_v1_item)

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
) -> Response[Error | list[Clinic]]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    created_time_end: datetime.datetime | Unset = UNSET,
    created_time_start: datetime.datetime | Unset = UNSET,
    ehr_enabled: bool | Unset = UNSET,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    share_code: str | Unset = UNSET,
) -> Response[Error | list[Clinic]]:
    """List clinics

     All filters have to hold. The order is that of the ids, and there is no total count; for services.

    Args:
        created_time_end (datetime.datetime | Unset):
        created_time_start (datetime.datetime | Unset):
        ehr_enabled (bool | Unset):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):
        share_code (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | list[Clinic]]
    """

    kwargs = _get_kwargs(
        created_time_end=created_time_end,
        created_time_start=created_time_start,
        ehr_enabled=ehr_enabled,
        limit=limit,
        offset=offset,
        share_code=share_code,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    created_time_end: datetime.datetime | Unset = UNSET,
    created_time_start: datetime.datetime | Unset = UNSET,
    ehr_enabled: bool | Unset = UNSET,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    share_code: str | Unset = UNSET,
) -> Error | list[Clinic] | None:
    """List clinics

     All filters have to hold. The order is that of the ids, and there is no total count; for services.

    Args:
        created_time_end (datetime.datetime | Unset):
        created_time_start (datetime.datetime | Unset):
        ehr_enabled (bool | Unset):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):
        share_code (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | list[Clinic]
    """

    return sync_detailed(
        client=client,
        created_time_end=created_time_end,
        created_time_start=created_time_start,
        ehr_enabled=ehr_enabled,
        limit=limit,
        offset=offset,
        share_code=share_code,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    created_time_end: datetime.datetime | Unset = UNSET,
    created_time_start: datetime.datetime | Unset = UNSET,
    ehr_enabled: bool | Unset = UNSET,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    share_code: str | Unset = UNSET,
) -> Response[Error | list[Clinic]]:
    """List clinics

     All filters have to hold. The order is that of the ids, and there is no total count; for services.

    Args:
        created_time_end (datetime.datetime | Unset):
        created_time_start (datetime.datetime | Unset):
        ehr_enabled (bool | Unset):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):
        share_code (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | list[Clinic]]
    """

    kwargs = _get_kwargs(
        created_time_end=created_time_end,
        created_time_start=created_time_start,
        ehr_enabled=ehr_enabled,
        limit=limit,
        offset=offset,
        share_code=share_code,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    created_time_end: datetime.datetime | Unset = UNSET,
    created_time_start: datetime.datetime | Unset = UNSET,
    ehr_enabled: bool | Unset = UNSET,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    share_code: str | Unset = UNSET,
) -> Error | list[Clinic] | None:
    """List clinics

     All filters have to hold. The order is that of the ids, and there is no total count; for services.

    Args:
        created_time_end (datetime.datetime | Unset):
        created_time_start (datetime.datetime | Unset):
        ehr_enabled (bool | Unset):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):
        share_code (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | list[Clinic]
    """

    return (
        await asyncio_detailed(
            client=client,
            created_time_end=created_time_end,
            created_time_start=created_time_start,
            ehr_enabled=ehr_enabled,
            limit=limit,
            offset=offset,
            share_code=share_code,
        )
    ).parsed
