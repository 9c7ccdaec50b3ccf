"""The kinds of things that audit events are about, and their names. Events hold ids; the name behind an id is looked up
for staff who may see it (`kernel.staff.references`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from django.contrib.auth.models import User
from django.http import HttpRequest

from kernel import ids
from kernel.db import Document
from kernel.staff import pages, roles

Address = Callable[[HttpRequest, Any, str], str]  # by the ids of the clinic and the object


def no_names(_: Sequence[Document]) -> dict[int, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """`needs`: to see the names; `names` maps the numbers of events to the names of their subjects, in one query.
    `address`: of the page of one, "" for staff who may not open it. `shows_patients`: showing the name counts as
    viewing a patient, so it is done only on pages that ask for it, and recorded."""

    needs: str
    names: Callable[[Sequence[Document]], dict[int, str]] = no_names
    address: Address | None = None
    shows_patients: bool = False


KINDS: dict[str, Kind] = {}


def in_clinic(page: str, needs: str, *between: str) -> Address:
    """A page by the ids of the clinic and the object. `between`: what stands between them."""

    def address(request: HttpRequest, clinic_id: Any, object_id: str) -> str:
        may_open = clinic_id and pages.has(request, needs)
        return pages.address_of(page, clinic_id, *between, object_id) if may_open else ""

    return address


def by_itself(page: str, *needs: str) -> Address:
    """A page by the id of the object; one of the permissions opens it."""

    def address(request: HttpRequest, _: Any, object_id: str) -> str:
        may_open = any(pages.has(request, permission) for permission in needs)
        return pages.address_of(page, object_id) if may_open else ""

    return address


def sees(request: HttpRequest, kind: str) -> bool:
    return kind in KINDS and pages.has(request, KINDS[kind].needs)


_NAMES_OF_CLINICS: list[Callable[[list[ObjectId]], Mapping[ObjectId, str]]] = []


def add_names_of_clinics(find: Callable[[list[ObjectId]], Mapping[ObjectId, str]]) -> None:
    """The app that knows clinics says how they are named."""
    _NAMES_OF_CLINICS.append(find)


def names_of_clinics(
    request: HttpRequest, clinic_ids: Sequence[ObjectId]
) -> Mapping[ObjectId, str]:
    """Deleted ones too, for staff who find clinics."""
    finds = _NAMES_OF_CLINICS if clinic_ids and pages.has(request, roles.FIND) else []
    return {clinic_id: name for find in finds for clinic_id, name in find(list(clinic_ids)).items()}


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
    return names_of_kind("clinician", keys) if keys and sees(request, "clinician") else {}


def names_of_kind(kind: str, keys: Sequence[Key]) -> dict[Key, str]:
    asked = list(dict.fromkeys(keys))
    events: list[Document] = [
        {"number": number, "clinicId": clinic_id, "object": {"id": object_id}}
        for number, (clinic_id, object_id) in enumerate(asked)
    ]
    found = KINDS[kind].names(events) if events else {}
    return {asked[number]: name for number, name in found.items() if name}


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
