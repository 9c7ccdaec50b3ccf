"""What a member of staff has looked at last: ten clinics, people and patients each, the newest first, and the tab of a
clinic's page that was open last.

Kept with the staff account, not in the browser, and as ids alone: names are read when they are shown, with the roles
of that moment. One document for each account, gone thirty days after the last look.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bson import ObjectId
from django.http import HttpRequest
from pymongo import IndexModel

from kernel import clock, db, indexes, safe_reading
from kernel.db import Document

COLLECTION = "staffRecents"
MOST = 10  # of each kind
_LIFE = timedelta(days=30)
_CLINICS, _PEOPLE, _PATIENTS = "clinics", "people", "patients"

_SHAPES: dict[str, dict[str, type]] = {
    _CLINICS: {"id": ObjectId, "tab": str},
    _PEOPLE: {"id": str},
    _PATIENTS: {"id": str, "clinic": ObjectId},
}

indexes.declare(
    COLLECTION,
    IndexModel(
        [("time", 1)],
        name="StaffRecentsCleanup",
        expireAfterSeconds=int(_LIFE.total_seconds()),
    ),
)


@dataclass(frozen=True, slots=True)
class Recents:
    tabs: Mapping[ObjectId, str]  # by clinic, the newest first
    people: list[str]
    patients: list[tuple[ObjectId, str]]  # clinic and user


def note_clinic(request: HttpRequest, clinic_id: ObjectId, tab: str) -> None:
    _note(request, _CLINICS, {"id": clinic_id}, {"tab": tab})


def note_person(request: HttpRequest, user_id: str) -> None:
    _note(request, _PEOPLE, {"id": user_id})


def note_patient(request: HttpRequest, clinic_id: ObjectId, user_id: str) -> None:
    _note(request, _PATIENTS, {"id": user_id, "clinic": clinic_id})


def of(request: HttpRequest) -> Recents:
    found = db.collection(COLLECTION).find_one({"_id": request.user.pk}) or {}
    clinics, people, patients = (
        [
            entry
            for entry in safe_reading.objects(found.get(kind))
            if all(isinstance(entry.get(name), of_type) for name, of_type in shape.items())
        ]
        for kind, shape in _SHAPES.items()
    )
    return Recents(
        tabs={clinic["id"]: clinic["tab"] for clinic in clinics},
        people=[person["id"] for person in people],
        patients=[(patient["clinic"], patient["id"]) for patient in patients],
    )


def _note(
    request: HttpRequest, kind: str, identity: Document, more: Document | None = None
) -> None:
    """In one update, so that two pages at once lose nothing."""
    others = {
        "$filter": {
            "input": {"$cond": [{"$isArray": f"${kind}"}, f"${kind}", []]},
            "cond": {"$or": [_differs(name, value) for name, value in identity.items()]},
        }
    }
    entry = {"$literal": {**identity, **(more or {})}}
    newest_first = {"$slice": [{"$concatArrays": [[entry], others]}, MOST]}
    change = {"$set": {kind: newest_first, "time": clock.now()}}
    db.collection(COLLECTION).update_one({"_id": request.user.pk}, [change], upsert=True)


def _differs(name: str, value: Any) -> Document:
    return {"$ne": [f"$$this.{name}", {"$literal": value}]}
