from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.confirmation_error import ConfirmationError
from ...models.error import Error
from ...models.invited_clinician import InvitedClinician
from ...types import Response


def _get_kwargs(
    user_id: str,
    invite_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/v1/clinicians/{user_id}/invites/{invite_id}".format(
            user_id=quote(str(user_id), safe=""),
            invite_id=quote(str(invite_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ConfirmationError | Error | InvitedClinician | None:
    if response.status_code == 200:
        response_200 = InvitedClinician.from_dict(response.json())

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

    if response.status_code == 401:

        def _parse_response_401(data: object) -> ConfirmationError | Error:
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

        response_401 = _parse_response_401(response.json())

        return response_401

    if response.status_code == 403:

        def _parse_response_403(data: object) -> ConfirmationError | Error:
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

        response_403 = _parse_response_403(response.json())

        return response_403

    if response.status_code == 404:

        def _parse_response_404(data: object) -> ConfirmationError | Error:
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

        response_404 = _parse_response_404(response.json())

        return response_404

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

    if response.status_code == 422:

        def _parse_response_422(data: object) -> ConfirmationError | Error:
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

        response_422 = _parse_response_422(response.json())

        return response_422

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
) -> Response[ConfirmationError | Error | InvitedClinician]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    user_id: str,
    invite_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[ConfirmationError | Error | InvitedClinician]:
    """Become a clinician of the clinic that invited

     The caller becomes a member with the roles of the invite. 403 where a restriction of the clinic
    forbids it, 404 for an invitation that is not for an address that the caller's account has proven.

    Args:
        user_id (str): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        invite_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ConfirmationError | Error | InvitedClinician]
    """

    kwargs = _get_kwargs(
        user_id=user_id,
        invite_id=invite_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    user_id: str,
    invite_id: str,
    *,
    client: AuthenticatedClient,
) -> ConfirmationError | Error | InvitedClinician | None:
    """Become a clinician of the clinic that invited

     The caller becomes a member with the roles of the invite. 403 where a restriction of the clinic
    forbids it, 404 for an invitation that is not for an address that the caller's account has proven.

    Args:
        user_id (str): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        invite_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ConfirmationError | Error | InvitedClinician
    """

    return sync_detailed(
        user_id=user_id,
        invite_id=invite_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    user_id: str,
    invite_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[ConfirmationError | Error | InvitedClinician]:
    """Become a clinician of the clinic that invited

     The caller becomes a member with the roles of the invite. 403 where a restriction of the clinic
    forbids it, 404 for an invitation that is not for an address that the caller's account has proven.

    Args:
        user_id (str): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        invite_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ConfirmationError | Error | InvitedClinician]
    """

    kwargs = _get_kwargs(
        user_id=user_id,
        invite_id=invite_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    user_id: str,
    invite_id: str,
    *,
    client: AuthenticatedClient,
) -> ConfirmationError | Error | InvitedClinician | None:
    """Become a clinician of the clinic that invited

     The caller becomes a member with the roles of the invite. 403 where a restriction of the clinic
    forbids it, 404 for an invitation that is not for an address that the caller's account has proven.

    Args:
        user_id (str): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        invite_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ConfirmationError | Error | InvitedClinician
    """

    return (
        await asyncio_detailed(
            user_id=user_id,
            invite_id=invite_id,
            client=client,
        )
    ).parsed
