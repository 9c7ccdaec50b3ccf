"""The frame of a clinic's pages: heading, tabs, and the links back. Each app adds its own tabs."""

from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.choices import ClosureRole, Tier
from clinic_records.services import access, closures
from kernel.db import Document
from kernel.staff import pages, recents


@dataclass(frozen=True, slots=True)
class Tab:
    """`name` is the name of the page; tabs are sorted by `position`."""

    name: str
    text: str
    needs: str
    position: int


_TABS: list[Tab] = []


def add_tab(tab: Tab) -> None:
    _TABS.append(tab)
    _TABS.sort(key=lambda added: added.position)


def render(
    request: HttpRequest,
    clinic: Document,
    template: str,
    *,
    tab: str,
    is_gone: bool = False,
    **context: Any,
) -> HttpResponseBase:
    """A page of the clinic, with its tabs. It is noted as the last one that this member of staff has opened. A clinic
    that `is_gone` has this tab alone, and is noted nowhere: no other page can show it."""
    if not is_gone:
        recents.note_clinic(request, clinic["_id"], tab)
    tier = clinic.get("tier") or Tier.FREE.value
    title = clinic.get("name") or "(clinic without a name)"
    return pages.render(
        request,
        template,
        title=title,
        window_title=f"{title}: {_text_of(tab)}",
        crumbs=[pages.Crumb("Clinics", reverse("admin:clinics"))],
        clinic=clinic,
        clinic_id=str(clinic["_id"]),
        tier_text=Tier.label_of(tier, unknown=tier),
        tabs=[
            {
                "url": reverse(f"admin:{shown.name}", args=[clinic["_id"]]),
                "text": shown.text,
                "on": shown.name == tab,
            }
            for shown in _TABS
            if pages.has(request, shown.needs) and (shown.name == tab or not is_gone)
        ],
        merge_note=_merge_note(clinic["_id"]),
        **context,
    )


def _merge_note(clinic_id: ObjectId) -> str:
    other = closures.other_clinic(clinic_id)
    if other is None:
        return ""
    role, other_id = other
    name = access.names_of_clinics([other_id]).get(other_id) or "another clinic"
    if role == ClosureRole.SOURCE:
        return f"{name} is being merged into this clinic."
    return f"This clinic is being merged into {name}. Nothing can be changed here meanwhile."


def _text_of(tab: str) -> str:
    return next((added.text for added in _TABS if added.name == tab), tab)


def crumbs_of(clinic: Document) -> list[pages.Crumb]:
    return [
        pages.Crumb("Clinics", reverse("admin:clinics")),
        pages.Crumb(clinic.get("name") or str(clinic["_id"]), page_of(clinic)),
    ]


def url_of(request: HttpRequest, clinic_id: ObjectId, tab: str | None) -> str:
    """The tab that was open last, as far as the roles of the moment still show it, or else the first one."""
    is_shown = any(shown.name == tab and pages.has(request, shown.needs) for shown in _TABS)
    return reverse(f"admin:{tab if is_shown else _TABS[0].name}", args=[clinic_id])


def page_of(clinic: Document) -> str:
    return reverse("admin:clinic", args=[clinic["_id"]])
