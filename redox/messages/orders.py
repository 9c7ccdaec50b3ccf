"""Reading an incoming Order leniently (behaviour note ehr, section 11): nearly everything may be null."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from clinics_site.core import clock

Json = Mapping[str, Any]


class UnreadableOrder(Exception):
    """A member that has to be an object or a list is something else."""


def member(node: Json | None, *path: str) -> Any:
    """The value at a path of object keys; None where anything on the way is null or absent."""
    value: Any = node
    for name in path:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise UnreadableOrder
        value = value.get(name)
    return value


def objects(node: Json | None, *path: str) -> list[Json]:
    """The objects of a list at a path; entries that are none are left out."""
    found = member(node, *path)
    if found is None:
        return []
    if not isinstance(found, list):
        raise UnreadableOrder
    return [entry for entry in found if isinstance(entry, Mapping)]


def text(node: Json | None, *path: str) -> str:
    found = member(node, *path)
    return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Order:
    """One Order message. `message` is the complete body as it was received."""

    message: Json

    @property
    def source_id(self) -> str:
        return text(self.message, "Meta", "Source", "ID")

    @property
    def event_time(self) -> datetime | None:
        try:
            return clock.parse_time(text(self.message, "Meta", "EventDateTime"))
        except ValueError:
            return None

    @property
    def order_id(self) -> str:
        return text(self.message, "Order", "ID")

    @property
    def procedure_code(self) -> str:
        return text(self.message, "Order", "Procedure", "Code")

    @property
    def birth_date(self) -> str:
        return text(self.message, "Patient", "Demographics", "DOB")

    @property
    def first_name(self) -> str:
        return text(self.message, "Patient", "Demographics", "FirstName")

    @property
    def last_name(self) -> str:
        return text(self.message, "Patient", "Demographics", "LastName")

    @property
    def full_name(self) -> str:
        return " ".join(name for name in (self.first_name, self.last_name) if name)

    def mrn(self, id_type: str) -> str:
        """The first identifier of that type, whatever its case."""
        wanted = id_type.lower()
        for identifier in objects(self.message, "Patient", "Identifiers"):
            if str(identifier.get("IDType") or "").lower() == wanted:
                return str(identifier.get("ID") or "")
        return ""

    def clinical_info(self) -> list[tuple[str, str]] | None:
        """(code, value) pairs that have both; None when the order has no ClinicalInfo."""
        if member(self.message, "Order", "ClinicalInfo") is None:
            return None
        entries = objects(self.message, "Order", "ClinicalInfo")
        return [
            (entry["Code"], entry["Value"])
            for entry in entries
            if isinstance(entry.get("Code"), str) and isinstance(entry.get("Value"), str)
        ]

    def addresses(self, *path: str) -> list[Any]:
        found = member(self.message, *path, "EmailAddresses")
        return found if isinstance(found, list) else []


def is_under_13(birth_date: date, today: date) -> bool:
    """A child under 13 may not own an account: the guarantor's address is used."""
    try:
        birthday = birth_date.replace(year=birth_date.year + 13)
    except ValueError:  # born on 29 February
        birthday = date(birth_date.year + 13, 3, 1)
    return birthday > today
