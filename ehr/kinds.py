"""What work for health record systems is about: an app declares each of its kinds in its `kinds.py`.

Everything that walks over records (requeue, filters, commands, lists for staff) walks over these. A kind is more than
its row here: its event is named where it is handled (`ehr.services.processing.subscribe`), its pages where they are
registered (`ehr.admin.records.add_pages`); a system check says which of them is missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import capfirst

from kernel.db import Document


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is stored. `label`: one of them, in the middle of a sentence. `hidden`: a projection that leaves out what
    lists do not show of its documents. `payload`: the part with a patient's data, of a whole document."""

    name: str
    label: str
    collection: str
    payload: Callable[[Document], Document]
    hidden: Mapping[str, Any] = field(default_factory=dict)


_DECLARED: dict[str, Kind] = {}


def declare(kind: Kind) -> None:
    if kind.name in _DECLARED:
        message = f"there is a kind {kind.name} already"
        raise ValueError(message)
    _DECLARED[kind.name] = kind


def of(name: str) -> Kind:
    return _DECLARED[name]


def names() -> list[str]:
    """In one order, whichever app was ready first."""
    return sorted(_DECLARED)


def every() -> list[Kind]:
    return [_DECLARED[name] for name in names()]


def choices() -> list[tuple[str, str]]:
    return [(kind.name, capfirst(kind.label)) for kind in every()]
