"""What the cells of the report hold."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from kernel.texts import DIRECTIONS
from merges.plan.model import Clinic, Patient

Cell = str | int
Row = Sequence[Cell]
LONGEST = 32_767  # characters that a spreadsheet keeps in a cell, counted in UTF-16
# What XML cannot hold, or what is drawn as nothing without need.
_UNSHOWABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DIRECTIONS = str.maketrans("", "", DIRECTIONS)
_STARTS_FORMULA = tuple("=+-@\t\r")
PATIENT = ("UUID ---", "DOB ---", "MRN ---", "Tags ---", "Sites ---", "Latest Upload ---")


class Heading(tuple[Cell, ...]):
    """A row that is drawn as one."""

    __slots__ = ()


def heading(*cells: Cell) -> Heading:
    return Heading(cells)


def plain(text: str) -> str:
    """The text as a cell can hold it, without signs of direction: they would let a name look like another. What a cell
    cannot hold shows as a replacement character, or as an ellipsis."""
    shown = _UNSHOWABLE.sub("\ufffd", text.translate(_DIRECTIONS))
    encoded = shown.encode("utf-16-le")
    if len(encoded) <= LONGEST * 2:
        return shown
    return encoded[: (LONGEST - 1) * 2].decode("utf-16-le", "ignore") + "…"


def looks_like_formula(text: str) -> bool:
    return text.startswith(_STARTS_FORMULA)


def joined(texts: Iterable[str]) -> str:
    return ", ".join(texts)


def patient_cells(patient: Patient, tags: Iterable[str], sites: Iterable[str]) -> tuple[str, ...]:
    """The eight columns of a patient: name, whether the account is claimed, and `PATIENT`."""
    return (
        patient.full_name,
        "-" if patient.is_custodial else "Y",
        patient.user_id,
        patient.birth_date,
        patient.mrn,
        joined(tags),
        joined(sites),
        _time(patient.last_upload),
    )


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


class Columns:
    """The cells of a clinic's patients, with their tags and sites as they are there."""

    def __init__(self, clinic: Clinic) -> None:
        self._tags = {tag.id: tag.name for tag in clinic.tags}

    def of(self, patient: Patient) -> tuple[str, ...]:
        tags = sorted(self._tags[tag] for tag in patient.tags if tag in self._tags)
        return patient_cells(patient, tags, sorted(site.name for site in patient.sites))
