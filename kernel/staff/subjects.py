"""Whom an audit event is about. Events hold ids; what an id stands for is looked up for those who may see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from kernel.db import Document
from kernel.staff import pages


@dataclass(frozen=True, slots=True)
class Kind:
    """`names` asks for all of them at once: the number of an event -> the name. `looks_at_patients`: whoever is shown a
    name has looked at a patient, so that is only done for one event, and recorded."""

    needs: str
    names: Callable[[Sequence[Document]], dict[int, str]]
    looks_at_patients: bool = False


KINDS: dict[str, Kind] = {}


def named(
    request: HttpRequest, events: Sequence[Document], *, alone: bool = False
) -> list[Document]:
    """The events with `subject`, the name of what each is about, where the viewer may see it. `alone`: one event's own
    page."""
    found: dict[int, str] = {}
    for name, kind in KINDS.items():
        of_kind = [event for event in events if event["object"]["type"] == name]
        if of_kind and pages.has(request, kind.needs) and (alone or not kind.looks_at_patients):
            names = kind.names(of_kind)
            if names and kind.looks_at_patients:
                _record_view(request, of_kind[0])
            found |= names
    return [{**event, "subject": found.get(event.get("number", 0), "")} for event in events]


def _record_view(request: HttpRequest, event: dict[str, Any]) -> None:
    pages.record_view(
        request,
        action="patient.viewed",
        object_type=event["object"]["type"],
        object_id=event["object"]["id"],
        clinic_id=event["clinicId"],
    )


Key = tuple[Any, str]  # clinic and id, as events hold them


def by_key(
    find: Callable[[Sequence[Key]], dict[Key, str]],
) -> Callable[[Sequence[Document]], dict[int, str]]:
    """`names` of a kind whose names are found by clinic and id."""

    def names(events: Sequence[Document]) -> dict[int, str]:
        keys = {event["number"]: (event["clinicId"], event["object"]["id"]) for event in events}
        found = find(list(dict.fromkeys(keys.values())))
        return {number: found[key] for number, key in keys.items() if key in found}

    return names
