"""EHR settings between the API's and the stored shape (rules CLINIC-44 to CLINIC-53)."""

from collections.abc import Mapping
from typing import Any

from kernel import showing
from kernel.db import Document

DEFAULT_CADENCE = "14d"
DEFAULT_MRN_TYPE = "MRN"
DEFAULT_NOTE_EVENT = "New"


@showing.tolerant("ehr_settings")
def ehr_settings(stored: Document) -> Document:
    """What is unset is left out, but `tags.codes`, which is null then."""
    reports, tags = stored.get("scheduledReports") or {}, stored.get("tags") or {}
    shown = {
        "enabled": bool(stored.get("enabled")),
        "provider": stored.get("provider") or "",
        "sourceId": stored.get("sourceId") or "",
        "mrnIdType": stored.get("mrnIdType") or DEFAULT_MRN_TYPE,
        "procedureCodes": _present(stored.get("procedureCodes") or {}),
        "scheduledReports": _present(
            {
                "onUploadEnabled": bool(reports.get("onUploadEnabled")),
                "onUploadNoteEventType": reports.get("onUploadNoteEventType"),
                "cadence": reports.get("cadence") or DEFAULT_CADENCE,
            }
        ),
        "tags": {"codes": tags.get("codes"), **_present({"separator": tags.get("separator")})},
        "flowsheets": {"icode": bool((stored.get("flowsheets") or {}).get("icode"))},
    }
    if stored.get("destinationIds"):
        shown["destinationIds"] = _destinations(stored["destinationIds"])
    if (stored.get("notes") or {}).get("includeGmi"):
        shown["notes"] = {"includeGMI": True}
    return shown


def stored_ehr_settings(body: Mapping[str, Any]) -> Document:
    """A complete request body as it is kept; a kind of note matters only when uploads send one."""
    reports, tags = body["scheduledReports"], body["tags"]
    note_event = reports.get("onUploadNoteEventType", DEFAULT_NOTE_EVENT)
    destinations = body.get("destinationIds")
    return {
        "enabled": body["enabled"],
        "provider": body["provider"],
        "sourceId": body["sourceId"],
        "mrnIdType": body["mrnIdType"],
        "destinationIds": _destinations(destinations) if destinations else None,
        "procedureCodes": {name: body["procedureCodes"][name] for name in _procedures(body)},
        "scheduledReports": {
            "cadence": reports["cadence"],
            "onUploadEnabled": reports["onUploadEnabled"],
            "onUploadNoteEventType": note_event if reports["onUploadEnabled"] else None,
        },
        "tags": {
            "codes": tags.get("codes"),
            **_present({"separator": tags.get("separator")}),
        },
        "flowsheets": {"icode": True} if body["flowsheets"]["icode"] else {},
        "notes": {"includeGmi": True} if body.get("notes", {}).get("includeGMI") else {},
    }


_PROCEDURES = (
    "enableSummaryReports",
    "disableSummaryReports",
    "createAccount",
    "createAccountAndEnableReports",
)
_MESSAGES = ("flowsheet", "results", "notes")


def _procedures(body: Mapping[str, Any]) -> list[str]:
    return [name for name in _PROCEDURES if name in body["procedureCodes"]]


def _destinations(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given.get(name, "") for name in _MESSAGES}


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
