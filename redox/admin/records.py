"""EHR messages and scheduled sends for staff: what was received, what became of it, and the payload, whose every
view is recorded."""

from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel import ids, safe_reading
from kernel.errors import NotFound
from kernel.staff import pages, paging, roles
from kernel.staff.fields import ReasonForm
from redox.admin import filters, reasons
from redox.choices import ProcessingState
from redox.services import admin_reads
from redox.services.admin_reads import MESSAGE, SCHEDULED, STATES, Item

TITLES = {MESSAGE: "EHR messages", SCHEDULED: "Scheduled sends"}
LISTS = {MESSAGE: "ehr_messages", SCHEDULED: "ehr_scheduled"}
DETAILS = {MESSAGE: "ehr_message", SCHEDULED: "ehr_scheduled_item"}
PAYLOADS = {MESSAGE: "ehr_message_payload", SCHEDULED: "ehr_scheduled_payload"}


@pages.page("ehr/messages/", name="ehr_messages", needs=roles.MESSAGES)
def messages(request: HttpRequest) -> HttpResponseBase:
    return _list(request, MESSAGE)


@pages.page("ehr/scheduled/", name="ehr_scheduled", needs=roles.MESSAGES)
def scheduled(request: HttpRequest) -> HttpResponseBase:
    return _list(request, SCHEDULED)


@pages.page("ehr/messages/<str:document_id>/", name="ehr_message", needs=roles.MESSAGES)
def message(request: HttpRequest, document_id: str) -> HttpResponseBase:
    return _detail(request, MESSAGE, document_id)


@pages.page("ehr/scheduled/<str:document_id>/", name="ehr_scheduled_item", needs=roles.MESSAGES)
def scheduled_item(request: HttpRequest, document_id: str) -> HttpResponseBase:
    return _detail(request, SCHEDULED, document_id)


@pages.page(
    "ehr/messages/<str:document_id>/payload", name="ehr_message_payload", needs=roles.MESSAGES
)
def message_payload(request: HttpRequest, document_id: str) -> HttpResponseBase:
    return _payload(request, MESSAGE, document_id)


@pages.page(
    "ehr/scheduled/<str:document_id>/payload", name="ehr_scheduled_payload", needs=roles.MESSAGES
)
def scheduled_payload(request: HttpRequest, document_id: str) -> HttpResponseBase:
    return _payload(request, SCHEDULED, document_id)


@pages.page("ehr/processing/", name="ehr_processing", needs=roles.MESSAGES)
def processing(request: HttpRequest) -> HttpResponseBase:
    kind = request.GET.get("kind") if request.GET.get("kind") in TITLES else None
    conditions, problem = filters.read_filter(request, kind=kind)
    number, size = paging.requested(request)
    records, total = admin_reads.list_records(conditions, skip=(number - 1) * size, limit=size)
    items = [Item(r["kind"], r["documentId"], None, r) for r in records]
    return _render_list(request, "EHR processing", items, total, problem, kind=None)


def _list(request: HttpRequest, kind: str) -> HttpResponseBase:
    conditions, problem = filters.read_filter(request)
    number, size = paging.requested(request)
    items, total = admin_reads.list_items(kind, conditions, skip=(number - 1) * size, limit=size)
    return _render_list(request, TITLES[kind], items, total, problem, kind=kind)


def _render_list(
    request: HttpRequest, title: str, items: list[Item], total: int, problem: str, kind: str | None
) -> HttpResponseBase:
    return pages.render(
        request,
        "redox/staff/records.html",
        title=title,
        rows=[row_of(item) for item in items],
        paging=paging.paging(request, shown=len(items), total=total),
        filters=request.GET,
        query=paging.query_without(request, "page"),
        states=STATES,
        kinds=TITLES.items() if kind is None else None,
        kind=kind,
        problem=problem,
    )


def row_of(item: Item) -> dict[str, Any]:
    record, document = item.record or {}, item.document or {}
    order_copy = safe_reading.mapping(document.get("lastMatchedOrder"))
    meta = safe_reading.mapping(document.get("meta")) or safe_reading.mapping(
        order_copy.get("meta")
    )
    event = f"{meta.get('DataModel', '')} {meta.get('EventType', '')}".strip()
    return {
        "id": str(item.document_id),
        "kind": item.kind,
        "url": reverse(f"admin:{DETAILS[item.kind]}", args=[item.document_id]),
        "received": item.document_id.generation_time,
        "event": event,
        "source": safe_reading.mapping(meta.get("Source")).get("Name") or "",
        "is_test": meta.get("Test") is True,
        "clinic_id": record.get("clinicId") or document.get("clinicId"),
        "user_id": record.get("userId") or document.get("userId"),
        "state": record.get("state") or ProcessingState.PENDING.value,
        "outcome": record.get("outcome") or "",
        "error": record.get("lastError") or "",
        "reason": reasons.in_words(record.get("lastError") or ""),
        "left_out": record.get("leftOut") or [],
        "attempts": record.get("attempts", 0),
        "changed": record.get("updatedTime"),
        "is_missing": item.document is None,
    }


def _access(kind: str, document_id: str, *, payload: bool = False) -> Item:
    item = admin_reads.find_item(kind, ids.parse_id(document_id) or ObjectId(), payload=payload)
    if item is None:
        raise NotFound
    return item


def _detail(request: HttpRequest, kind: str, document_id: str) -> HttpResponseBase:
    item = _access(kind, document_id)
    document = item.document or {}
    return pages.render(
        request,
        "redox/staff/record.html",
        title=f"{'Message' if kind == MESSAGE else 'Scheduled send'} {document_id}",
        crumbs=[pages.Crumb(TITLES[kind], reverse(f"admin:{LISTS[kind]}"))],
        row=row_of(item),
        record=item.record or {},
        meta=document.get("meta") or {},
        order_id=(document.get("lastMatchedOrder") or {}).get("_id"),
        preceding=document.get("precedingDocument") or {},
        payload_url=reverse(f"admin:{PAYLOADS[kind]}", args=[document_id]),
        has_document=item.document is not None,
        form=ReasonForm(),
    )


def _payload(request: HttpRequest, kind: str, document_id: str) -> HttpResponseBase:
    item = _access(kind, document_id, payload=True)
    document, record = item.document or {}, item.record or {}
    pages.record_view(
        request,
        action="ehr.payload_viewed",
        object_type=f"ehr_{kind}",
        object_id=document_id,
        clinic_id=record.get("clinicId") or document.get("clinicId"),
        scope={"patient": record.get("userId") or document.get("userId")},
    )
    return pages.render(
        request,
        "redox/staff/payload.html",
        title="Payload",
        crumbs=[
            pages.Crumb(TITLES[kind], reverse(f"admin:{LISTS[kind]}")),
            pages.Crumb(document_id, reverse(f"admin:{DETAILS[kind]}", args=[document_id])),
        ],
        payload=admin_reads.payload_of(item),
    )
