"""What was sent to the EHR: the payload and, where it is kept, the PDF. Every view is recorded."""

from typing import Any

from bson import ObjectId
from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin

from ehr.admin import filters, names, records
from ehr.services.records import kinds_of
from kernel import ids
from kernel.db import Document
from kernel.errors import NotFound
from kernel.staff import pages, paging, roles, searches
from kernel.staff.subjects import KINDS, Kind, by_itself
from redox.services import admin_reads

EMBEDDED = "Redox is not connected here: these messages were made and kept, not sent."
CONNECTED = (
    "Accepted by Redox. Reports are not kept; they can be made again from the patient's data."
)
KINDS["ehr_delivery"] = Kind(
    roles.MESSAGES, address=by_itself("admin:ehr_delivery", roles.MESSAGES)
)


@pages.page("ehr/deliveries/", name="ehr_deliveries", needs=roles.MESSAGES, hides=filters.HIDDEN)
def deliveries(request: HttpRequest) -> HttpResponseBase:
    kind = request.GET.get("kind") if request.GET.get("kind") in admin_reads.SENDS else None
    document = ids.parse_id(request.GET.get("document", ""))
    page, total, problem = filters.listed(
        request,
        lambda asked, skip, limit: admin_reads.list_deliveries(
            asked, document_id=document, skip=skip, limit=limit
        ),
        kind=kind,
    )
    kinds = kinds_of([delivery["documentId"] for delivery in page])
    rows = [row_of(delivery, kinds.get(delivery["documentId"])) for delivery in page]
    names.add_names(request, rows)
    return pages.render(
        request,
        "redox/staff/deliveries.html",
        title="EHR deliveries",
        rows=rows,
        paging=paging.paging(request, shown=len(page), total=total),
        filters=searches.asked(request),
        kinds=admin_reads.SENDS,
        lead=CONNECTED if settings.REDOX["enabled"] else EMBEDDED,
        problem=problem,
    )


@pages.page("ehr/deliveries/<str:delivery_id>/", name="ehr_delivery", needs=roles.MESSAGES)
def delivery(request: HttpRequest, delivery_id: str) -> HttpResponseBase:
    document = _access(delivery_id)
    _record(request, document, "ehr.payload_viewed")
    kinds = kinds_of([document["documentId"]])
    row = row_of(document, kinds.get(document["documentId"]))
    names.add_names(request, [row], is_recorded=True)
    has_report = "report" in document
    return pages.render(
        request,
        "redox/staff/delivery.html",
        title=f"{document['kind'].capitalize()} delivery",
        crumbs=[pages.Crumb("EHR deliveries", reverse("admin:ehr_deliveries"))],
        row=row,
        payload=document.get("payload") or {},
        pdf_url=reverse("admin:ehr_delivery_pdf", args=[delivery_id]) if has_report else "",
    )


@pages.page(
    "ehr/deliveries/<str:delivery_id>/report.pdf", name="ehr_delivery_pdf", needs=roles.MESSAGES
)
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})  # type: ignore[arg-type]
def report(request: HttpRequest, delivery_id: str) -> HttpResponseBase:
    """Shown inside the delivery's own page only."""
    return as_report(request, _access(delivery_id))


def as_report(request: HttpRequest, document: Document) -> HttpResponse:
    """The PDF that was sent with it; the look is recorded. Raises NotFound if there is none."""
    if "report" not in document:
        raise NotFound
    _record(request, document, "ehr.report_viewed")
    response = HttpResponse(bytes(document["report"]), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="report-{document["_id"]}.pdf"'
    return response


def row_of(document: Document, document_kind: str | None) -> dict[str, Any]:
    document_id = str(document["documentId"])
    url = records.url_of(document_kind, document_id) if document_kind else ""
    return {
        "id": str(document["_id"]),
        "kind": document["kind"],
        "time": document.get("time"),
        "destination": document.get("destination") or "",
        "event": f"{document.get('dataModel', '')} {document.get('eventType', '')}".strip(),
        "document_id": document_id,
        "document_url": url,
        **names.who(document),
        "is_embedded": bool(document.get("embedded")),
    }


def _access(delivery_id: str) -> Document:
    document = admin_reads.find_delivery(ids.parse_id(delivery_id) or ObjectId())
    if document is None:
        raise NotFound
    return document


def _record(request: HttpRequest, document: Document, action: str) -> None:
    pages.record_view(
        request,
        action=action,
        object_type="ehr_delivery",
        object_id=str(document["_id"]),
        clinic_id=document.get("clinicId"),
        scope={"patient": document.get("userId"), "kind": document["kind"]},
    )
