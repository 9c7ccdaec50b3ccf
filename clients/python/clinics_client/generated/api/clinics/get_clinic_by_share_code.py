from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.clinic import Clinic
from ...models.error import Error
from ...types import Response


def _get_kwargs(
    share_code: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/clinics/share_code/{share_code}".format(
            share_code=quote(str(share_code), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Clinic | Error | None:
    if response.status_code == 200:
        response_200 = Clinic.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Error.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Error.from_dict(response.json())

        return response_401

    if response.status_code == 404:
        response_404 = Error.from_dict(response.json())

        return response_404

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
) -> Response[Clinic | Error]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    share_code: str,
    *,
    client: AuthenticatedClient,
) -> Response[Clinic | Error]:
    """Find a clinic by one of its share codes

     Former codes lead to the clinic, too; the answer shows the present one.

    Args:
        share_code (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Clinic | Error]
    """

    kwargs = _get_kwargs(
        share_code=share_code,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    share_code: str,
    *,
    client: AuthenticatedClient,
) -> Clinic | Error | None:
    """Find a clinic by one of its share codes

     Former codes lead to the clinic, too; the answer shows the present one.

    Args:
        share_code (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Clinic | Error
    """

    return sync_detailed(
        share_code=share_code,
        client=client,
    ).parsed


async def asyncio_detailed(
    share_code: str,
    *,
    client: AuthenticatedClient,
) -> Response[Clinic | Error]:
    """Find a clinic by one of its share codes

     Former codes lead to the clinic, too; the answer shows the present one.

    Args:
        share_code (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Clinic | Error]
    """

    kwargs = _get_kwargs(
        share_code=share_code,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    share_code: str,
    *,
    client: AuthenticatedClient,
) -> Clinic | Error | None:
    """Find a clinic by one of its share codes

     Former codes lead to the clinic, too; the answer shows the present one.

    Args:
        share_code (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Clinic | Error
    """

    return (
        await asyncio_detailed(
            share_code=share_code,
            client=client,
        )
    ).parsed
