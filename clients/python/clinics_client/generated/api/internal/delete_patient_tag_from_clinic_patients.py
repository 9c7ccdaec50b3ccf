from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...types import UNSET, Response, Unset


def _get_kwargs(
    clinic_id: str,
    patient_tag_id: str,
    *,
    body: list[str] | None | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/clinics/{clinic_id}/patients/delete_tag/{patient_tag_id}".format(
            clinic_id=quote(str(clinic_id), safe=""),
            patient_tag_id=quote(str(patient_tag_id), safe=""),
        ),
    }

    if isinstance(body, list):
        _kwargs["json"] = body

    else:
        _kwargs["json"] = body

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | Error | None:
    if response.status_code == 200:
        response_200 = cast(Any, None)
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

    if response.status_code == 408:
        response_408 = Error.from_dict(response.json())

        return response_408

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
) -> Response[Any | Error]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    clinic_id: str,
    patient_tag_id: str,
    *,
    client: AuthenticatedClient,
    body: list[str] | None | Unset = UNSET,
) -> Response[Any | Error]:
    """Take a tag from patients

     Without a body, or with null, from all patients of the clinic.

    Args:
        clinic_id (str):
        patient_tag_id (str):
        body (list[str] | None | Unset): Different user ids; null for every patient of the clinic.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Error]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        patient_tag_id=patient_tag_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    clinic_id: str,
    patient_tag_id: str,
    *,
    client: AuthenticatedClient,
    body: list[str] | None | Unset = UNSET,
) -> Any | Error | None:
    """Take a tag from patients

     Without a body, or with null, from all patients of the clinic.

    Args:
        clinic_id (str):
        patient_tag_id (str):
        body (list[str] | None | Unset): Different user ids; null for every patient of the clinic.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Error
    """

    return sync_detailed(
        clinic_id=clinic_id,
        patient_tag_id=patient_tag_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    clinic_id: str,
    patient_tag_id: str,
    *,
    client: AuthenticatedClient,
    body: list[str] | None | Unset = UNSET,
) -> Response[Any | Error]:
    """Take a tag from patients

     Without a body, or with null, from all patients of the clinic.

    Args:
        clinic_id (str):
        patient_tag_id (str):
        body (list[str] | None | Unset): Different user ids; null for every patient of the clinic.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Error]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        patient_tag_id=patient_tag_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    clinic_id: str,
    patient_tag_id: str,
    *,
    client: AuthenticatedClient,
    body: list[str] | None | Unset = UNSET,
) -> Any | Error | None:
    """Take a tag from patients

     Without a body, or with null, from all patients of the clinic.

    Args:
        clinic_id (str):
        patient_tag_id (str):
        body (list[str] | None | Unset): Different user ids; null for every patient of the clinic.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Error
    """

    return (
        await asyncio_detailed(
            clinic_id=clinic_id,
            patient_tag_id=patient_tag_id,
            client=client,
            body=body,
        )
    ).parsed
