"""Validated request bodies to what the services take (rules PATIENT-12 to PATIENT-25)."""

from typing import Any

from bson import ObjectId

from kernel import clock
from kernel.db import Document
from kernel.errors import BadRequest
from patients.representation import glycemic_ranges
from patients.services.patient_details import PatientDetails, SharedPatient

_TIMES = ("modifiedTime", "expirationTime", "latestDataTime")


def details_of(body: Document) -> PatientDetails:
    """`reviews`, `permissions` and the read-only parts of a record that is sent back are ignored."""
    return PatientDetails(
        full_name=body["fullName"],
        birth_date=body["birthDate"],
        email=body.get("email"),
        mrn=body.get("mrn"),
        target_devices=body.get("targetDevices"),
        tags=_ids(body.get("tags")),
        sites=_site_ids(body.get("sites")),
        data_sources=data_sources_of(body.get("dataSources")),
        glycemic_ranges=_ranges(body),
        diagnosis_type=body.get("diagnosisType"),
    )


def shared_patient_of(body: Document) -> SharedPatient:
    granted = body.get("permissions")
    return SharedPatient(
        permissions=None if granted is None else tuple(granted),
        is_migrated=body.get("isMigrated", False),
        legacy_clinician_id=body.get("legacyClinicianId"),
        full_name=body.get("fullName"),
        birth_date=body.get("birthDate"),
        mrn=body.get("mrn"),
        tags=_ids(body.get("tags")),
        sites=_site_ids(body.get("sites")),
        glycemic_ranges=_ranges(body),
        diagnosis_type=body.get("diagnosisType"),
    )


def data_sources_of(body: list[Document] | None) -> list[Document] | None:
    return None if body is None else [_data_source(item) for item in body]


def _data_source(item: Document) -> Document:
    stored: dict[str, Any] = {"providerName": item["providerName"], "state": item["state"]}
    if "dataSourceId" in item:
        stored["dataSourceId"] = ObjectId(item["dataSourceId"])
    for name in _TIMES:
        if name in item:
            stored[name] = clock.parse_time(item[name])
    return stored


def _ranges(body: Document) -> Document | None:
    given = body.get("glycemicRanges")
    return None if given is None else glycemic_ranges.to_stored(given)


def _ids(values: list[str] | None) -> list[ObjectId] | None:
    return None if values is None else [ObjectId(value) for value in values]


def _site_ids(values: list[Document] | None) -> list[ObjectId] | None:
    """The id is read-only in the contract, so the schema lets it be missing."""
    if values is None:
        return None
    if not all("id" in value for value in values):
        reason = "a site needs its id"
        raise BadRequest(reason)
    return [ObjectId(value["id"]) for value in values]
