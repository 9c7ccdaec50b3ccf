"""Which columns staff see of a clinic's list of patients. All of them are in what the list reads anyway, so that no
choice makes it read more; the name is always there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kernel import safe_reading
from kernel.templatetags import staff
from patients import connection_issues
from patients.admin.patient_fields import NOTHING, Row, chips
from patients.choices import IssueCause

PARAMETER = "columns"
NAME = "name"  # in an address beside the chosen ones, so that none at all can be chosen, too
_TIGHT, _NUMBER = "st-tight", "st-number"


@dataclass(frozen=True, slots=True)
class Column:
    """`cell`: a row, as `patients.rows_of` makes it -> HTML; without it the value stands with the name. `style`: a
    class of the style sheet. `is_usual`: it is there where nothing is chosen."""

    name: str  # in addresses and saved filters
    title: str
    cell: Callable[[Row], str] | None
    style: str = ""
    is_usual: bool = False


# --- cells ----------------------------------------------------------------------------------------
def _text(field: str) -> Callable[[Row], str]:
    return lambda row: row.get(field) or NOTHING


def _moment(find: Callable[[Row], datetime | None]) -> Callable[[Row], str]:
    return lambda row: staff.when(find(row))


def _reviewed(row: Row) -> datetime | None:
    newest: Mapping[str, Any] = next(iter(row.get("reviews") or []), {})
    return safe_reading.moment(newest.get("time"))


def _sources(row: Row) -> SafeString:
    sources = (
        (
            staff.pieces(staff.label(source.get("providerName", ""), "provider")),
            staff.source_state(source.get("state", "")),
        )
        for source in row["sources"]
    )
    shown = format_html_join("", "<span>{} {}</span>", sources)
    return format_html(
        '<span class="st-chips">{}</span>',
        shown or format_html('<span class="st-muted">{}</span>', NOTHING),
    )


def _time_in_target(row: Row) -> str:
    share = row["figures"].time_in_target
    return NOTHING if share is None else f"{share:.0%}"


def _gmi(row: Row) -> str:
    percents = row["figures"].gmi
    return NOTHING if percents is None else f"{percents:.1f}%"


def _issue(row: Row) -> str:
    cause = connection_issues.stored_cause(row)
    if not cause:
        return NOTHING
    words = IssueCause(cause).label
    return f"{words} (hidden)" if connection_issues.is_hidden(row) else words


def _reports(row: Row) -> str:
    found = safe_reading.mapping(row.get("ehrSubscriptions")).values()
    is_on = any(safe_reading.mapping(one).get("active") is True for one in found)
    return staff.badge("on", "good") if is_on else NOTHING


COLUMNS = (
    Column("account", "Account (with the name)", None, is_usual=True),
    Column("email", "E-mail (below the name)", None, is_usual=True),
    Column("birth-date", "Birth date", _text("birthDate"), style=_TIGHT, is_usual=True),
    Column("mrn", "MRN", _text("mrn"), is_usual=True),
    Column("tags", "Tags", lambda row: chips(row["tag_names"]), is_usual=True),
    Column("sites", "Sites", lambda row: chips(row["site_names"])),
    Column("sources", "Data sources", _sources, is_usual=True),
    Column("issue", "Connection issue", _issue),
    Column("last-data", "Last data", _moment(lambda row: row["figures"].last_data), is_usual=True),
    Column("last-cgm", "Last CGM data", _moment(lambda row: row["figures"].last_cgm)),
    Column("last-bgm", "Last BGM data", _moment(lambda row: row["figures"].last_bgm)),
    Column("target", "Time in range, 14 days", _time_in_target, style=_NUMBER),
    Column("gmi", "GMI, 14 days", _gmi, style=_NUMBER),
    Column("ehr", "Reports to the EHR", _reports),
    Column("reviewed", "Last review", _moment(_reviewed)),
    Column("created", "Added", _moment(lambda row: row.get("createdTime"))),
)
_USUAL = tuple(column for column in COLUMNS if column.is_usual)
_MOST_SIDE_BY_SIDE = len([column for column in _USUAL if column.cell])


# --- what is chosen -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Columns:
    """In the order of COLUMNS."""

    chosen: tuple[Column, ...]

    @property
    def is_usual(self) -> bool:
        return self.chosen == _USUAL

    @property
    def names(self) -> list[str]:
        """What `read` makes this choice of, and what is kept under a name: nothing for the usual ones, so that they are
        those of the version that shows them."""
        return [] if self.is_usual else [NAME, *(column.name for column in self.chosen)]

    @property
    def query(self) -> list[tuple[str, str]]:
        return [(PARAMETER, name) for name in self.names]

    @property
    def side_by_side(self) -> list[Column]:
        return [column for column in self.chosen if column.cell]

    @property
    def are_many(self) -> bool:
        """More than fit on paper beside each other."""
        return len(self.side_by_side) > _MOST_SIDE_BY_SIDE

    @property
    def in_words(self) -> list[tuple[str, str]]:
        """For the facts of a filter; nothing for the usual ones."""
        titles = ["Name", *(column.title for column in self.chosen)]
        return [] if self.is_usual else [("Columns", "; ".join(titles))]


def read(names: Iterable[str]) -> Columns:
    """From the values of an address or a saved filter. Unknown ones are ignored, as unknown orders are: they make no
    difference in who is listed. Where none is known the usual ones are shown."""
    asked = set(names)
    chosen = tuple(column for column in COLUMNS if column.name in asked)
    return Columns(chosen if chosen or NAME in asked else _USUAL)


def context(columns: Columns, rows: Sequence[Row]) -> dict[str, Any]:
    """For the form and the table of the list: `patients` are the rows, each with its cells."""
    shown = columns.side_by_side
    names = {column.name for column in columns.chosen}
    return {
        "columns": columns,
        "all_columns": [(column, column.name in names) for column in COLUMNS],
        "shows": {name: name in names for name in ("account", "email")},
        "patients": [
            {**row, "cells": [(column, column.cell(row)) for column in shown if column.cell]}
            for row in rows
        ],
    }
