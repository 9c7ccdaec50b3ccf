"""A clinic's connection to its health record system (rules CLINIC-44 to CLINIC-53)."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from clinic_records.services import access
from clinics.representation.ehr_settings import stored_ehr_settings
from clinics.services.clinics import change_clinic
from clinics.store import clinic_settings as store
from kernel import showing, texts
from kernel.db import Document
from kernel.errors import BadRequest, NotFound

REDOX, XEALTH = "redox", "xealth"
NOT_ACTIVE = "the clinic does not have an active EHR integration"


def find_ehr_clinics(*, provider: str, source_id: str) -> list[Document]:
    """The enabled clinics that a message's source stands for, however the id was typed: two at the most, which is one
    too many."""
    found = store.list_sources(provider)
    wanted = [clinic_id for clinic_id, source in found if texts.is_same(source, source_id)][:2]
    return store.list_enabled({"_id": {"$in": wanted}}) if wanted else []


def list_redox_clinic_ids(*, on_upload: bool | None = None) -> list[ObjectId]:
    """Enabled Redox clinics; with `on_upload`, those that want (or do not want) reports after uploads."""
    query: dict[str, Any] = {"ehrSettings.provider": REDOX}
    if on_upload is not None:
        wanted = True if on_upload else {"$ne": True}
        query["ehrSettings.scheduledReports.onUploadEnabled"] = wanted
    return store.list_enabled_ids(query)


def list_ehr_clinics(*, limit: int) -> list[Document]:
    """Enabled clinics of any provider, in the order of their ids."""
    return store.list_enabled({}, limit=limit)


def access_ehr_clinic(clinic_id: str | ObjectId) -> Document:
    """Raises NotFound for no clinic and for one whose connection is off."""
    clinic = access.find_clinic(clinic_id)
    if clinic is None or not showing.mapping(clinic.get("ehrSettings")).get("enabled"):
        raise NotFound(message=NOT_ACTIVE)
    return clinic


def ehr_settings_of(clinic: Document) -> Document:
    """Raises NotFound, with another message than for no clinic."""
    settings = showing.mapping(clinic.get("ehrSettings"))
    if not settings:
        raise NotFound
    return settings


def update_ehr_settings(clinic_id: str | ObjectId, body: Mapping[str, Any]) -> Document:
    """Replace the settings. A Redox connection that could never send anything can not be switched on."""
    settings = stored_ehr_settings(body)
    if settings["enabled"] and settings["provider"] == REDOX and not settings["destinationIds"]:
        reason = "destinationIds are required to enable a Redox integration"
        raise BadRequest(reason)
    change_clinic(clinic_id, {"ehrSettings": settings})
    return settings
