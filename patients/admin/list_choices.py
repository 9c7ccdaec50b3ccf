"""How staff narrow and sort the patients of a clinic, and those whom jobs are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from django.http import HttpRequest
from django.urls import reverse

from kernel import clock, ids, jobs, texts
from kernel.db import Document
from kernel.staff import pages, searches
from patients.choices import IssueCause, SourceState
from patients.connection_issues import codes
from patients.search_keys import patterns_of
from patients.services import patient_lists
from patients.services.patient_lists import Ordering, PatientFilter

UNREADABLE = "the condition '{}' cannot be read"
_LONGEST_SEARCH = 200
HIDDEN = ("q",)  # stands in no address
# Name in the address -> words, and what the API's operation calls it. The first is used where none is chosen.
_ORDERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "name": ("Name", {"sort": "+fullName", "sortType": "cgm"}),
    "name-down": ("Name, from Z", {"sort": "-fullName", "sortType": "cgm"}),
    "oldest": ("Birth date, oldest first", {"sort": "+birthDate", "sortType": "cgm"}),
    "youngest": ("Birth date, youngest first", {"sort": "-birthDate", "sortType": "cgm"}),
    "cgm-newest": ("Last CGM data, newest first", {"sort": "-lastData", "sortType": "cgm"}),
    "cgm-oldest": ("Last CGM data, oldest first", {"sort": "+lastData", "sortType": "cgm"}),
    "bgm-newest": ("Last BGM data, newest first", {"sort": "-lastData", "sortType": "bgm"}),
    "bgm-oldest": ("Last BGM data, oldest first", {"sort": "+lastData", "sortType": "bgm"}),
    "reviewed": ("Last review, newest first", {"sort": "-lastReviewed", "sortType": "cgm"}),
}
_DEFAULT = next(iter(_ORDERS))
_CUSTODIAL, _NO_SOURCE, _ARRIVES, _NEVER = "custodial", "none", "arrives", "never"
_ANY, _HIDDEN = "any", "hidden"
_ON = "on"
_ARRIVED_WITHIN = timedelta(days=2)
# Name in the address -> words, and value -> words.
_CHOICES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "account": ("Account", {_CUSTODIAL: "Looked after by the clinic", "own": "The patient's own"}),
    "source": (
        "Data source",
        {**{state.value: state.label for state in SourceState}, _NO_SOURCE: "No data source"},
    ),
    "data": (
        "Data",
        {
            _ARRIVES: "In the last two days",
            **{f"{days}": f"None for {days} days" for days in (14, 30, 90, 365)},
            _NEVER: "Never any",
        },
    ),
    "issue": (
        "Connection issue",
        {
            _ANY: "Any that is not hidden",
            **{cause.value: cause.label for cause in IssueCause},
            _HIDDEN: "Hidden by the clinic",
        },
    ),
    "ehr": ("Reports to the EHR", {_ON: "Switched on", "off": "Not switched on"}),
}
_NARROWING = ("tag", "site", *_CHOICES)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a request asks for. `names`: the conditions, as the audit trail names them."""

    patient_filter: PatientFilter
    ordering: Ordering
    search: str
    tag: str
    site: str
    account: str
    source: str
    data: str
    issue: str
    ehr: str
    order: str

    @property
    def is_narrowed(self) -> bool:
        return bool(self.names)

    @property
    def names(self) -> list[str]:
        return [name for name in ("search", *_NARROWING) if getattr(self, name)]

    @property
    def titles(self) -> list[str]:
        """The conditions, as people name them."""
        return [_CHOICES[name][0].lower() if name in _CHOICES else name for name in self.names]

    @property
    def asked(self) -> dict[str, str]:
        """What `read` makes this choice of."""
        narrowing = {name: getattr(self, name) for name in _NARROWING}
        return {"q": self.search, **narrowing, "order": self.order}

    def in_words(self, clinic: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The conditions and their values, without the search, which may be a name."""
        named = {
            "tag": _named(clinic.get("patientTags"), "_id"),
            "site": _named(clinic.get("sites"), "id"),
        }
        values = [
            (name.capitalize(), dict(known).get(chosen) or chosen)
            for name, known in named.items()
            for chosen in [getattr(self, name)]
        ]
        values += [
            (title, known.get(getattr(self, name), "")) for name, (title, known) in _CHOICES.items()
        ]
        return [(title, value) for title, value in values if value]

    @property
    def conditions(self) -> dict[str, str]:
        """What is kept under a name: a search may be a name, and is not."""
        return {name: value for name, value in self.asked.items() if value and name not in HIDDEN}

    @property
    def order_in_words(self) -> str:
        return _ORDERS[self.order][0]


class UnreadableCondition(pages.Unreadable):
    """Names the condition, and not its value."""


def read(asked: Mapping[str, Any]) -> Choice:
    """From what a request or a job asks for. Raises Unreadable for a condition that cannot be read: without it, there
    would be more patients than were asked for."""
    choice = read_kept(asked)
    for name in _NARROWING:
        if asked.get(name) and not getattr(choice, name):
            raise UnreadableCondition(message=UNREADABLE.format(name))
    return choice


def _to_list(request: HttpRequest, missing: pages.Missing) -> pages.Lead | None:
    """To the list without the conditions that cannot be read. What was asked for is not done."""
    if not isinstance(missing.error, UnreadableCondition):
        return None
    choice, query = read_kept(searches.asked(request)), request.GET.copy()
    for name in _NARROWING:
        if not getattr(choice, name):
            query.pop(name, None)
    page = reverse("admin:clinic_patients", args=[missing.ids["clinic_id"]])
    words = f"{pages.sentence(missing.error.message)} This is the list without it."
    return pages.Lead(f"{page}?{query.urlencode()}", words)


pages.add_lead(_to_list)


def read_kept(asked: Mapping[str, Any]) -> Choice:
    """For the words of what was kept by an earlier version, of which some conditions may be read no longer."""
    search = texts.name(asked.get("q", ""))[:_LONGEST_SEARCH]
    tag, site = (ids.parse_id(asked.get(name, "")) for name in ("tag", "site"))
    account, source, data, issue, ehr = (
        _known(asked, name, known) for name, (_, known) in _CHOICES.items()
    )
    order = _known(asked, "order", _ORDERS) or _DEFAULT
    return Choice(
        PatientFilter(
            patterns=patterns_of(search),
            tags=_one(tag),
            sites=_one(site),
            is_custodial=account == _CUSTODIAL if account else None,
            is_subscribed=ehr == _ON if ehr else None,
            source_state=("" if source == _NO_SOURCE else source) if source else None,
            data_since=clock.now() - _ARRIVED_WITHIN if data == _ARRIVES else None,
            no_data_since=_no_data_since(data),
            issues=_issues(issue),
        ),
        patient_lists.read_ordering(_ORDERS[order][1]),
        search,
        tag=str(tag or ""),
        site=str(site or ""),
        account=account,
        source=source,
        data=data,
        issue=issue,
        ehr=ehr,
        order=order,
    )


def _known(asked: Mapping[str, Any], name: str, known: Mapping[str, Any]) -> str:
    value = asked.get(name, "")
    return value if value in known else ""


def _no_data_since(choice: str) -> datetime | None:
    if choice == _NEVER:
        return clock.ZERO
    return clock.now() - timedelta(days=int(choice)) if choice.isdecimal() else None


def _issues(choice: str) -> list[int] | None:
    if not choice:
        return None
    causes = [choice] if choice in IssueCause.values else IssueCause.values
    return codes(causes, only_hidden=choice == _HIDDEN)


def context(choice: Choice, clinic: Document) -> dict[str, Any]:
    """For the form above the list."""
    return {
        "choice": choice,
        "chosen_in_words": shown_in_words(choice, clinic),
        "orders": [(name, words) for name, (words, _) in _ORDERS.items()],
        "tags": _named(clinic.get("patientTags"), "_id"),
        "sites": _named(clinic.get("sites"), "id"),
        "narrowing": [
            (name, title, getattr(choice, name), list(known.items()))
            for name, (title, known) in _CHOICES.items()
        ],
    }


def shown_in_words(choice: Choice, clinic: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The conditions and their values, for staff who see patients."""
    search = [("Search", choice.search)] if choice.search else []
    return [*search, *choice.in_words(clinic)]


def _one(chosen: ObjectId | None) -> list[ObjectId] | None:
    return [chosen] if chosen else None


def _named(entries: Any, key: str) -> list[tuple[str, str]]:
    named = ((str(entry[key]), entry.get("name") or "") for entry in entries or [])
    return sorted(named, key=lambda pair: pair[1].casefold())


def list_ids(task: jobs.Task, *, limit: int) -> list[ObjectId]:
    """The patients whom a job is about, in the order of the list."""
    choice = read(task.wanted)
    return patient_lists.list_ids(
        task.clinic_id, choice.patient_filter, choice.ordering, limit=limit
    )
