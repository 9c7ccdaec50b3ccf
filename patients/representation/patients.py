"""Stored patients as clients see them (rules PATIENT-1 to PATIENT-11).

What is null, absent or [] here is what clients rely on.
"""

from datetime import datetime

import orjson
from bson import ObjectId

from kernel import addresses, clock, safe_reading
from kernel.clock import ZERO
from kernel.db import Document
from kernel.safe_reading import moment, require, text
from patients import summary_answers
from patients.representation import glycemic_ranges

NO_DATE = "0001-01-01"
PROVIDERS = ("abbott", "dexcom", "twiist")
DIAGNOSIS_TYPES = (
    "type1",
    "type2",
    "type3c",
    "gestational",
    "prediabetes",
    "lada",
    "mody",
    "other",
    "notApplicable",
)
_SOURCE_TYPES = {
    "dataSourceId": ObjectId | str,
    "modifiedTime": datetime,
    "expirationTime": datetime,
    "latestDataTime": datetime,
    "providerName": str,
    "state": str,
}


@safe_reading.tolerant("patient")
def patient(document: Document) -> Document:
    get = document.get
    out: Document = {
        "fullName": text(get("fullName")) or "",
        "birthDate": birth_date(get("birthDate")),
        "tags": _tags(get("tags")),
        "createdTime": moment(get("createdTime")) or ZERO,
        "updatedTime": moment(get("updatedTime")) or ZERO,
        "dataSources": data_sources(get("dataSources")),
        "reviews": reviews(get("reviews")),
        "connectionRequests": _connection_requests(document),
        "sites": [
            {"id": require(ObjectId, site["id"]), "name": require(str, site["name"])}
            for site in get("sites") or ()
        ],
    }
    for name, value in (
        ("id", text(get("userId"))),
        (
            "email",
            get("email") and addresses.account_address(get("email")),
        ),  # what is read can be sent back
        ("mrn", text(get("mrn")) or None),
        ("targetDevices", _devices(get("targetDevices"))),
        ("permissions", permissions(get("permissions"))),
        ("lastUploadReminderTime", moment(get("lastUploadReminderTime"))),
        ("summary", summary(get("summary"))),
        ("glycemicRanges", glycemic_ranges.shown(get("glycemicRanges"))),
    ):
        if value is not None:
            out[name] = value
    if get("diagnosisType") in DIAGNOSIS_TYPES:
        out["diagnosisType"] = document["diagnosisType"]
    return out


def _tags(stored: list[ObjectId] | None) -> list[ObjectId] | None:
    found = dict.fromkeys(tag for tag in stored or () if isinstance(tag, ObjectId))
    return list(found) or None


def _devices(stored: list[str] | None) -> list[str] | None:
    return None if stored is None else [device for device in stored if text(device) is not None]


def birth_date(text: object) -> str:
    """Stored as text; what is no date is the zero date."""
    return text if isinstance(text, str) and clock.is_date(text) else NO_DATE


def permissions(stored: Document | None) -> Document | None:
    if stored is None:
        return None
    return {
        name: {} for name in ("custodian", "view", "upload", "note") if stored.get(name) is not None
    }


def data_sources(stored: list[Document] | None) -> list[Document] | None:
    if stored is None:
        return None
    return [
        {n: item[n] for n, kind in _SOURCE_TYPES.items() if isinstance(item.get(n), kind)}
        for item in stored
    ]


def reviews(stored: list[Document] | None) -> list[Document]:
    return [
        {"clinicianId": require(str, r["clinicianId"]), "time": require(datetime, r["time"])}
        for r in stored or ()
    ]


def _connection_requests(document: Document) -> Document:
    """Every provider has its list; an old record of Dexcom's stands in when there is no newer one."""
    stored = document.get("providerConnectionRequests") or {}
    out = {name: [_request(r) for r in stored.get(name) or ()] for name in PROVIDERS}
    older = moment(document.get("lastRequestedDexcomConnectTime"))
    if older is not None and not out["dexcom"]:
        out["dexcom"] = [{"providerName": "dexcom", "createdTime": older}]
    return out


def _request(stored: Document) -> Document:
    return {
        "providerName": require(str, stored["providerName"]),
        "createdTime": require(datetime, stored["createdTime"]),
    }


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
