"""The list of clinics with filters, and the clinics in trouble."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse

from clinic_records.admin import frame, readable_clinics
from clinic_records.choices import EhrProvider, Tier
from clinics.admin import counts
from clinics.choices import ClinicType
from clinics.services import staff_reads, troubles
from clinics.services.staff_reads import ClinicFilter
from clinics.services.troubles import Troubles
from kernel import audit, texts
from kernel.db import Document
from kernel.staff import exports, labels, overview, pages, paging, recents, roles, searches

labels.add(Tier, "tier")
labels.add(EhrProvider, "provider")
labels.add(ClinicType, "clinicType")
_SHOWN_ON_OVERVIEW = 8
MOST_EXPORTED = 50_000
_HIDDEN = ("q",)  # Find leads here with what was typed, which may be a patient's name


@pages.page("clinics/", name="clinics", needs=roles.FIND, hides=_HIDDEN)
def clinics(request: HttpRequest) -> HttpResponseBase:
    clinic_filter, problem = _filter(request)
    number, size = paging.requested(request)
    newest_first = request.GET.get("sort") == "newest"
    page, total = staff_reads.list_clinics(
        clinic_filter, newest_first=newest_first, skip=(number - 1) * size, limit=size
    )
    return pages.render(
        request,
        "clinics/staff/list.html",
        title="Clinics",
        clinics=rows(request, page),
        paging=paging.paging(request, shown=len(page), total=total),
        filters=searches.asked(request),
        query=paging.query_without(request, "page"),
        tiers=Tier.choices,
        problem=problem,
    )


@pages.page(
    "clinics/export.csv",
    name="clinics_export",
    needs=[roles.FIND, roles.EXPORT],
    hides=_HIDDEN,
    begins_at="clinics",
)
def export(request: HttpRequest) -> HttpResponseBase:
    clinic_filter, _ = _filter(request)
    exported, _ = staff_reads.list_clinics(
        clinic_filter, newest_first=False, skip=0, limit=MOST_EXPORTED
    )
    audit.record(
        action="clinics.export",
        object_type="clinics",
        object_id="",
        scope={"rows": len(exported)},
        **pages.actor(request),
    )
    header = ("id", "name", "share code", "tier", "country", "plan patients", "EHR", "created")
    return exports.as_csv(
        "clinics", header, (_export_row(readable_clinics.clinic(clinic)) for clinic in exported)
    )


@pages.page("clinics/attention", name="clinic_troubles", needs=roles.FIND)
def troubled(request: HttpRequest) -> HttpResponseBase:
    number, size = paging.requested(request)
    found = troubles.list_troubles(skip=(number - 1) * size, limit=size)
    return pages.render(
        request,
        "clinics/staff/troubles.html",
        title="Clinics that need attention",
        crumbs=[pages.Crumb("Clinics", reverse("admin:clinics"))],
        troubles=_trouble_rows(request, found),
        found=found,
        paging=paging.paging(request, shown=len(found.shown), total=found.kept),
    )


def _overview_section(request: HttpRequest) -> str:
    found = troubles.list_troubles(skip=0, limit=_SHOWN_ON_OVERVIEW)
    context = {
        "troubles": _trouble_rows(request, found),
        "found": found,
        "more": found.total - _SHOWN_ON_OVERVIEW,
    }
    return render_to_string("clinics/staff/_troubles_section.html", context, request)


overview.add(roles.FIND, _overview_section)


def _trouble_rows(request: HttpRequest, found: Troubles) -> list[dict[str, Any]]:
    shown = rows(request, [trouble.clinic for trouble in found.shown])
    return [
        {**row, "reasons": trouble.reasons} for row, trouble in zip(shown, found.shown, strict=True)
    ]


def _filter(request: HttpRequest) -> tuple[ClinicFilter, str]:
    """The filter of the query, and an error message if a date cannot be read."""
    ehr = {"yes": True, "no": False}.get(request.GET.get("ehr", ""))
    try:
        start, end = _day(request.GET.get("from", "")), _day(request.GET.get("to", ""))
    except (ValueError, OverflowError):
        return ClinicFilter(), "A day is written as 2026-11-24."
    return ClinicFilter(
        name=texts.name(searches.asked(request).get("q", "").replace("\0", ""))[:200],
        tier=request.GET.get("tier", ""),
        ehr=ehr,
        created_from=start,
        created_before=end + timedelta(days=1) if end else None,
    ), ""


def _day(text: str) -> datetime | None:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None


def rows(request: HttpRequest, clinics: Sequence[Document]) -> list[dict[str, Any]]:
    """Each with the address of the tab that was open last."""
    tabs = recents.of(request).tabs
    return [
        {
            **_row(readable_clinics.clinic(clinic)),
            "url": frame.url_of(request, clinic["_id"], tabs.get(clinic["_id"])),
        }
        for clinic in clinics
    ]


def _row(clinic: Document) -> dict[str, Any]:
    tier = clinic.get("tier") or Tier.FREE.value
    return {
        **clinic,
        "id": str(clinic["_id"]),
        "tier_text": Tier.label_of(tier, unknown=tier),
        "ehr": clinic.get("ehrSettings") or {},
        "bar": counts.bar_of(clinic),
    }


def _export_row(clinic: Document) -> list[Any]:
    ehr = clinic.get("ehrSettings") or {}
    return [
        clinic["_id"],
        clinic.get("name"),
        clinic.get("canonicalShareCode"),
        clinic.get("tier") or Tier.FREE.value,
        clinic.get("country"),
        counts.counted_of(clinic)["plan"],
        ehr.get("provider") if ehr.get("enabled") else "",
        clinic.get("createdTime"),
    ]
