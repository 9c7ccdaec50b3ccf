from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.patient_count_settings import PatientCountSettings
from ...types import Response


def _get_kwargs(
    clinic_id: str,
    *,
    body: PatientCountSettings,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/v1/clinics/{clinic_id}/settings/patient_count".format(
            clinic_id=quote(str(clinic_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | PatientCountSettings | None:
    if response.status_code == 200:
        response_200 = PatientCountSettings.from_dict(response.json())

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

    if response.status_code == 404:
        response_404 = Error.from_dict(response.json())

        return response_404

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
) -> Response[Error | PatientCountSettings]:
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
    body: PatientCountSettings,
) -> Response[Error | PatientCountSettings]:
    """Replace the limits

     Replaces both limits; one that is left out is removed. 400 when a limit begins after its end. They
    hold for a clinic whose country is `US` or not set and whose tier is `tier0100` or not set; for any
    other they are stored without effect, and GetPatientCountSettings shows none, until its country or
    tier changes.

    Args:
        clinic_id (str):
        body (PatientCountSettings): The hard limit refuses new accounts with 402, the soft one
            refuses no one. One that is absent does not exist.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PatientCountSettings]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    body: PatientCountSettings,
) -> Error | PatientCountSettings | None:
    """Replace the limits

     Replaces both limits; one that is left out is removed. 400 when a limit begins after its end. They
    hold for a clinic whose country is `US` or not set and whose tier is `tier0100` or not set; for any
    other they are stored without effect, and GetPatientCountSettings shows none, until its country or
    tier changes.

    Args:
        clinic_id (str):
        body (PatientCountSettings): The hard limit refuses new accounts with 402, the soft one
            refuses no one. One that is absent does not exist.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PatientCountSettings
    """

    return sync_detailed(
        clinic_id=clinic_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    body: PatientCountSettings,
) -> Response[Error | PatientCountSettings]:
    """Replace the limits

     Replaces both limits; one that is left out is removed. 400 when a limit begins after its end. They
    hold for a clinic whose country is `US` or not set and whose tier is `tier0100` or not set; for any
    other they are stored without effect, and GetPatientCountSettings shows none, until its country or
    tier changes.

    Args:
        clinic_id (str):
        body (PatientCountSettings): The hard limit refuses new accounts with 402, the soft one
            refuses no one. One that is absent does not exist.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PatientCountSettings]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    body: PatientCountSettings,
) -> Error | PatientCountSettings | None:
    """Replace the limits

     Replaces both limits; one that is left out is removed. 400 when a limit begins after its end. They
    hold for a clinic whose country is `US` or not set and whose tier is `tier0100` or not set; for any
    other they are stored without effect, and GetPatientCountSettings shows none, until its country or
    tier changes.

    Args:
        clinic_id (str):
        body (PatientCountSettings): The hard limit refuses new accounts with 402, the soft one
            refuses no one. One that is absent does not exist.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PatientCountSettings
    """

    return (
        await asyncio_detailed(
            clinic_id=clinic_id,
            client=client,
            body=body,
        )
    ).parsed
