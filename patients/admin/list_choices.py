"""How staff narrow and sort the patients of a clinic: what the rows of lists answer along an index, and no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from kernel import ids, jobs, texts
from kernel.db import Document
from patients.services import patient_lists
from patients.services.patient_lists import Ordering, PatientFilter

_LONGEST_SEARCH = 200
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


@dataclass(frozen=True, slots=True)
class Choice:
    """What a request asks for. `names`: the conditions, as the audit trail names them."""

    patient_filter: PatientFilter
    ordering: Ordering
    search: str
    tag: str
    site: str
    order: str

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.tag or self.site)

    @property
    def names(self) -> list[str]:
        named = {"search": self.search, "tag": self.tag, "site": self.site}
        return [name for name, value in named.items() if value]

    @property
    def asked(self) -> dict[str, str]:
        """What `read` makes this choice of."""
        return {"q": self.search, "tag": self.tag, "site": self.site, "order": self.order}

    @property
    def order_in_words(self) -> str:
        return _ORDERS[self.order][0]


def read(asked: Mapping[str, Any]) -> Choice:
    """From what a request or a job asks for. What cannot be read sets no condition."""
    search = texts.name(asked.get("q", ""))[:_LONGEST_SEARCH]
    tag, site = (ids.parse_id(asked.get(name, "")) for name in ("tag", "site"))
    order = asked.get("order", "")
    order = order if order in _ORDERS else _DEFAULT
    return Choice(
        PatientFilter(search=search or None, tags=_one(tag), sites=_one(site)),
        patient_lists.read_ordering(_ORDERS[order][1]),
        search,
        tag=str(tag or ""),
        site=str(site or ""),
        order=order,
    )


def context(choice: Choice, clinic: Document) -> dict[str, Any]:
    """For the form above the list."""
    return {
        "choice": choice,
        "orders": [(name, words) for name, (words, _) in _ORDERS.items()],
        "tags": _named(clinic.get("patientTags"), "_id"),
        "sites": _named(clinic.get("sites"), "id"),
    }


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
