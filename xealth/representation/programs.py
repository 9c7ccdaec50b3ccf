"""A patient's program as Xealth shows it to a clinician."""

from datetime import UTC, datetime
from typing import Any

from kernel import safe_reading
from kernel.clock import ZERO
from kernel.db import Document
from xealth.services.programs import Program

TITLE, NOTHING = "Tidepool", "N/A"
_STATES = {"pendingreconnect": "pending reconnect"}
_WRITTEN_SMALL = {"twiist"}


def programs(program: Program | None) -> dict[str, Any]:
    if program is None:
        return {"present": False}
    shown = {
        "title": TITLE,
        "programId": program.program_id,
        "enrolledDate": _day(program.enrolled),
        "hasStatusView": program.has_upload,
        "has_alert": program.has_news,
        "description": _description(program),
    }
    return {"present": True, "programs": [shown]}


def _description(program: Program) -> str:
    parts = {
        "Last Upload": _day(program.updated),
        "Last Viewed by You": _day(program.viewed),
        "Claimed Account?": "Yes" if _is_claimed(program.patient) else "No",
        "Cloud Connections": ", ".join(_connections(program.patient)) or "None",
    }
    return " | ".join(f"{name}: {value}" for name, value in parts.items())


def _day(moment: datetime | None) -> str:
    return NOTHING if moment is None else moment.astimezone(UTC).date().isoformat()


def _is_claimed(patient: Document) -> bool:
    """A record without permissions says nothing about its account."""
    permissions = patient.get("permissions")
    return isinstance(permissions, dict) and permissions.get("custodian") is None


def _connections(patient: Document) -> list[str]:
    """Each provider by the source that was changed last; among equals, and without times, the later in the list."""
    newest: dict[str, Document] = {}
    for source in safe_reading.objects(patient.get("dataSources")):
        name = safe_reading.text(source.get("providerName"))
        if name and _is_newer(source, newest.get(name)):
            newest[name] = source
    return sorted(f"{_title(name)} ({_state(source)})" for name, source in newest.items())


def _is_newer(source: Document, other: Document | None) -> bool:
    moment, other_moment = _changed(source), _changed(other or {})
    return ZERO in (moment, other_moment) or moment >= other_moment


def _changed(source: Document) -> datetime:
    return safe_reading.moment(source.get("modifiedTime")) or ZERO


def _title(name: str) -> str:
    return name if name in _WRITTEN_SMALL else name.title()


def _state(source: Document) -> str:
    state = (safe_reading.text(source.get("state")) or "").lower()
    return _STATES.get(state, state)
