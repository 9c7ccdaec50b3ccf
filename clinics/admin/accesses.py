"""Who has seen a patient's record, and whose records someone has seen: what was recorded of accesses, for auditors. The
look itself is an audit event.

Lists of several patients hold no ids of them, so lists of the patient's clinics are shown beside: each may have shown
this patient. What staff saw on these pages is in the audit trail.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase

from clinic_records.services.people import Person
from clinics.services import staff_reads
from kernel import accesses, ids
from kernel.accesses import processes, reading
from kernel.api.operations import REGISTRY
from kernel.choices import AccessKind
from kernel.db import Document
from kernel.staff import days, meant, pages, paging, roles, searches
from patients.services import staff_reads as patient_reads

PAGE = 50
_MOST_RECORDS = (
    100  # of the patient, now and in the archive: these may be of clinics without an access
)
HIDDEN = ("patient", "who")
_MEANT = {"patient": "patient", "who": "person", "clinic": "clinic"}  # by field
_WORDS = {"patient": "The patient", "who": "Seen by", "clinic": "In the clinic"}
_KINDS = dict(AccessKind.choices)
_ACCOUNTS = {AccessKind.USER, AccessKind.SERVICE}


@pages.page("accesses/", name="accesses", needs=roles.AUDIT, hides=HIDDEN)
def who_has_seen(request: HttpRequest) -> HttpResponseBase:
    asked = {
        field: meant.read(request, kind, field, hides=HIDDEN) for field, kind in _MEANT.items()
    }
    period, problem = days.bounds_of_ids(request.GET)
    patient, who = (asked[field].id.lower() for field in HIDDEN)
    sections = []
    if not problem and not any(one.problem for one in asked.values()):
        if patient:
            sections += _of_patient(request, patient, ids.parse_id(asked["clinic"].id), period)
        sections += _of_person(request, who, period) if who else []
    return pages.render(
        request,
        "clinics/staff/accesses.html",
        title="Who has seen a patient",
        filters=searches.asked(request),
        problem=problem,
        meant=[(_WORDS[field], one) for field, one in asked.items()],
        sections=sections,
        patient=patient if sections else "",
        silent=processes.list_silent(),
    )


def _record(request: HttpRequest, kind: str, user_id: str) -> None:
    pages.record_view(
        request,
        action="accesses.viewed",
        object_type=kind,
        object_id=user_id,
        scope={
            name: request.GET[name] for name in ("clinic", "from", "to") if request.GET.get(name)
        },
    )


def _of_patient(
    request: HttpRequest, user_id: str, clinic_id: ObjectId | None, period: days.Bounds
) -> list[dict[str, Any]]:
    _record(request, "patient", user_id)
    known = [clinic_id] if clinic_id else _clinics_of(user_id)
    clinic_ids = known[: reading.MOST_CLINICS]
    lists = _section(
        request,
        "Lists that may have shown this patient",
        "lists_before",
        lambda before: reading.list_lists(clinic_ids, period, before=before, limit=PAGE + 1),
    )
    return [
        _section(
            request,
            "This patient",
            "before",
            lambda before: reading.list_of_patient(
                user_id, period, clinic_id=clinic_id, before=before, limit=PAGE + 1
            ),
        ),
        {**lists, "newest_clinics": len(clinic_ids) if len(known) > len(clinic_ids) else 0},
    ]


def _of_person(request: HttpRequest, who: str, period: days.Bounds) -> list[dict[str, Any]]:
    _record(request, "user", who)
    return [
        _section(
            request,
            "What this person or service has seen",
            "who_before",
            lambda before: reading.list_of_actor(who, period, before=before, limit=PAGE + 1),
        )
    ]


def _clinics_of(user_id: str) -> list[ObjectId]:
    """Those where the patient was seen last come first, then the others. More than MOST_CLINICS if there are more."""
    person = Person(user_id=user_id)
    present, _ = patient_reads.list_records(person, skip=0, limit=_MOST_RECORDS)
    former, _ = patient_reads.list_former_records(person, skip=0, limit=_MOST_RECORDS)
    of_records = (record.get("clinicId") for record in (*present, *former))
    seen = reading.list_clinics(user_id, limit=reading.MOST_CLINICS + 1)
    found = dict.fromkeys([*seen, *of_records])
    return [clinic for clinic in found if isinstance(clinic, ObjectId)]


def _section(request: HttpRequest, title: str, name: str, read: Any) -> dict[str, Any]:
    before = ids.parse_id(request.GET.get(name, ""))
    records = read(before)
    older = str(records[PAGE - 1]["_id"]) if len(records) > PAGE else ""
    return {
        "title": title,
        "rows": _shown(request, records[:PAGE]),
        "older": paging.query_without(request, name, **{name: older}) if older else "",
        "newest": paging.query_without(request, name) if before else "",
    }


def _shown(request: HttpRequest, records: Sequence[Document]) -> list[dict[str, Any]]:
    """With the names of clinics and of their members, for staff who may see them."""
    finds = pages.has(request, roles.FIND)
    clinics = staff_reads.names_of(list({_clinic(r) for r in records} - {None})) if finds else {}
    members = _names_of_members(records) if finds else {}
    return [
        {
            "time": record["time"],
            "operation": _in_words(record["operation"]),
            "id": record["operation"],
            "clinic": _clinic(record),
            "clinic_name": clinics.get(_clinic(record), ""),
            "who": record["who"],
            "name": members.get((_clinic(record), record["who"]), ""),
            "is_patient": bool(record["who"]) and record["who"] == record.get("patient"),
            "is_account": record["kind"] in _ACCOUNTS,
            "patient": record.get("patient", ""),
            "kind": _KINDS.get(record["kind"], record["kind"]),
            "outcome": record["outcome"],
            "result": _result(record["outcome"]),
            "list": record.get("list"),
            "request": record["request"],
        }
        for record in records
    ]


def _clinic(record: Document) -> Any:
    return record.get("clinic")


def _names_of_members(records: Iterable[Document]) -> dict[tuple[ObjectId, str], str]:
    keys = {
        (record["clinic"], record["who"])
        for record in records
        if record.get("clinic") and record["kind"] == AccessKind.USER
    }
    return staff_reads.names_of_clinicians(sorted(keys)) if keys else {}


def _in_words(operation: str) -> str:
    known = REGISTRY.get(operation)
    return known.summary if known else "Work in the background"


def _result(outcome: str) -> str:
    """The family of the outcome, for its colour."""
    if outcome == "done" or outcome.startswith("2"):
        return "good"
    return "wait" if outcome in {"404", accesses.BEGUN} else "bad"
