"""The values of a patient's fields, as clients see them and as bodies bring them (rules PATIENT-1 to PATIENT-25).

What is null, absent or [] here is what clients rely on.
"""

from datetime import datetime
from typing import Any

import orjson
from bson import ObjectId

from kernel import addresses, clock
from kernel.clock import ZERO
from kernel.db import Document
from kernel.errors import BadRequest
from kernel.safe_reading import mapping, moment, require, text
from patients import connection_issues, summary_answers
from patients.choices import PERMISSIONS, DataProvider, DiagnosisType, IssueSource

NO_DATE = "0001-01-01"
PROVIDERS = tuple(sorted(DataProvider.values))
_DIAGNOSIS_TYPES = tuple(DiagnosisType.values)
_SOURCE_TYPES = {
    "dataSourceId": ObjectId | str,
    "modifiedTime": datetime,
    "expirationTime": datetime,
    "latestDataTime": datetime,
    "createdTime": datetime,
    "connectedTime": datetime,
    "providerName": str,
    "state": str,
}
_SOURCE_TIMES = tuple(name for name, kind in _SOURCE_TYPES.items() if kind is datetime)
_ISSUE_SOURCES = frozenset(IssueSource.values)


# --- shown ----------------------------------------------------------------------------------------
def text_or_empty(stored: object) -> str:
    return stored if isinstance(stored, str) else ""


def text_or_nothing(stored: object) -> str | None:
    return stored if stored and isinstance(stored, str) else None


def moment_or_zero(stored: object) -> datetime:
    return stored if isinstance(stored, datetime) else ZERO


def birth_date(stored: object) -> str:
    """Stored as text; what is not a date is the zero date."""
    return stored if isinstance(stored, str) and clock.is_date(stored) else NO_DATE


def address(stored: Any) -> str | None:
    """What is read can be sent back."""
    return addresses.account_address(stored) if stored else stored


def tags(stored: list[ObjectId] | None) -> list[ObjectId] | None:
    known = [tag for tag in stored or () if isinstance(tag, ObjectId)]
    return list(dict.fromkeys(known)) or None


def sites(stored: list[Document] | None) -> list[Document]:
    return [
        {"id": require(ObjectId, site["id"]), "name": require(str, site["name"])}
        for site in stored or ()
    ]


def devices(stored: list[str] | None) -> list[str] | None:
    return None if stored is None else [device for device in stored if isinstance(device, str)]


def permissions(stored: Document | None) -> Document | None:
    if stored is None:
        return None
    return {name: {} for name in PERMISSIONS if stored.get(name) is not None}


def data_sources(stored: list[Document] | None) -> list[Document] | None:
    if stored is None:
        return None
    return [
        {n: v for n, kind in _SOURCE_TYPES.items() if isinstance(v := item.get(n), kind)}
        for item in stored
    ]


def reviews(stored: list[Document] | None) -> list[Document]:
    return [
        {"clinicianId": require(str, r["clinicianId"]), "time": require(datetime, r["time"])}
        for r in stored or ()
    ]


def creation(stored: object) -> Document | None:
    """Also of integrations that this service does not know."""
    integration = text(mapping(stored).get("integration"))
    return {"integration": integration} if integration else None


def diagnosis_type(stored: object) -> object:
    return stored if stored in _DIAGNOSIS_TYPES else None


def connection_requests(document: Document) -> Document:
    """Every provider has its list; an old record of Dexcom's stands in when there is no newer one."""
    stored = document.get("providerConnectionRequests") or {}
    out = {name: [_request(r) for r in stored.get(name) or ()] for name in PROVIDERS}
    older = moment(document.get("lastRequestedDexcomConnectTime"))
    if older is not None and not out[DataProvider.DEXCOM.value]:
        out[DataProvider.DEXCOM.value] = [
            {"providerName": DataProvider.DEXCOM.value, "createdTime": older}
        ]
    return out


def _request(stored: Document) -> Document:
    request = {
        "providerName": require(str, stored["providerName"]),
        "createdTime": require(datetime, stored["createdTime"]),
    }
    expires = moment(stored.get("expirationTime"))
    return request if expires is None else {**request, "expirationTime": expires}


def issue_source(stored: object) -> str | None:
    return stored if isinstance(stored, str) and stored in _ISSUE_SOURCES else None


def issue(stored: Any) -> Document | None:
    """None for what is no issue, no matter which service has stored it."""
    record = {connection_issues.ISSUE: stored}
    cause = connection_issues.stored_cause(record)
    return {"cause": cause, "hidden": connection_issues.is_hidden(record)} if cause else None


def summary(stored: Document | None) -> Document | None:
    """The kept text of each kind; made again for records that other systems wrote."""
    if stored is None:
        return None
    out: Document = {}
    for name in summary_answers.PARTS:
        part = stored.get(name)
        if part:
            text = part.get(summary_answers.FIELD)
            out[name] = orjson.Fragment(text) if text else summary_answers.shown(name, part)
    return out


# --- from a body ----------------------------------------------------------------------------------
def ids_of(values: list[str]) -> list[ObjectId]:
    return [ObjectId(value) for value in values]


def site_ids_of(values: list[Document]) -> list[ObjectId]:
    """The id is read-only in the contract, so the schema lets it be missing."""
    if not all("id" in value for value in values):
        reason = "a site needs its id"
        raise BadRequest(reason)
    return [ObjectId(value["id"]) for value in values]


def data_sources_of(values: list[Document]) -> list[Document]:
    return [_data_source(item) for item in values]


def _data_source(item: Document) -> Document:
    stored: dict[str, Any] = {"providerName": item["providerName"], "state": item["state"]}
    if "dataSourceId" in item:
        stored["dataSourceId"] = ObjectId(item["dataSourceId"])
    for name in _SOURCE_TIMES:
        if name in item:
            stored[name] = clock.parse_time(item[name])
    return stored
