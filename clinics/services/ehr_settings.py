"""A clinic's connection to its health record system (rules CLINIC-44 to CLINIC-53)."""

import re
from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from clinic_records.choices import EhrProvider
from clinic_records.documents import ClinicDocument
from clinic_records.services import access
from clinics.choices import Destination, NoteEvent, Procedure
from clinics.services.clinics import change_clinic
from clinics.store import clinic_settings as store
from kernel import safe_reading, texts
from kernel.db import Document
from kernel.errors import BadRequest, NotFound

NOT_ACTIVE = "the clinic does not have an active EHR integration"
DEFAULT_NOTE_EVENT = NoteEvent.NEW.value
_REDOX_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PROCEDURES = Procedure.values
_MESSAGES = Destination.values


def is_redox_id(value: str) -> bool:
    """Redox gives each source and destination a UUID. The API takes any text for one, as the contract says."""
    return _REDOX_ID.fullmatch(value) is not None


def find_ehr_clinics(*, provider: str, source_id: str) -> list[ClinicDocument]:
    """The enabled clinics with the source of a message, however its id is spelt. At most two, since more than one is
    already an error."""
    spelt_alike = [
        clinic
        for clinic in store.list_by_source(provider, source_id)
        if texts.is_same(clinic["ehrSettings"]["sourceId"], source_id)
    ]
    return spelt_alike[:2] or _find_by_any_spelling(provider, source_id)


def _find_by_any_spelling(provider: str, source_id: str) -> list[ClinicDocument]:
    """Also in letters that only look the same, which no query of the database compares."""
    sources = store.list_sources(provider)
    clinic_ids = [clinic_id for clinic_id, source in sources if texts.is_same(source, source_id)]
    return store.list_enabled({"_id": {"$in": clinic_ids[:2]}}) if clinic_ids else []


def list_redox_clinic_ids(*, on_upload: bool | None = None) -> list[ObjectId]:
    """Enabled Redox clinics; with `on_upload`, those with (or without) reports after uploads."""
    query: dict[str, Any] = {"ehrSettings.provider": EhrProvider.REDOX}
    if on_upload is not None:
        condition = True if on_upload else {"$ne": True}
        query["ehrSettings.scheduledReports.onUploadEnabled"] = condition
    return store.list_enabled_ids(query)


def list_ehr_clinics(*, limit: int) -> list[ClinicDocument]:
    """Enabled clinics of any provider, in order of their ids."""
    return store.list_enabled({}, limit=limit)


def access_ehr_clinic(clinic_id: str | ObjectId) -> ClinicDocument:
    """Raises NotFound if there is no such clinic, or if its connection is off."""
    clinic = access.find_clinic(clinic_id)
    if clinic is None or not safe_reading.mapping(clinic.get("ehrSettings")).get("enabled"):
        raise NotFound(message=NOT_ACTIVE)
    return clinic


def ehr_settings_of(clinic: ClinicDocument) -> Document:
    """Raises NotFound without settings; its message is not the one for an unknown clinic."""
    settings = safe_reading.mapping(clinic.get("ehrSettings"))
    if not settings:
        raise NotFound
    return settings


def update_ehr_settings(clinic_id: str | ObjectId, body: Mapping[str, Any]) -> Document:
    """Replace the settings. A Redox connection without destinations could not send anything, and cannot be enabled."""
    settings = stored_ehr_settings(body)
    if (
        settings["enabled"]
        and settings["provider"] == EhrProvider.REDOX
        and not settings["destinationIds"]
    ):
        reason = "destinationIds are required to enable a Redox integration"
        raise BadRequest(reason)
    change_clinic(clinic_id, {"ehrSettings": settings})
    return settings


def stored_ehr_settings(body: Mapping[str, Any]) -> Document:
    """A complete request body as it is stored. The type of note matters only if uploads send one."""
    reports, tags = body["scheduledReports"], body["tags"]
    note_event = reports.get("onUploadNoteEventType", DEFAULT_NOTE_EVENT)
    requested = body.get("destinationIds")
    return {
        "enabled": body["enabled"],
        "provider": body["provider"],
        "sourceId": body["sourceId"],
        "mrnIdType": body["mrnIdType"],
        "destinationIds": destinations(requested) if requested else None,
        "procedureCodes": {name: body["procedureCodes"][name] for name in _procedures(body)},
        "scheduledReports": {
            "cadence": reports["cadence"],
            "onUploadEnabled": reports["onUploadEnabled"],
            "onUploadNoteEventType": note_event if reports["onUploadEnabled"] else None,
        },
        "tags": {
            "codes": tags.get("codes"),
            **present({"separator": tags.get("separator")}),
        },
        "flowsheets": {"icode": True} if body["flowsheets"]["icode"] else {},
        "notes": {"includeGmi": True} if body.get("notes", {}).get("includeGMI") else {},
    }


def _procedures(body: Mapping[str, Any]) -> list[str]:
    return [name for name in _PROCEDURES if name in body["procedureCodes"]]


def destinations(values: Mapping[str, str]) -> dict[str, str]:
    return {name: values.get(name, "") for name in _MESSAGES}


def present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
