"""What the events of the audit trail refer to: their objects and the ids in their scopes, with names and pages as far
as the viewer may see them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bson import ObjectId
from django.http import HttpRequest

from kernel import ids, jobs, safe_reading
from kernel.db import Document
from kernel.jobs.running import OBJECT
from kernel.staff import pages
from kernel.staff.subjects import (
    KINDS,
    Key,
    names_of_clinics,
    names_of_kind,
    sees,
    with_actors,
)

MOST_SHOWN = 3  # of one list of ids; more are counted
# What the ids in scopes are of, by the name that they have there.
_IN_SCOPE = {
    "from": "clinic", "to": "clinic", "source": "clinic", "target": "clinic",
    "job": OBJECT, "merge": "merge",
    "patient": "patient", "patients": "patient", "members": "clinician", "people": "user",
}  # fmt: skip
_OTHER_CLINICS = ("to", "from", "target", "source")  # where a patient who is moved may be
_OF_REFUSALS = ("refused", "status", "wanted")


@dataclass(frozen=True, slots=True)
class Entry:
    """`text` is empty where the name is not known, or not shown to the viewer."""

    id: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    entries: Sequence[Entry]
    more: int = 0  # how many are not among them


@dataclass(slots=True)
class _Names:
    """What is known of the things that some events refer to."""

    request: HttpRequest
    clinics: Mapping[ObjectId, str] = field(default_factory=dict)
    others: dict[str, dict[Key, str]] = field(default_factory=dict)  # by kind
    jobs: Mapping[str, str] = field(default_factory=dict)  # their kinds, by id

    def job(self, object_id: str, kind: str) -> Entry:
        """What a job is about decides who opens its page. Empty text and address for a kind that is not known."""
        known = jobs.KINDS.get(kind)
        is_open = known is not None and all(pages.has(self.request, one) for one in known.sees)
        page = pages.address_of("admin:job", object_id) if is_open else ""
        return Entry(object_id, known.title if known else "", page)

    def entry(self, kind: str, clinic_ids: Sequence[Any], object_id: str) -> Entry:
        """`clinic_ids`: where it may be; the first that knows it counts."""
        if kind == OBJECT:
            return self.job(object_id, self.jobs.get(object_id, ""))
        if kind == "clinic":
            parsed = ids.parse_id(object_id)
            name = self.clinics.get(parsed, "") if parsed else ""
            page = pages.address_of("admin:clinic", object_id) if name else ""
            return Entry(object_id, name, page)
        known = self.others.get(kind, {})
        named = (one for one in clinic_ids if (one, object_id) in known)
        clinic_id = next(named, clinic_ids[0] if clinic_ids else None)
        address = KINDS[kind].address if kind in KINDS else None
        url = address(self.request, clinic_id, object_id) if address else ""
        return Entry(object_id, known.get((clinic_id, object_id), ""), url)


def shown(
    request: HttpRequest, events: Sequence[Document], *, names_patients: bool
) -> list[Document]:
    """The events, each with its object as `subject` (an Entry), what its scope refers to as `parts`, and the rest of
    the scope as `rest`. `names_patients`: showing the name of a patient counts as viewing the patient, so it is done
    on pages that ask for it, and recorded here."""
    names = _Names(request)
    names.clinics = names_of_clinics(request, _clinics_of(events))
    names.jobs = _kinds_of_jobs(events)
    for kind, keys in _keys_of(events).items():
        if sees(request, kind) and (names_patients or not KINDS[kind].shows_patients):
            names.others[kind] = names_of_kind(kind, keys)
    _record(request, events, [key for key, name in names.others.get("patient", {}).items() if name])
    return [_shown(names, event) for event in with_actors(request, events)]


def _shown(names: _Names, event: Document) -> Document:
    scope, target = safe_reading.mapping(event.get("scope")), event["object"]
    left_out = {*_IN_SCOPE, *_OF_REFUSALS, *(("kind",) if target["type"] == OBJECT else ())}
    subject = names.entry(target["type"], _places(event), target["id"])
    if target["type"] == OBJECT:
        subject = names.job(target["id"], str(scope.get("kind")))
    return {
        **event,
        "clinic_name": names.clinics.get(event["clinicId"], ""),
        "subject": subject,
        "parts": list(_parts(names, event, scope)),
        "rest": {name: value for name, value in scope.items() if name not in left_out},
    }


def _parts(names: _Names, event: Document, scope: Mapping[str, Any]) -> Iterator[Part]:
    for name, kind, found in _references(scope):
        entries = [names.entry(kind, _places(event), one) for one in found[:MOST_SHOWN]]
        yield Part(name.capitalize(), entries, len(found) - len(entries))


def _references(scope: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for name, kind in _IN_SCOPE.items():
        value = scope.get(name)
        found = [one for one in (value if isinstance(value, list) else [value]) if one]
        if found:
            yield name, kind, list(map(str, found))


def _places(event: Document) -> list[Any]:
    """The clinics in which the patients and members of an event may be, its own first."""
    scope = safe_reading.mapping(event.get("scope"))
    others = (ids.parse_id(str(scope.get(name) or "")) for name in _OTHER_CLINICS)
    return list(dict.fromkeys([event["clinicId"], *(one for one in others if one)]))


def _clinics_of(events: Sequence[Document]) -> list[ObjectId]:
    found = (clinic_id for event in events for clinic_id in _places(event))
    return list(dict.fromkeys(clinic_id for clinic_id in found if clinic_id))


def _keys_of(events: Sequence[Document]) -> dict[str, list[Key]]:
    """Whom and what the events refer to, by kind."""
    keys: dict[str, dict[Key, None]] = {}
    for event in events:
        scope = safe_reading.mapping(event.get("scope"))
        named = [(kind, one) for _, kind, found in _references(scope) for one in found[:MOST_SHOWN]]
        for kind, object_id in ((event["object"]["type"], event["object"]["id"]), *named):
            if kind in KINDS and object_id:
                places = ((place, object_id) for place in _places(event) if place)
                keys.setdefault(kind, {}).update(dict.fromkeys(places))
    return {kind: list(found) for kind, found in keys.items()}


def _kinds_of_jobs(events: Sequence[Document]) -> dict[str, str]:
    """The kinds of the jobs that scopes refer to."""
    scopes = (safe_reading.mapping(event.get("scope")) for event in events)
    found = {parsed for scope in scopes if (parsed := ids.parse_id(str(scope.get("job") or "")))}
    return jobs.kinds_of(sorted(found)) if found else {}


def _record(request: HttpRequest, events: Sequence[Document], keys: Sequence[Key]) -> None:
    """One event for all who are named."""
    if not keys:
        return
    clinic_id, user_ids = events[0]["clinicId"] or keys[0][0], sorted({one for _, one in keys})
    if len(user_ids) == 1:
        pages.record_view_of_patient(request, clinic_id=clinic_id, user_id=user_ids[0])
        return
    pages.record_view_of_patients(request, clinic_id=clinic_id, user_ids=user_ids, searched=False)
