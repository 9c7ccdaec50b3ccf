"""The subject of an audit event. Events hold ids; the name behind an id is looked up for staff who may see
it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from django.contrib.auth.models import User
from django.http import HttpRequest

from kernel import ids
from kernel.db import Document
from kernel.staff import pages, roles


@dataclass(frozen=True, slots=True)
class Kind:
    """`names` maps the numbers of events to the names of their subjects, in one query. `shows_patients`:
    showing the name counts as viewing a patient, so it is done only on the page of a single event, and
    recorded."""

    needs: str
    names: Callable[[Sequence[Document]], dict[int, str]]
    shows_patients: bool = False


KINDS: dict[str, Kind] = {}


def named(
    request: HttpRequest, events: Sequence[Document], *, alone: bool = False
) -> list[Document]:
    """The events, each with the name of its subject as `subject` if the viewer may see it. `alone`: for the
    page of a single event."""
    names_by_number: dict[int, str] = {}
    for name, kind in KINDS.items():
        events_of_kind = [event for event in events if event["object"]["type"] == name]
        if events_of_kind and pages.has(request, kind.needs) and (alone or not kind.shows_patients):
            names = kind.names(events_of_kind)
            if names and kind.shows_patients:
                event = events_of_kind[0]
                pages.record_view_of_patient(
                    request, clinic_id=event["clinicId"], user_id=event["object"]["id"]
                )
            names_by_number |= names
    return [
        {**event, "subject": names_by_number.get(event.get("number", 0), "")}
        for event in with_actors(request, events)
    ]


_NAMES_OF_CLINICS: list[Callable[[list[ObjectId]], Mapping[ObjectId, str]]] = []


def add_names_of_clinics(find: Callable[[list[ObjectId]], Mapping[ObjectId, str]]) -> None:
    """The app that knows clinics says how they are named."""
    _NAMES_OF_CLINICS.append(find)


def with_clinics(request: HttpRequest, events: Sequence[Document]) -> list[Document]:
    """The events, each with the name of its clinic as `clinic_name`, for staff who find clinics."""
    clinic_ids = list({event["clinicId"] for event in events} - {None})
    finds = _NAMES_OF_CLINICS if clinic_ids and pages.has(request, roles.FIND) else []
    names = {clinic_id: name for find in finds for clinic_id, name in find(clinic_ids).items()}
    return [{**event, "clinic_name": names.get(event["clinicId"], "")} for event in events]


Key = tuple[Any, str]  # clinic and id, as events hold them


def by_key(
    find: Callable[[Sequence[Key]], dict[Key, str]],
) -> Callable[[Sequence[Document]], dict[int, str]]:
    """Makes `names` for a kind whose names are found by clinic and id."""

    def names(events: Sequence[Document]) -> dict[int, str]:
        keys = {event["number"]: (event["clinicId"], event["object"]["id"]) for event in events}
        names_by_key = find(list(dict.fromkeys(keys.values())))
        return {number: names_by_key[key] for number, key in keys.items() if key in names_by_key}

    return names


def names_of_signers(
    request: HttpRequest, clinic_id: ObjectId, signers: Sequence[str]
) -> dict[str, str]:
    """Names of those who have changed a record of the clinic, by what the record has: the user id of a clinician, or
    the signature of a staff member. Those who are not known, or not to the viewer, are left out."""
    signed = [who for who in signers if who.startswith(pages.SIGNED)]
    staff = {pk: who for who in signed if (pk := ids.parse_id(who.removeprefix(pages.SIGNED)))}
    people = User.objects.filter(pk__in=list(staff)) if staff else ()
    names = {staff[person.pk]: person.get_username() for person in people}
    others = names_of_members(request, [(clinic_id, who) for who in signers if who not in signed])
    return names | {who: name for (_, who), name in others.items()}


def names_of_members(request: HttpRequest, keys: Sequence[Key]) -> dict[Key, str]:
    """By clinic and user id: names of those whom the clinic knows or has known, if the viewer may see them."""
    clinicians, asked = KINDS["clinician"], list(dict.fromkeys(keys))
    if not asked or not pages.has(request, clinicians.needs):
        return {}
    events: list[Document] = [
        {"number": number, "clinicId": clinic_id, "object": {"id": user_id}}
        for number, (clinic_id, user_id) in enumerate(asked)
    ]
    return {asked[number]: name for number, name in clinicians.names(events).items() if name}


def with_actors(request: HttpRequest, events: Sequence[Document]) -> list[Document]:
    """The events, each with the name of a member who has acted through the API. Events of staff have the name."""
    unnamed = [
        (event["clinicId"], event["actor"]["id"])
        for event in events
        if event["clinicId"] and event["actor"]["id"] and not event["actor"].get("name")
    ]
    names = names_of_members(request, unnamed)
    return [
        {**event, "actor_name": names.get((event["clinicId"], event["actor"]["id"]), "")}
        for event in events
    ]
