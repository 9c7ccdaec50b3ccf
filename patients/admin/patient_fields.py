"""A patient's fields as a cell of the CSV and as a line of the page. `row` is the record with what pages add to it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kernel.templatetags import staff
from patients.fields import Field

Row = dict[str, Any]
NOTHING = "—"


def cell(field: Field, row: Row) -> Any:
    of_row = _CELLS.get(field.name)
    value = of_row(row) if of_row else row.get(field.stored)
    return ", ".join(value) if isinstance(value, list) else value


def line(field: Field, row: Row) -> str:
    of_row = _LINES.get(field.name)
    return of_row(row) if of_row else _text(row.get(field.stored))


def _text(value: Any) -> str:
    if not value:
        return NOTHING
    if isinstance(value, datetime):
        return staff.when(value)
    return ", ".join(value) if isinstance(value, list) else staff.pieces(value)


def _mrn(row: Row) -> str:
    mrn = _text(row.get("mrn"))
    if not row.get("requireUniqueMrn"):
        return mrn
    return format_html('{} <span class="st-muted">(unique in the clinic)</span>', mrn)


def chips(names: list[str]) -> SafeString:
    badges = format_html_join("", "{}", ((staff.badge(name),) for name in names))
    return format_html('<span class="st-chips">{}</span>', badges or NOTHING)


def _invited_by(row: Row) -> str:
    clinician = row.get("invitedBy")
    if not clinician:
        return NOTHING
    return format_html("{} {}", row["inviter_name"], staff.copy(clinician, "clinician id"))


# What is more than the stored value.
_CELLS: dict[str, Callable[[Row], Any]] = {
    "tags": lambda row: row["tag_names"],
    "sites": lambda row: row["site_names"],
    "permissions": lambda row: "yes" if row["is_custodial"] else "no",
    "summary": lambda row: row["figures"].last_data,
}
_LINES: dict[str, Callable[[Row], str]] = {
    "id": lambda row: staff.copy(row["id"], "user id"),
    "birthDate": lambda row: row.get("birthDate") or NOTHING,
    "mrn": _mrn,
    "diagnosisType": lambda row: staff.words(row.get("diagnosisType") or NOTHING),
    "tags": lambda row: chips(row["tag_names"]),
    "sites": lambda row: chips(row["site_names"]),
    "permissions": lambda row: ", ".join(row["granted"]) or "none",
    "invitedBy": _invited_by,
}
