from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.clinician import Clinician
from ...models.error import Error
from ...types import UNSET, Response, Unset


def _get_kwargs(
    clinic_id: str,
    *,
    email: str | Unset = UNSET,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    role: str | Unset = UNSET,
    search: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["email"] = email

    params["limit"] = limit

    params["offset"] = offset

    params["role"] = role

    params["search"] = search

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/clinics/{clinic_id}/clinicians".format(
            clinic_id=quote(str(clinic_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | list[Clinician] | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for componentsschemasclinicians_v1_item_data in _response_200:
            componentsschemasclinicians_v1_item = Clinician.from_dict(
                componentsschemasclinicians_v1_item_data
            )

            response_200.append(componentsschemasclinicians_v1_item)

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
) -> Response[Error | list[Clinician]]:
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
    email: str | Unset = UNSET,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    role: str | Unset = UNSET,
    search: str | Unset = UNSET,
) -> Response[Error | list[Clinician]]:
    """List the members and pending invites of a clinic

     Members, pending invites and service accounts, newest first, a page at a time.

    Args:
        clinic_id (str):
        email (str | Unset):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):
        role (str | Unset):
        search (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | list[Clinician]]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        email=email,
        limit=limit,
        offset=offset,
        role=role,
        search=search,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    email: str | Unset = UNSET,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    role: str | Unset = UNSET,
    search: str | Unset = UNSET,
) -> Error | list[Clinician] | None:
    """List the members and pending invites of a clinic

     Members, pending invites and service accounts, newest first, a page at a time.

    Args:
        clinic_id (str):
        email (str | Unset):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):
        role (str | Unset):
        search (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | list[Clinician]
    """

    return sync_detailed(
        clinic_id=clinic_id,
        client=client,
        email=email,
        limit=limit,
        offset=offset,
        role=role,
        search=search,
    ).parsed


async def asyncio_detailed(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    email: str | Unset = UNSET,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    role: str | Unset = UNSET,
    search: str | Unset = UNSET,
) -> Response[Error | list[Clinician]]:
    """List the members and pending invites of a clinic

     Members, pending invites and service accounts, newest first, a page at a time.

    Args:
        clinic_id (str):
        email (str | Unset):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):
        role (str | Unset):
        search (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | list[Clinician]]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        email=email,
        limit=limit,
        offset=offset,
        role=role,
        search=search,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    email: str | Unset = UNSET,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    role: str | Unset = UNSET,
    search: str | Unset = UNSET,
) -> Error | list[Clinician] | None:
    """List the members and pending invites of a clinic

     Members, pending invites and service accounts, newest first, a page at a time.

    Args:
        clinic_id (str):
        email (str | Unset):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):
        role (str | Unset):
        search (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | list[Clinician]
    """

    return (
        await asyncio_detailed(
            clinic_id=clinic_id,
            client=client,
            email=email,
            limit=limit,
            offset=offset,
            role=role,
            search=search,
        )
    ).parsed
