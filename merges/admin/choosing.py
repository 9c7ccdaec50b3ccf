"""Choose the two clinics of a merge: by name, share code or id, without scripts."""

from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import readable_clinics
from clinic_records.services import access
from clinics.admin import counts, meant
from clinics.services import staff_reads
from clinics.services.staff_reads import ClinicFilter
from kernel import ids
from kernel.db import Document
from kernel.staff import pages, paging, roles
from merges.services.planning import SAME_CLINIC

MOST_FOUND = 10
SIDES = {"source": "target", "target": "source"}  # and the other


@pages.page("merges/choose", name="merge_choose", needs=roles.DESTROY)
def choose(request: HttpRequest) -> HttpResponseBase:
    sides = [_side(request, name) for name in SIDES]
    chosen = [side["chosen"]["id"] for side in sides if side["chosen"]]
    is_pair = len(set(chosen)) == len(SIDES)
    return pages.render(
        request,
        "merges/staff/choose.html",
        title="Merge two clinics",
        crumbs=[pages.Crumb("Merges", reverse("admin:merges"))],
        sides=sides,
        plan_url=reverse("admin:merge_plan", args=chosen) if is_pair else "",
        exchange=_exchange(request) if chosen else "",
        problem=pages.sentence(SAME_CLINIC) if len(chosen) == len(SIDES) and not is_pair else "",
    )


def _exchange(request: HttpRequest) -> str:
    turned = {name: request.GET.get(other, "") for name, other in SIDES.items()}
    return paging.query_without(request, **turned)


def _side(request: HttpRequest, name: str) -> dict[str, Any]:
    typed = meant.normal(request.GET.get(name, ""))
    clinic = _exact(typed)
    found, total = _search(typed) if typed and clinic is None else ([], 0)
    return {
        "name": name,
        "typed": typed,
        "chosen": _row(clinic) if clinic else None,
        "found": [{**_row(row), "url": _query(request, name, row["_id"])} for row in found],
        "more": max(total - MOST_FOUND, 0),
        "other": SIDES[name],
        "other_value": request.GET.get(SIDES[name], ""),
        "without": _query(request, name, ""),
    }


def _exact(typed: str) -> Document | None:
    """The clinic with this id or share code."""
    clinic_id = ids.parse_id(typed) or staff_reads.find_id_of_code(typed)
    return access.find_clinic(clinic_id) if clinic_id else None


def _search(typed: str) -> tuple[list[Document], int]:
    return staff_reads.list_clinics(
        ClinicFilter(name=typed), newest_first=False, skip=0, limit=MOST_FOUND
    )


def _query(request: HttpRequest, name: str, value: ObjectId | str) -> str:
    return paging.query_without(request, **{name: str(value)})


def _row(stored: Document) -> dict[str, Any]:
    clinic = readable_clinics.clinic(stored)
    return {
        "id": str(clinic["_id"]),
        "name": clinic.get("name") or "(clinic without a name)",
        "share_code": clinic.get("canonicalShareCode") or "",
        "patients": counts.counted_of(clinic)["total"],
        "created": clinic.get("createdTime"),
    }
