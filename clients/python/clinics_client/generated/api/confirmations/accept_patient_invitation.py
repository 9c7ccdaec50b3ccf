from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.accept_patient_invitation import AcceptPatientInvitation
from ...models.confirmation_error import ConfirmationError
from ...models.error import Error
from ...models.patient import Patient
from ...types import UNSET, Response, Unset


def _get_kwargs(
    clinic_id: str,
    invite_id: str,
    *,
    body: AcceptPatientInvitation | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/v1/clinics/{clinic_id}/invites/patients/{invite_id}".format(
            clinic_id=quote(str(clinic_id), safe=""),
            invite_id=quote(str(invite_id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ConfirmationError | Error | Patient | None:
    if response.status_code == 200:
        response_200 = Patient.from_dict(response.json())

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
) -> Response[ConfirmationError | Error | Patient]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    clinic_id: str,
    invite_id: str,
    *,
    client: AuthenticatedClient,
    body: AcceptPatientInvitation | Unset = UNSET,
) -> Response[ConfirmationError | Error | Patient]:
    """Accept an offer: the person becomes a patient

     The permissions are those of the offer; what the body says about the patient counts before the
    account's profile. 400 when the clinic demands an MRN and there is none.

    Args:
        clinic_id (str):
        invite_id (str):
        body (AcceptPatientInvitation | Unset): Values of the clinic that take precedence over the
            account's profile.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ConfirmationError | Error | Patient]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        invite_id=invite_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    clinic_id: str,
    invite_id: str,
    *,
    client: AuthenticatedClient,
    body: AcceptPatientInvitation | Unset = UNSET,
) -> ConfirmationError | Error | Patient | None:
    """Accept an offer: the person becomes a patient

     The permissions are those of the offer; what the body says about the patient counts before the
    account's profile. 400 when the clinic demands an MRN and there is none.

    Args:
        clinic_id (str):
        invite_id (str):
        body (AcceptPatientInvitation | Unset): Values of the clinic that take precedence over the
            account's profile.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ConfirmationError | Error | Patient
    """

    return sync_detailed(
        clinic_id=clinic_id,
        invite_id=invite_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    clinic_id: str,
    invite_id: str,
    *,
    client: AuthenticatedClient,
    body: AcceptPatientInvitation | Unset = UNSET,
) -> Response[ConfirmationError | Error | Patient]:
    """Accept an offer: the person becomes a patient

     The permissions are those of the offer; what the body says about the patient counts before the
    account's profile. 400 when the clinic demands an MRN and there is none.

    Args:
        clinic_id (str):
        invite_id (str):
        body (AcceptPatientInvitation | Unset): Values of the clinic that take precedence over the
            account's profile.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ConfirmationError | Error | Patient]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        invite_id=invite_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    clinic_id: str,
    invite_id: str,
    *,
    client: AuthenticatedClient,
    body: AcceptPatientInvitation | Unset = UNSET,
) -> ConfirmationError | Error | Patient | None:
    """Accept an offer: the person becomes a patient

     The permissions are those of the offer; what the body says about the patient counts before the
    account's profile. 400 when the clinic demands an MRN and there is none.

    Args:
        clinic_id (str):
        invite_id (str):
        body (AcceptPatientInvitation | Unset): Values of the clinic that take precedence over the
            account's profile.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ConfirmationError | Error | Patient
    """

    return (
        await asyncio_detailed(
            clinic_id=clinic_id,
            invite_id=invite_id,
            client=client,
            body=body,
        )
    ).parsed
