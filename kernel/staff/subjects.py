"""The subject of an audit event. Events hold ids; the name behind an id is looked up for staff who may see
it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from kernel.db import Document
from kernel.staff import pages


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
        {**event, "subject": names_by_number.get(event.get("number", 0), "")} for event in events
    ]


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
