from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.provider_id import ProviderId
from ...types import Response


def _get_kwargs(
    clinic_id: str,
    patient_id: str,
    provider_id: ProviderId,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/clinics/{clinic_id}/patients/{patient_id}/connect/{provider_id}".format(
            clinic_id=quote(str(clinic_id), safe=""),
            patient_id=quote(str(patient_id), safe=""),
            provider_id=quote(str(provider_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | Error | None:
    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

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
) -> Response[Any | Error]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    clinic_id: str,
    patient_id: str,
    provider_id: ProviderId,
    *,
    client: AuthenticatedClient,
) -> Response[Any | Error]:
    """Ask a patient to connect a device account

     Mails the patient a request, which can be accepted for 30 days. Connection issues are about this
    provider from then on. A source that is connected stays as it is; another one becomes `pending` or
    `pendingReconnect`, and one is added where the record names none.

    Args:
        clinic_id (str):
        patient_id (str):
        provider_id (ProviderId): Maker of devices: `dexcom`, `twiist`, or `abbott` (FreeStyle
            Libre).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Error]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        patient_id=patient_id,
        provider_id=provider_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    clinic_id: str,
    patient_id: str,
    provider_id: ProviderId,
    *,
    client: AuthenticatedClient,
) -> Any | Error | None:
    """Ask a patient to connect a device account

     Mails the patient a request, which can be accepted for 30 days. Connection issues are about this
    provider from then on. A source that is connected stays as it is; another one becomes `pending` or
    `pendingReconnect`, and one is added where the record names none.

    Args:
        clinic_id (str):
        patient_id (str):
        provider_id (ProviderId): Maker of devices: `dexcom`, `twiist`, or `abbott` (FreeStyle
            Libre).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Error
    """

    return sync_detailed(
        clinic_id=clinic_id,
        patient_id=patient_id,
        provider_id=provider_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    clinic_id: str,
    patient_id: str,
    provider_id: ProviderId,
    *,
    client: AuthenticatedClient,
) -> Response[Any | Error]:
    """Ask a patient to connect a device account

     Mails the patient a request, which can be accepted for 30 days. Connection issues are about this
    provider from then on. A source that is connected stays as it is; another one becomes `pending` or
    `pendingReconnect`, and one is added where the record names none.

    Args:
        clinic_id (str):
        patient_id (str):
        provider_id (ProviderId): Maker of devices: `dexcom`, `twiist`, or `abbott` (FreeStyle
            Libre).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Error]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        patient_id=patient_id,
        provider_id=provider_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    clinic_id: str,
    patient_id: str,
    provider_id: ProviderId,
    *,
    client: AuthenticatedClient,
) -> Any | Error | None:
    """Ask a patient to connect a device account

     Mails the patient a request, which can be accepted for 30 days. Connection issues are about this
    provider from then on. A source that is connected stays as it is; another one becomes `pending` or
    `pendingReconnect`, and one is added where the record names none.

    Args:
        clinic_id (str):
        patient_id (str):
        provider_id (ProviderId): Maker of devices: `dexcom`, `twiist`, or `abbott` (FreeStyle
            Libre).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Error
    """

    return (
        await asyncio_detailed(
            clinic_id=clinic_id,
            patient_id=patient_id,
            provider_id=provider_id,
            client=client,
        )
    ).parsed
