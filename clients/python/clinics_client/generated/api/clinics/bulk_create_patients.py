from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.bulk_creation import BulkCreation
from ...models.error import Error
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    clinic_id: str,
    *,
    body: File,
    dry_run: bool | Unset = UNSET,
    tags_and_sites: bool | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["dryRun"] = dry_run

    params["tagsAndSites"] = tags_and_sites

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/clinics/{clinic_id}/bulk/patients".format(
            clinic_id=quote(str(clinic_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["content"] = body.payload
    headers["Content-Type"] = "text/csv"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> BulkCreation | Error | File | None:
    if response.status_code == 200:
        response_200 = File(payload=BytesIO(response.content))

        return response_200

    if response.status_code == 202:
        response_202 = BulkCreation.from_dict(response.json())

        return response_202

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
) -> Response[BulkCreation | Error | File]:
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
    body: File,
    dry_run: bool | Unset = UNSET,
    tags_and_sites: bool | Unset = UNSET,
) -> Response[BulkCreation | Error | File]:
    """Create patients from a file

     The body is `text/csv` in UTF-8 without a header line, at most 5,000 rows and 2 MB: name, birth date
    (`YYYY-MM-DD`), MRN, then optionally e-mail address, type of diabetes and preset of glycemic ranges
    (anything else is `adaStandard`); further columns are ignored unless `tagsAndSites` is true. Blank
    lines are no rows, and a line break in a cell is a fault. Types of diabetes are `type1`, `type2`,
    `type3c`, `gestational`, `prediabetes`, `lada`, `mody`, `other`. A header line would be a row, whose
    birth date is none. Semicolons or tabs between the cells are read, too, where they make the columns,
    or a first line such as `sep=;` names them. Answers are in UTF-8, too, though their type does not
    say so. Without `dryRun=false` nothing is created. 400 with a line for each fault, of the first
    thousand, names row and column, counted from 1, and nothing is created. The answer is a CSV file
    with each row, why it is not created (an MRN or address that another row, a patient or an account
    has, or what CreatePatientAccount answers) and, after creating, whether an invitation is expected;
    six lines with counts follow then, in which rows that the check has marked are skipped, and others
    that are refused count among all alone. Rows are created one after the other: repeat the call with
    the same file after a failure, it creates no one twice. For admins and services. The answer waits
    for the end: a file of several thousand rows takes minutes. After 14 the creation goes on, and the
    answer is 202 with its id: GetBulkCreation says how far it is, and FetchBulkCreation has the result
    for a day. The same holds where the connection breaks: ListBulkCreations has the id. 409 where staff
    have canceled the creation, the clinic is gone meanwhile, or the caller may not create patients any
    more, with the number of patients that were created; and, before anyone is created, where the clinic
    is to be merged into another. When a person was told of twenty addresses, in an hour, that accounts
    have which are not patients of the clinic, rows with further addresses are left out; send them
    later, or without the address. Checks count as creations do, but an address counts once in a week.
    When a person has caused as many mails as are allowed, or an address was sent as many, further rows
    with addresses say so: send them later. 429 while ten files are at work for the clinic. 404 where it
    is switched off.

    Args:
        clinic_id (str):
        dry_run (bool | Unset):
        tags_and_sites (bool | Unset):
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BulkCreation | Error | File]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        body=body,
        dry_run=dry_run,
        tags_and_sites=tags_and_sites,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    body: File,
    dry_run: bool | Unset = UNSET,
    tags_and_sites: bool | Unset = UNSET,
) -> BulkCreation | Error | File | None:
    """Create patients from a file

     The body is `text/csv` in UTF-8 without a header line, at most 5,000 rows and 2 MB: name, birth date
    (`YYYY-MM-DD`), MRN, then optionally e-mail address, type of diabetes and preset of glycemic ranges
    (anything else is `adaStandard`); further columns are ignored unless `tagsAndSites` is true. Blank
    lines are no rows, and a line break in a cell is a fault. Types of diabetes are `type1`, `type2`,
    `type3c`, `gestational`, `prediabetes`, `lada`, `mody`, `other`. A header line would be a row, whose
    birth date is none. Semicolons or tabs between the cells are read, too, where they make the columns,
    or a first line such as `sep=;` names them. Answers are in UTF-8, too, though their type does not
    say so. Without `dryRun=false` nothing is created. 400 with a line for each fault, of the first
    thousand, names row and column, counted from 1, and nothing is created. The answer is a CSV file
    with each row, why it is not created (an MRN or address that another row, a patient or an account
    has, or what CreatePatientAccount answers) and, after creating, whether an invitation is expected;
    six lines with counts follow then, in which rows that the check has marked are skipped, and others
    that are refused count among all alone. Rows are created one after the other: repeat the call with
    the same file after a failure, it creates no one twice. For admins and services. The answer waits
    for the end: a file of several thousand rows takes minutes. After 14 the creation goes on, and the
    answer is 202 with its id: GetBulkCreation says how far it is, and FetchBulkCreation has the result
    for a day. The same holds where the connection breaks: ListBulkCreations has the id. 409 where staff
    have canceled the creation, the clinic is gone meanwhile, or the caller may not create patients any
    more, with the number of patients that were created; and, before anyone is created, where the clinic
    is to be merged into another. When a person was told of twenty addresses, in an hour, that accounts
    have which are not patients of the clinic, rows with further addresses are left out; send them
    later, or without the address. Checks count as creations do, but an address counts once in a week.
    When a person has caused as many mails as are allowed, or an address was sent as many, further rows
    with addresses say so: send them later. 429 while ten files are at work for the clinic. 404 where it
    is switched off.

    Args:
        clinic_id (str):
        dry_run (bool | Unset):
        tags_and_sites (bool | Unset):
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BulkCreation | Error | File
    """

    return sync_detailed(
        clinic_id=clinic_id,
        client=client,
        body=body,
        dry_run=dry_run,
        tags_and_sites=tags_and_sites,
    ).parsed


async def asyncio_detailed(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    body: File,
    dry_run: bool | Unset = UNSET,
    tags_and_sites: bool | Unset = UNSET,
) -> Response[BulkCreation | Error | File]:
    """Create patients from a file

     The body is `text/csv` in UTF-8 without a header line, at most 5,000 rows and 2 MB: name, birth date
    (`YYYY-MM-DD`), MRN, then optionally e-mail address, type of diabetes and preset of glycemic ranges
    (anything else is `adaStandard`); further columns are ignored unless `tagsAndSites` is true. Blank
    lines are no rows, and a line break in a cell is a fault. Types of diabetes are `type1`, `type2`,
    `type3c`, `gestational`, `prediabetes`, `lada`, `mody`, `other`. A header line would be a row, whose
    birth date is none. Semicolons or tabs between the cells are read, too, where they make the columns,
    or a first line such as `sep=;` names them. Answers are in UTF-8, too, though their type does not
    say so. Without `dryRun=false` nothing is created. 400 with a line for each fault, of the first
    thousand, names row and column, counted from 1, and nothing is created. The answer is a CSV file
    with each row, why it is not created (an MRN or address that another row, a patient or an account
    has, or what CreatePatientAccount answers) and, after creating, whether an invitation is expected;
    six lines with counts follow then, in which rows that the check has marked are skipped, and others
    that are refused count among all alone. Rows are created one after the other: repeat the call with
    the same file after a failure, it creates no one twice. For admins and services. The answer waits
    for the end: a file of several thousand rows takes minutes. After 14 the creation goes on, and the
    answer is 202 with its id: GetBulkCreation says how far it is, and FetchBulkCreation has the result
    for a day. The same holds where the connection breaks: ListBulkCreations has the id. 409 where staff
    have canceled the creation, the clinic is gone meanwhile, or the caller may not create patients any
    more, with the number of patients that were created; and, before anyone is created, where the clinic
    is to be merged into another. When a person was told of twenty addresses, in an hour, that accounts
    have which are not patients of the clinic, rows with further addresses are left out; send them
    later, or without the address. Checks count as creations do, but an address counts once in a week.
    When a person has caused as many mails as are allowed, or an address was sent as many, further rows
    with addresses say so: send them later. 429 while ten files are at work for the clinic. 404 where it
    is switched off.

    Args:
        clinic_id (str):
        dry_run (bool | Unset):
        tags_and_sites (bool | Unset):
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BulkCreation | Error | File]
    """

    kwargs = _get_kwargs(
        clinic_id=clinic_id,
        body=body,
        dry_run=dry_run,
        tags_and_sites=tags_and_sites,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    clinic_id: str,
    *,
    client: AuthenticatedClient,
    body: File,
    dry_run: bool | Unset = UNSET,
    tags_and_sites: bool | Unset = UNSET,
) -> BulkCreation | Error | File | None:
    """Create patients from a file

     The body is `text/csv` in UTF-8 without a header line, at most 5,000 rows and 2 MB: name, birth date
    (`YYYY-MM-DD`), MRN, then optionally e-mail address, type of diabetes and preset of glycemic ranges
    (anything else is `adaStandard`); further columns are ignored unless `tagsAndSites` is true. Blank
    lines are no rows, and a line break in a cell is a fault. Types of diabetes are `type1`, `type2`,
    `type3c`, `gestational`, `prediabetes`, `lada`, `mody`, `other`. A header line would be a row, whose
    birth date is none. Semicolons or tabs between the cells are read, too, where they make the columns,
    or a first line such as `sep=;` names them. Answers are in UTF-8, too, though their type does not
    say so. Without `dryRun=false` nothing is created. 400 with a line for each fault, of the first
    thousand, names row and column, counted from 1, and nothing is created. The answer is a CSV file
    with each row, why it is not created (an MRN or address that another row, a patient or an account
    has, or what CreatePatientAccount answers) and, after creating, whether an invitation is expected;
    six lines with counts follow then, in which rows that the check has marked are skipped, and others
    that are refused count among all alone. Rows are created one after the other: repeat the call with
    the same file after a failure, it creates no one twice. For admins and services. The answer waits
    for the end: a file of several thousand rows takes minutes. After 14 the creation goes on, and the
    answer is 202 with its id: GetBulkCreation says how far it is, and FetchBulkCreation has the result
    for a day. The same holds where the connection breaks: ListBulkCreations has the id. 409 where staff
    have canceled the creation, the clinic is gone meanwhile, or the caller may not create patients any
    more, with the number of patients that were created; and, before anyone is created, where the clinic
    is to be merged into another. When a person was told of twenty addresses, in an hour, that accounts
    have which are not patients of the clinic, rows with further addresses are left out; send them
    later, or without the address. Checks count as creations do, but an address counts once in a week.
    When a person has caused as many mails as are allowed, or an address was sent as many, further rows
    with addresses say so: send them later. 429 while ten files are at work for the clinic. 404 where it
    is switched off.

    Args:
        clinic_id (str):
        dry_run (bool | Unset):
        tags_and_sites (bool | Unset):
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BulkCreation | Error | File
    """

    return (
        await asyncio_detailed(
            clinic_id=clinic_id,
            client=client,
            body=body,
            dry_run=dry_run,
            tags_and_sites=tags_and_sites,
        )
    ).parsed
