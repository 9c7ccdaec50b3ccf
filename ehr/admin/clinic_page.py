"""The health record of a clinic on one page: its connection, and the newest of all that came and was sent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import frame, readable_clinics
from ehr.admin import clinic_panel, names, records
from ehr.services import records as reads
from kernel.db import Document
from kernel.staff import pages, roles

MOST_SHOWN = 10
frame.add_tab(frame.Tab("clinic_ehr", "Health record", roles.MESSAGES, position=45))
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Section:
    """What another app adds: its newest rows of a clinic, up to MOST_SHOWN, and the page with all of them."""

    title: str
    template: str
    page: str
    rows: Callable[[Document], Rows]


_SECTIONS: list[Section] = []


def add_section(section: Section) -> None:
    _SECTIONS.append(section)


@pages.page("clinics/<str:clinic_id>/ehr/", name="clinic_ehr", needs=roles.MESSAGES)
def health_record(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """Names of patients are shown, and recorded, as in the lists."""
    clinic = readable_clinics.access_clinic(clinic_id)
    sections = [section for section in _sections(clinic) if section["rows"]]
    names.add_names(
        request, [row for section in sections for row in section["rows"] if "user_id" in row]
    )
    return frame.render(
        request,
        clinic,
        "ehr/staff/clinic_ehr.html",
        tab="clinic_ehr",
        panel=clinic_panel.rendered(request, clinic),
        sections=sections,
    )


def _sections(clinic: Document) -> Iterator[dict[str, Any]]:
    for kind, its in records.PAGES.items():
        items = reads.list_newest(kind, clinic["_id"], limit=MOST_SHOWN)
        rows = [records.row_of(item) for item in items]
        yield _section(
            clinic, its.title, "ehr/staff/_records_table.html", its.listing, rows, its.came
        )
    for section in _SECTIONS:
        yield _section(clinic, section.title, section.template, section.page, section.rows(clinic))


def _section(
    clinic: Document, title: str, template: str, page: str, rows: Rows, came: str = ""
) -> dict[str, Any]:
    return {
        "title": title,
        "template": template,
        "all": f"{reverse(f'admin:{page}')}?clinic={clinic['_id']}",
        "rows": rows,
        "came": came,
    }
