from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.care_team_invitation import CareTeamInvitation
from ...models.confirmation_error import ConfirmationError
from ...models.error import Error
from ...models.invitation import Invitation
from ...types import Response


def _get_kwargs(
    user_id: str,
    *,
    body: Invitation,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/confirm/send/invite/{user_id}".format(
            user_id=quote(str(user_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CareTeamInvitation | ConfirmationError | Error | None:
    if response.status_code == 200:
        response_200 = CareTeamInvitation.from_dict(response.json())

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
) -> Response[CareTeamInvitation | ConfirmationError | Error]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    user_id: str,
    *,
    client: AuthenticatedClient,
    body: Invitation,
) -> Response[CareTeamInvitation | ConfirmationError | Error]:
    """Invite someone into a person's care team

     Mails an invitation that its receiver can accept for seven days. 409 while a pending one to the
    address exists, or the receiver has permissions already. `custodian` cannot be given.

    Args:
        user_id (str): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        body (Invitation): An invitation into a care team.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CareTeamInvitation | ConfirmationError | Error]
    """

    kwargs = _get_kwargs(
        user_id=user_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    user_id: str,
    *,
    client: AuthenticatedClient,
    body: Invitation,
) -> CareTeamInvitation | ConfirmationError | Error | None:
    """Invite someone into a person's care team

     Mails an invitation that its receiver can accept for seven days. 409 while a pending one to the
    address exists, or the receiver has permissions already. `custodian` cannot be given.

    Args:
        user_id (str): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        body (Invitation): An invitation into a care team.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CareTeamInvitation | ConfirmationError | Error
    """

    return sync_detailed(
        user_id=user_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    user_id: str,
    *,
    client: AuthenticatedClient,
    body: Invitation,
) -> Response[CareTeamInvitation | ConfirmationError | Error]:
    """Invite someone into a person's care team

     Mails an invitation that its receiver can accept for seven days. 409 while a pending one to the
    address exists, or the receiver has permissions already. `custodian` cannot be given.

    Args:
        user_id (str): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        body (Invitation): An invitation into a care team.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CareTeamInvitation | ConfirmationError | Error]
    """

    kwargs = _get_kwargs(
        user_id=user_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    user_id: str,
    *,
    client: AuthenticatedClient,
    body: Invitation,
) -> CareTeamInvitation | ConfirmationError | Error | None:
    """Invite someone into a person's care team

     Mails an invitation that its receiver can accept for seven days. 409 while a pending one to the
    address exists, or the receiver has permissions already. `custodian` cannot be given.

    Args:
        user_id (str): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        body (Invitation): An invitation into a care team.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CareTeamInvitation | ConfirmationError | Error
    """

    return (
        await asyncio_detailed(
            user_id=user_id,
            client=client,
            body=body,
        )
    ).parsed
