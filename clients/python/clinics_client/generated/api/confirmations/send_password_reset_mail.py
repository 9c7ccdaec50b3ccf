from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.confirmation_error import ConfirmationError
from ...models.error import Error
from ...types import Response


def _get_kwargs(
    email: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/confirm/send/forgot/{email}".format(
            email=quote(str(email), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ConfirmationError | Error | None:
    if response.status_code == 200:
        response_200 = cast(Any, None)
        return response_200

    if response.status_code == 400:

        def _parse_response_400(data: object) -> ConfirmationError | Error:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemasconfirmation_failure_v_1_type_0 = ConfirmationError.from_dict(data)

                return componentsschemasconfirmation_failure_v_1_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemasconfirmation_failure_v_1_type_1 = Error.from_dict(data)

            return componentsschemasconfirmation_failure_v_1_type_1

        response_400 = _parse_response_400(response.json())

        return response_400

    if response.status_code == 408:

        def _parse_response_408(data: object) -> ConfirmationError | Error:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemasconfirmation_failure_v_1_type_0 = ConfirmationError.from_dict(data)

                return componentsschemasconfirmation_failure_v_1_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemasconfirmation_failure_v_1_type_1 = Error.from_dict(data)

            return componentsschemasconfirmation_failure_v_1_type_1

        response_408 = _parse_response_408(response.json())

        return response_408

    if response.status_code == 409:

        def _parse_response_409(data: object) -> ConfirmationError | Error:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemasconfirmation_failure_v_1_type_0 = ConfirmationError.from_dict(data)

                return componentsschemasconfirmation_failure_v_1_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemasconfirmation_failure_v_1_type_1 = Error.from_dict(data)

            return componentsschemasconfirmation_failure_v_1_type_1

        response_409 = _parse_response_409(response.json())

        return response_409

    if response.status_code == 413:

        def _parse_response_413(data: object) -> ConfirmationError | Error:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemasconfirmation_failure_v_1_type_0 = ConfirmationError.from_dict(data)

                return componentsschemasconfirmation_failure_v_1_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemasconfirmation_failure_v_1_type_1 = Error.from_dict(data)

            return componentsschemasconfirmation_failure_v_1_type_1

        response_413 = _parse_response_413(response.json())

        return response_413

    if response.status_code == 429:

        def _parse_response_429(data: object) -> ConfirmationError | Error:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemasconfirmation_failure_v_1_type_0 = ConfirmationError.from_dict(data)

                return componentsschemasconfirmation_failure_v_1_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemasconfirmation_failure_v_1_type_1 = Error.from_dict(data)

            return componentsschemasconfirmation_failure_v_1_type_1

        response_429 = _parse_response_429(response.json())

        return response_429

    if response.status_code == 500:

        def _parse_response_500(data: object) -> ConfirmationError | Error:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemasconfirmation_failure_v_1_type_0 = ConfirmationError.from_dict(data)

                return componentsschemasconfirmation_failure_v_1_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemasconfirmation_failure_v_1_type_1 = Error.from_dict(data)

            return componentsschemasconfirmation_failure_v_1_type_1

        response_500 = _parse_response_500(response.json())

        return response_500

    if response.status_code == 503:

        def _parse_response_503(data: object) -> ConfirmationError | Error:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemasconfirmation_failure_v_1_type_0 = ConfirmationError.from_dict(data)

                return componentsschemasconfirmation_failure_v_1_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemasconfirmation_failure_v_1_type_1 = Error.from_dict(data)

            return componentsschemasconfirmation_failure_v_1_type_1

        response_503 = _parse_response_503(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | ConfirmationError | Error]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    email: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[Any | ConfirmationError | Error]:
    """Mail a link that resets the password

     The path that the clients use; the same as SendPasswordReset.

    Args:
        email (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ConfirmationError | Error]
    """

    kwargs = _get_kwargs(
        email=email,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    email: str,
    *,
    client: AuthenticatedClient | Client,
) -> Any | ConfirmationError | Error | None:
    """Mail a link that resets the password

     The path that the clients use; the same as SendPasswordReset.

    Args:
        email (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ConfirmationError | Error
    """

    return sync_detailed(
        email=email,
        client=client,
    ).parsed


async def asyncio_detailed(
    email: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[Any | ConfirmationError | Error]:
    """Mail a link that resets the password

     The path that the clients use; the same as SendPasswordReset.

    Args:
        email (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ConfirmationError | Error]
    """

    kwargs = _get_kwargs(
        email=email,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    email: str,
    *,
    client: AuthenticatedClient | Client,
) -> Any | ConfirmationError | Error | None:
    """Mail a link that resets the password

     The path that the clients use; the same as SendPasswordReset.

    Args:
        email (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ConfirmationError | Error
    """

    return (
        await asyncio_detailed(
            email=email,
            client=client,
        )
    ).parsed
