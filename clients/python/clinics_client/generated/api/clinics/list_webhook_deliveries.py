from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.webhook_deliveries import WebhookDeliveries
from ...models.webhook_delivery_state import WebhookDeliveryState
from ...types import UNSET, Response, Unset


def _get_kwargs(
    clinic_id: str,
    webhook_id: str,
    *,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    state: WebhookDeliveryState | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["offset"] = offset

    json_state: str | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = state

    params["state"] = json_state

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/clinics/{clinic_id}/webhooks/{webhook_id}/deliveries".format(
            clinic_id=quote(str(clinic_id), safe=""),
            webhook_id=quote(str(webhook_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | WebhookDeliveries | None:
    if response.status_code == 200:
        response_200 = WebhookDeliveries.from_dict(response.json())

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
) -> Response[Error | WebhookDeliveries]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    clinic_id: str,
    webhook_id: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    state: WebhookDeliveryState | Unset = UNSET,
) -> Response[Error | WebhookDeliveries]:
    """List the messages of a webhook

     Newest first, of the last 30 days.

    Args:
        clinic_id (str):
        webhook_id (str):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):
        state (WebhookDeliveryState | Unset): `waiting`: it is tried for a day; `delivered`: the
            receiver answered with a status from 200 to 299; `parked`: it is not tried any more, and
            can be sent again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | WebhookDeliveries]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        webhook_id=webhook_id,
        limit=limit,
        offset=offset,
        state=state,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    clinic_id: str,
    webhook_id: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    state: WebhookDeliveryState | Unset = UNSET,
) -> Error | WebhookDeliveries | None:
    """List the messages of a webhook

     Newest first, of the last 30 days.

    Args:
        clinic_id (str):
        webhook_id (str):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):
        state (WebhookDeliveryState | Unset): `waiting`: it is tried for a day; `delivered`: the
            receiver answered with a status from 200 to 299; `parked`: it is not tried any more, and
            can be sent again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | WebhookDeliveries
    """

    return sync_detailed(
        clinic_id=clinic_id,
        webhook_id=webhook_id,
        client=client,
        limit=limit,
        offset=offset,
        state=state,
    ).parsed


async def asyncio_detailed(
    clinic_id: str,
    webhook_id: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    state: WebhookDeliveryState | Unset = UNSET,
) -> Response[Error | WebhookDeliveries]:
    """List the messages of a webhook

     Newest first, of the last 30 days.

    Args:
        clinic_id (str):
        webhook_id (str):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):
        state (WebhookDeliveryState | Unset): `waiting`: it is tried for a day; `delivered`: the
            receiver answered with a status from 200 to 299; `parked`: it is not tried any more, and
            can be sent again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | WebhookDeliveries]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        webhook_id=webhook_id,
        limit=limit,
        offset=offset,
        state=state,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    clinic_id: str,
    webhook_id: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 10,
    offset: int | Unset = UNSET,
    state: WebhookDeliveryState | Unset = UNSET,
) -> Error | WebhookDeliveries | None:
    """List the messages of a webhook

     Newest first, of the last 30 days.

    Args:
        clinic_id (str):
        webhook_id (str):
        limit (int | Unset):  Default: 10.
        offset (int | Unset):
        state (WebhookDeliveryState | Unset): `waiting`: it is tried for a day; `delivered`: the
            receiver answered with a status from 200 to 299; `parked`: it is not tried any more, and
            can be sent again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | WebhookDeliveries
    """

    return (
        await asyncio_detailed(
            clinic_id=clinic_id,
            webhook_id=webhook_id,
            client=client,
            limit=limit,
            offset=offset,
            state=state,
        )
    ).parsed
