"""Reading an incoming Order (rules EHR-51 to EHR-55): nearly everything may be missing, but what is there must have the
type that the data model says. What is only passed on is checked so far that it can be passed on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from ehr.reading import OBJECT, Json, Part, Unreadable
from kernel import clock, texts

WHAT = "order"
LARGEST = (
    2**20
)  # bytes; an order is copied into every scheduled send, and mostly into every delivery
LONGEST_WORDS = 1000
LONGEST_INFO = 10_000  # of an entry of ClinicalInfo that names tags
_PASSED_VISIT = ("VisitNumber", "AccountNumber")


@dataclass(frozen=True, slots=True)
class Provider:
    """Who placed the order; missing parts are empty."""

    id: str
    id_type: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class Order:
    """One Order message. `message` is the complete body as it was received, for what is passed on."""

    message: Json
    source_id: str
    event_time: datetime | None
    order_id: str
    procedure_code: str
    provider: Provider
    first_name: str
    last_name: str
    birth_date: str
    identifiers: Sequence[tuple[str, str]]  # (type, number), the usable ones
    addresses: Sequence[Any]  # the patient's: of any type, but not blank
    guarantor_addresses: Sequence[Any]

    @property
    def full_name(self) -> str:
        return " ".join(name for name in (self.first_name, self.last_name) if name)

    def mrn(self, id_type: str) -> str:
        """The first number of that type."""
        numbers = (number for kind, number in self.identifiers if texts.is_same(kind, id_type))
        return next(numbers, "")

    def named_values(self, codes: Sequence[str]) -> list[str] | None:
        """What ClinicalInfo says under these codes; None when the order has no ClinicalInfo. Raises Unreadable."""
        order = _part(self.message, "Order")
        if order.values.get("ClinicalInfo") is None:
            return None
        keys = {texts.key(code) for code in codes} - {""}
        entries = [e for e in order.parts("ClinicalInfo") if _key_of(e.values.get("Code")) in keys]
        return [
            entry.raw_text("Value", longest=LONGEST_INFO)
            for entry in entries
            if entry.values.get("Value") is not None
        ]


def read_order(message: Any) -> Order:
    """Raises Unreadable, also for a message that is too large to be copied into what is sent."""
    if not isinstance(message, dict):
        raise Unreadable(WHAT, "the message", OBJECT)
    if len(orjson.dumps(message, default=str)) > LARGEST:
        raise Unreadable(WHAT, "the message", f"must not be larger than {LARGEST} bytes")
    meta, patient, order = (Part(WHAT, message).part(n) for n in ("Meta", "Patient", "Order"))
    demographics, procedure = patient.part("Demographics"), order.part("Procedure")
    _check_passed_on(Part(WHAT, message).part("Visit"), procedure)
    _check_name(demographics)
    return Order(
        message=message,
        source_id=meta.part("Source").text("ID"),
        event_time=_time(meta.text("EventDateTime")),
        order_id=order.text("ID"),
        procedure_code=procedure.text("Code"),
        provider=_provider(order.part("Provider")),
        first_name=demographics.text("FirstName"),
        last_name=demographics.text("LastName"),
        birth_date=demographics.text("DOB"),
        identifiers=usable_identifiers(patient),
        addresses=_addresses(demographics),
        guarantor_addresses=_addresses(_part(message, "Visit", "Guarantor")),
    )


def _part(message: Json, *path: str) -> Part:
    part = Part(WHAT, message)
    for name in path:
        part = part.part(name)
    return part


def _check_passed_on(visit: Part, procedure: Part) -> None:
    for name in _PASSED_VISIT:
        visit.text(name, longest=LONGEST_WORDS)
    visit.part("Location")
    for name in ("Codeset", "Description"):
        procedure.text(name, longest=LONGEST_WORDS)


def _check_name(demographics: Part) -> None:
    """First and last name are stored and shown as one name."""
    full_name = f"{demographics.text('FirstName')} {demographics.text('LastName')}"
    if len(full_name) > texts.LONGEST:
        name, most = "LastName", f"{texts.LONGEST} characters"
        raise demographics.unreadable(name, f"must not be longer than {most} with FirstName")


def _provider(provider: Part) -> Provider:
    return Provider(*(provider.text(name) for name in ("ID", "IDType", "FirstName", "LastName")))


def usable_identifiers(patient: Part) -> list[tuple[str, str]]:
    """(type, number). Raises Unreadable when it is not a list of objects."""
    identifiers = map(_identifier, patient.parts("Identifiers"))
    return [(kind, number) for kind, number in identifiers if kind and number]


def _identifier(entry: Part) -> tuple[str, str]:
    """Empty for an identifier that cannot be read: the next one may be usable."""
    try:
        return entry.text("IDType"), texts.mrn(entry.text("ID"))
    except Unreadable:
        return "", ""


def _addresses(owner: Part) -> list[Any]:
    return [entry for entry in owner.entries("EmailAddresses") if not _is_blank(entry)]


def _is_blank(entry: Any) -> bool:
    return entry is None or (isinstance(entry, str) and not entry.strip())


def _key_of(code: Any) -> str:
    is_code = isinstance(code, str | int) and not isinstance(code, bool)
    return texts.key(str(code)) if is_code else ""


def _time(text: str) -> datetime | None:
    try:
        return clock.parse_time(text)
    except ValueError:
        return None


# --- what is passed on as it came ---------------------------------------------------------------------
def member(order: Order, *path: str) -> Any:
    """The value at a path of the order's message; None where any part of the path is null or absent."""
    value: Any = order.message
    for name in path:
        value = (value or {}).get(name)
    return value
