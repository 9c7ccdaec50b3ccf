from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.patient_clinic_relationship import PatientClinicRelationship
from ...models.workspace_id_type import WorkspaceIdType
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    birth_date: str | Unset = UNSET,
    limit: int | Unset = 10,
    mrn: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    workspace_id: str | Unset = UNSET,
    workspace_id_type: WorkspaceIdType | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["birthDate"] = birth_date

    params["limit"] = limit

    params["mrn"] = mrn

    params["offset"] = offset

    params["workspaceId"] = workspace_id

    json_workspace_id_type: str | Unset = UNSET
    if not isinstance(workspace_id_type, Unset):
        json_workspace_id_type = workspace_id_type

    params["workspaceIdType"] = json_workspace_id_type

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/patients",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | list[PatientClinicRelationship] | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for componentsschemaspatient_clinic_relationships_v_1_item_data in _response_200:
            componentsschemaspatient_clinic_relationships_v_1_item = PatientClinicRelationship.from_dict(
                componentsschemaspatient_clinic_relationships_v_1_item_data
            )

            response_200.append(componentsschemaspatient_clinic_relationships_v_1_item)

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
) -> Response[Error | list[PatientClinicRelationship]]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    birth_date: str | Unset = UNSET,
    limit: int | Unset = 10,
    mrn: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    workspace_id: str | Unset = UNSET,
    workspace_id_type: WorkspaceIdType | Unset = UNSET,
) -> Response[Error | list[PatientClinicRelationship]]:
    """Find patients in the caller's clinics

     In all clinics in which the caller is member or admin, or in one of them (`workspaceId`), by name, a
    page at a time. An empty array when no one fits.

    Args:
        birth_date (str | Unset):
        limit (int | Unset):  Default: 10.
        mrn (str | Unset):
        offset (int | Unset):
        workspace_id (str | Unset):
        workspace_id_type (WorkspaceIdType | Unset): A kind of id of a clinic.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | list[PatientClinicRelationship]]
    """

    kwargs = _get_kwargs(
        birth_date=birth_date,
        limit=limit,
        mrn=mrn,
        offset=offset,
        workspace_id=workspace_id,
        workspace_id_type=workspace_id_type,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    birth_date: str | Unset = UNSET,
    limit: int | Unset = 10,
    mrn: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    workspace_id: str | Unset = UNSET,
    workspace_id_type: WorkspaceIdType | Unset = UNSET,
) -> Error | list[PatientClinicRelationship] | None:
    """Find patients in the caller's clinics

     In all clinics in which the caller is member or admin, or in one of them (`workspaceId`), by name, a
    page at a time. An empty array when no one fits.

    Args:
        birth_date (str | Unset):
        limit (int | Unset):  Default: 10.
        mrn (str | Unset):
        offset (int | Unset):
        workspace_id (str | Unset):
        workspace_id_type (WorkspaceIdType | Unset): A kind of id of a clinic.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | list[PatientClinicRelationship]
    """

    return sync_detailed(
        client=client,
        birth_date=birth_date,
        limit=limit,
        mrn=mrn,
        offset=offset,
        workspace_id=workspace_id,
        workspace_id_type=workspace_id_type,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    birth_date: str | Unset = UNSET,
    limit: int | Unset = 10,
    mrn: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    workspace_id: str | Unset = UNSET,
    workspace_id_type: WorkspaceIdType | Unset = UNSET,
) -> Response[Error | list[PatientClinicRelationship]]:
    """Find patients in the caller's clinics

     In all clinics in which the caller is member or admin, or in one of them (`workspaceId`), by name, a
    page at a time. An empty array when no one fits.

    Args:
        birth_date (str | Unset):
        limit (int | Unset):  Default: 10.
        mrn (str | Unset):
        offset (int | Unset):
        workspace_id (str | Unset):
        workspace_id_type (WorkspaceIdType | Unset): A kind of id of a clinic.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | list[PatientClinicRelationship]]
    """

    kwargs = _get_kwargs(
        birth_date=birth_date,
        limit=limit,
        mrn=mrn,
        offset=offset,
        workspace_id=workspace_id,
        workspace_id_type=workspace_id_type,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    birth_date: str | Unset = UNSET,
    limit: int | Unset = 10,
    mrn: str | Unset = UNSET,
    offset: int | Unset = UNSET,
    workspace_id: str | Unset = UNSET,
    workspace_id_type: WorkspaceIdType | Unset = UNSET,
) -> Error | list[PatientClinicRelationship] | None:
    """Find patients in the caller's clinics

     In all clinics in which the caller is member or admin, or in one of them (`workspaceId`), by name, a
    page at a time. An empty array when no one fits.

    Args:
        birth_date (str | Unset):
        limit (int | Unset):  Default: 10.
        mrn (str | Unset):
        offset (int | Unset):
        workspace_id (str | Unset):
        workspace_id_type (WorkspaceIdType | Unset): A kind of id of a clinic.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | list[PatientClinicRelationship]
    """

    return (
        await asyncio_detailed(
            client=client,
            birth_date=birth_date,
            limit=limit,
            mrn=mrn,
            offset=offset,
            workspace_id=workspace_id,
            workspace_id_type=workspace_id_type,
        )
    ).parsed
