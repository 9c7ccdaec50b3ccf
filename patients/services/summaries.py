"""Summaries of a user's data, kept with the records of all clinics (rules PATIENT-104 to PATIENT-112)."""

from collections.abc import Callable, Mapping
from typing import Any

from kernel import accesses, clock, db, numbers, outbox
from kernel.db import Document
from kernel.errors import BadRequest, NoChange
from patients import statistics
from patients.events import SummaryUpdated
from patients.statistics import Statistic
from patients.store import patients as store

_CONFIG_NUMBERS = (
    "highGlucoseThreshold",
    "veryHighGlucoseThreshold",
    "lowGlucoseThreshold",
    "veryLowGlucoseThreshold",
)
LARGEST_WHOLE = 2**53 - 1  # above it not every whole number has a float of its own
_DATES = (*statistics.DATES, "lastUpdatedDate", "outdatedSinceLimit")
_REASONS = ("lastUpdatedReason", "outdatedReason")


def _types(table: tuple[Statistic, ...]) -> dict[str, type]:
    """The known fields of a period, with the types they are stored as."""
    types: dict[str, type] = {}
    for entry in table:
        kind = int if entry.whole else float
        types |= {entry.name: kind, entry.delta: kind}
        if entry.flagged:
            types[entry.flag] = bool
    return types


_FIELDS = {kind: _types(table) for kind, table in statistics.TABLE.items()}


def update_summary(*, user_id: str, body: Document | None) -> None:
    """In every record of the user, replace the kinds of data that have an id, even an empty one. Without a body the
    summary is removed.

    Raises NoChange if the user is a patient of no clinic.
    """
    moment = clock.now()
    parts = None if body is None else _parts(body)

    def change() -> list[str]:
        if parts is None:
            return store.remove_summary(user_id, moment)
        return store.set_summary(user_id, parts, moment)

    is_told = outbox.has_effect(SummaryUpdated(clinic_id="", user_id=user_id))
    if not (_change_and_tell(change) if is_told else change()):
        raise NoChange


def _change_and_tell(change: Callable[[], list[str]]) -> list[str]:
    """Whose records `change` has changed."""

    def change_and_emit() -> list[str]:
        user_ids = change()
        for user_id in dict.fromkeys(user_ids):
            _tell(user_id)
        return user_ids

    return db.run_in_transaction(change_and_emit)


def _tell(user_id: str) -> None:
    """In the transaction of the change, and only where anyone waits for it: the clinics have to be read."""
    if outbox.has_effect(SummaryUpdated(clinic_id="", user_id=user_id)):
        records = store.list_of_user(user_id, {"clinicId": 1})
        outbox.emit_many(
            SummaryUpdated(clinic_id=str(record["clinicId"]), user_id=user_id) for record in records
        )


def _parts(body: Document) -> Document:
    return {
        f"{kind}Stats": _stored(kind, body[f"{kind}Stats"])
        for kind in statistics.KINDS
        if "id" in body.get(f"{kind}Stats", {})
    }


def remove_summary(summary_id: str) -> None:
    """Remove the summary with this id, of whichever kind, from every record. Raises NoChange if no record has it."""

    def remove() -> list[str]:
        kinds = (f"{kind}Stats" for kind in statistics.KINDS)
        return [who for kind in kinds for who in store.remove_summary_part(kind, summary_id)]

    user_ids = _change_and_tell(remove)
    for user_id in user_ids:
        accesses.note_patient(user_id)
    if not user_ids:
        raise NoChange


# --- how a summary is stored ----------------------------------------------------------------------
def _stored(kind: str, stats: Document) -> Document:
    """Known fields only, times as dates, and numbers in the types that all readers of the collection expect."""
    document: Document = {
        "id": stats["id"],
        "config": _config(stats.get("config") or {}),
        "dates": _dates(stats.get("dates") or {}),
    }
    if stats.get("periods"):
        types = _FIELDS[kind]
        document["periods"] = {
            name: _period(values, types) for name, values in stats["periods"].items()
        }
    return document


def _config(body: Mapping[str, Any]) -> Document:
    return {
        "schemaVersion": _typed("schemaVersion", body.get("schemaVersion", 0), int),
        **{name: float(body.get(name, 0)) for name in _CONFIG_NUMBERS},
    }


def _dates(body: Mapping[str, Any]) -> Document:
    dates: Document = {name: bool(body.get(name)) for name in statistics.DATE_FLAGS}
    for name in _DATES:
        if name in body:
            value = body[name]
            dates[name] = clock.parse_time(value) if isinstance(value, str) else value
    for name in _REASONS:
        if name in body:
            dates[name] = body[name]
    return dates


def _period(body: Mapping[str, Any], types: Mapping[str, type]) -> Document:
    return {name: _typed(name, body[name], kind) for name, kind in types.items() if name in body}


def _typed(name: str, value: Any, kind: type) -> Any:
    if kind is int:
        value = numbers.whole(value)
        if not isinstance(value, int) or abs(value) > LARGEST_WHOLE:
            raise BadRequest(
                message=f"Unmarshal type error: expected=int, got=number, field={name}"
            )
        return value
    return float(value) if kind is float else value
