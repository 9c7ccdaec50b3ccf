"""Stored codes as people read them: the label of a value, by the name of its field. Answers of the API keep the codes.

An app says which choices a field has (`add`); pages of any app, and the differences in histories, show their labels.
"""

from enum import EnumType
from typing import Any

from kernel.choices import ClinicianRole

SOURCE_STATE = (
    "sourceState"  # the state of a data source; other records have a `state` of their own
)
_LABELS: dict[str, dict[str, str]] = {}


def add(choices: EnumType, *fields: str) -> None:
    """`choices`: a class of Django's TextChoices. Several apps may add to one field."""
    for field in fields:
        _LABELS.setdefault(field, {}).update(choices.choices)  # type: ignore[attr-defined]


def of(field: str, value: Any) -> Any:
    """The label of a value; what is not known stays. The last part of a name counts, as of `ehrSettings.provider`."""
    known = _LABELS.get(field.rpartition(".")[2], {})
    return known.get(value, value) if isinstance(value, str) else value


add(ClinicianRole, "roles")
