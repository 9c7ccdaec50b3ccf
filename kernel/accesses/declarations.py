"""What each operation touches. Deny by default: an operation without a row cannot start (system check)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Access:
    """`patient`: the parameter of the path, or the field of the event, with the user id of the patient; `answer`: the
    field of the answer with it, of a list the field of each item. Where neither says who it is, the code notes it when
    it knows."""

    patient: str = ""
    answer: str = ""
    is_list: bool = False
    is_recorded: bool = True


NO_PATIENT = Access(is_recorded=False)
SOMEONE = Access()  # a patient whom neither path nor answer names
LIST = Access(is_list=True)  # of patients, in an answer of another form
MANY = Access(is_list=True)  # patients of a clinic are changed together


def in_path(parameter: str) -> Access:
    """In the path of an operation, or in a field of an event."""
    return Access(parameter)


def in_answer(name: str) -> Access:
    return Access(answer=name)


def list_of(name: str) -> Access:
    """Patients are shown one after the other, as the query asks; `name` is the field of each with the user id."""
    return Access(answer=name, is_list=True)


@cache
def table() -> dict[str, Access]:
    """Every app's rows in one table: operationId -> what it touches."""
    rows: dict[str, Access] = {}
    for module in settings.POLICY_MODULES:
        rows.update(import_module(module).ACCESS)
    return rows


def undeclared(operations: Iterable[str]) -> list[str]:
    return sorted(set(operations) - table().keys())
