"""The list of clinics with filters, and the clinics in trouble."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
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
from kernel import jobs, texts
from kernel.db import Document
from kernel.errors import BadRequest
from kernel.staff import exports, labels, overview, pages, paging, recents, roles, searches
from kernel.staff.exports import Asked, Export

labels.add(Tier, "tier")
labels.add(EhrProvider, "provider")
labels.add(ClinicType, "clinicType")
_SHOWN_ON_OVERVIEW = 8
NEWEST = "newest"
WRONG_DAY = "A day is written as 2026-11-24"
GONE = "was deleted meanwhile"
_EXPORTS = (roles.FIND, roles.EXPORT)
_EHR = {"yes": "On", "no": "Off"}
_HIDDEN = ("q",)  # Find leads here with what was typed, which may be a patient's name


@pages.page("clinics/", name="clinics", needs=roles.FIND, hides=_HIDDEN)
def clinics(request: HttpRequest) -> HttpResponseBase:
    problem = ""
    try:
        clinic_filter = _filter(searches.asked(request))
    except BadRequest as error:
        clinic_filter, problem = ClinicFilter(), pages.sentence(error.message)
    number, size = paging.requested(request)
    newest_first = request.GET.get("sort") == NEWEST
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


def _filter(asked: Mapping[str, str]) -> ClinicFilter:
    """Raises BadRequest if a date cannot be read."""
    ehr = {"yes": True, "no": False}.get(asked.get("ehr", ""))
    try:
        start, end = _day(asked.get("from", "")), _day(asked.get("to", ""))
        before = end + timedelta(days=1) if end else None
    except (ValueError, OverflowError):
        raise BadRequest(WRONG_DAY) from None
    return ClinicFilter(
        name=texts.name(asked.get("q", "").replace("\0", ""))[:200],
        tier=asked.get("tier", ""),
        ehr=ehr,
        created_from=start,
        created_before=before,
    )


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
    ehr, tier = clinic.get("ehrSettings") or {}, clinic.get("tier") or Tier.FREE.value
    return [
        clinic["_id"],
        clinic.get("name"),
        clinic.get("canonicalShareCode"),
        tier,
        Tier.label_of(tier, unknown=""),
        clinic.get("country"),
        counts.counted_of(clinic)["plan"],
        ehr.get("provider") if ehr.get("enabled") else "",
        clinic.get("createdTime"),
    ]


# --- the list as a file ---------------------------------------------------------------------------
def _plan(task: jobs.Task) -> list[str]:
    found = staff_reads.list_clinic_ids(
        _filter(task.wanted),
        newest_first=task.wanted["sort"] == NEWEST,
        limit=exports.MOST + 1,
    )
    return exports.planned(found)


def _export(_: jobs.Task, items: Sequence[str]) -> jobs.Batch:
    found = staff_reads.list_clinics_of_ids(list(map(ObjectId, items)))
    rows = [_export_row(readable_clinics.clinic(clinic)) for clinic in found]
    gone = set(items) - {str(clinic["_id"]) for clinic in found}
    return jobs.Batch(len(rows), rows, {GONE: sorted(gone)} if gone else {})


EXPORT = jobs.add(
    jobs.Kind(
        name="clinics.export",
        title="Export of the list of clinics",
        action="clinics.export",
        sees=_EXPORTS,
        begins=_EXPORTS,
        plan=_plan,
        work=_export,
        batch=500,
        items="clinics",
        header=(
            "id",
            "name",
            "share code",
            "tier",
            "tier in words",
            "country",
            "plan patients",
            "EHR",
            "created",
        ),
    )
)


def _read(_: HttpRequest, fields: Mapping[str, str]) -> Asked:
    clinic_filter = _filter(fields)
    is_whole = clinic_filter == ClinicFilter()
    count = (
        staff_reads.count_all_clinics()
        if is_whole
        else staff_reads.count_clinics(clinic_filter, most=exports.MOST_AT_ONCE + 1)
    )
    is_more = not is_whole and count > exports.MOST_AT_ONCE
    search, newest_first = clinic_filter.name, fields.get("sort") == NEWEST
    narrowed = [
        ("Tier", Tier.label_of(tier, unknown=tier) if (tier := fields.get("tier", "")) else ""),
        ("EHR", _EHR.get(fields.get("ehr", ""), "")),
        ("Created from", fields.get("from", "")),
        ("Created to", fields.get("to", "")),
    ]
    narrowed = [(title, value) for title, value in narrowed if value]
    return Asked(
        name="clinics",
        count=exports.MOST_AT_ONCE if is_more else count,
        is_more=is_more,
        is_about=is_whole and count > exports.MOST_AT_ONCE,
        wanted={name: fields.get(name, "") for name in ("q", "tier", "ehr", "from", "to", "sort")},
        narrowed=narrowed,
        about=[*(["search"] if search else []), *(title for title, _ in narrowed)],
        typed=search,
        order="Newest first" if newest_first else "Name",
        names=[name for name in ("tier", "ehr", "from", "to") if fields.get(name)],
        crumbs=[pages.Crumb("Clinics", reverse("admin:clinics"))],
    )


exports.add(
    Export(
        kind=EXPORT,
        read=_read,
        list_page="clinics",
        rows="the list of clinics",
        object_type="clinics",
    ),
    route="clinics/export",
    name="clinics_export",
    hides=_HIDDEN,
)
