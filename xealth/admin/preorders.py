"""Pre-orders for staff: a list, and the form as the clinician saw it, whose every view is recorded."""

from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from ehr.admin import filters, names, records
from kernel import ids, texts
from kernel.db import Document
from kernel.errors import NotFound
from kernel.staff import pages, paging, roles, searches
from kernel.staff.subjects import KINDS, Kind, by_itself
from xealth.admin import shown_forms
from xealth.kinds import ORDER
from xealth.services import staff_reads

KINDS["ehr_xealth_preorder"] = Kind(
    roles.MESSAGES, address=by_itself("admin:ehr_xealth_preorder", roles.MESSAGES)
)


@pages.page(
    "ehr/xealth-preorders/",
    name="ehr_xealth_preorders",
    needs=roles.MESSAGES,
    hides=(*filters.HIDDEN, "name"),
)
def preorders(request: HttpRequest) -> HttpResponseBase:
    page, total, problem = filters.listed(
        request,
        lambda asked, skip, limit: staff_reads.list_preorders(
            asked, name=_name(request), skip=skip, limit=limit
        ),
    )
    rows = [row_of(preorder) for preorder in page]
    names.add_names(request, rows)
    _add_patients(request, rows, page)
    return pages.render(
        request,
        "xealth/staff/preorders.html",
        title="Xealth pre-orders",
        rows=rows,
        paging=paging.paging(request, shown=len(page), total=total),
        filters=searches.asked(request),
        problem=problem,
    )


@pages.page(
    "ehr/xealth-preorders/<str:document_id>/", name="ehr_xealth_preorder", needs=roles.MESSAGES
)
def preorder(request: HttpRequest, document_id: str) -> HttpResponseBase:
    submission = staff_reads.find_submission(ids.parse_id(document_id) or ObjectId())
    if submission is None:
        raise NotFound
    pages.record_view(
        request,
        action="ehr.payload_viewed",
        object_type="ehr_xealth_preorder",
        object_id=document_id,
        clinic_id=submission.document.get("clinicId"),
    )
    row = row_of(submission.document)
    names.add_names(request, [row])
    return pages.render(
        request,
        "xealth/staff/preorder.html",
        title=f"Pre-order {document_id}",
        crumbs=[pages.Crumb("Xealth pre-orders", reverse("admin:ehr_xealth_preorders"))],
        row=row,
        tracking_id=submission.document.get("dataTrackingId"),
        orders=[(order, records.url_of(ORDER, order)) for order in submission.orders],
        form=shown_forms.show(submission),
    )


def row_of(document: Document) -> dict[str, Any]:
    flow = staff_reads.flow_of(document)
    person = document.get(flow) or {}
    return {
        "id": str(document["_id"]),
        "url": reverse("admin:ehr_xealth_preorder", args=[document["_id"]]),
        "created": document["_id"].generation_time,
        "changed": document.get("updatedTime"),
        "flow": flow.value,
        "has_address": bool(person.get("email")),
        **names.who(document),
    }


def _name(request: HttpRequest) -> str:
    """The patient's name to search for, by staff who may see patients."""
    if not pages.has(request, roles.PATIENTS):
        return ""
    return texts.name(searches.asked(request).get("name", ""))[: texts.LONGEST]


def _add_patients(request: HttpRequest, rows: list[dict[str, Any]], page: list[Document]) -> None:
    """As `names.add_names`: a pre-order is about someone who is no patient here yet, so it holds the name itself."""
    if not pages.has(request, roles.PATIENTS):
        return
    for row, document in zip(rows, page, strict=True):
        row["patient_name"] = document.get("fullName") or ""
    if any(row["patient_name"] for row in rows):
        pages.record_view(
            request,
            action="patients.listed",
            object_type="ehr_xealth_preorder",
            object_id="",
            scope={"preorders": [row["id"] for row in rows]},
        )
