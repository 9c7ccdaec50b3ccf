"""Documents of one kind for staff: a list, what became of each, and the payload, whose every view is recorded.

An app registers the pages of its kinds with `add_pages`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.text import capfirst

from ehr import kinds
from ehr.admin import filters, names, outcomes, reasons
from ehr.choices import ProcessingState
from ehr.services import operators
from ehr.services import records as reads
from ehr.services.records import STATES, Item
from kernel import ids
from kernel.db import Document
from kernel.errors import NotFound
from kernel.staff import pages, paging, roles, searches
from kernel.staff.fields import ReasonForm
from kernel.staff.subjects import KINDS, Kind, by_itself
from kernel.templatetags.staff import words


@dataclass(frozen=True, slots=True)
class Origin:
    """What a document says of itself, in words for a list."""

    event: str = ""
    source: str = ""
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One line on the page of a document: an id, a text or a time, and where it leads."""

    label: str
    text: str = ""
    code: object = ""
    time: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class KindPages:
    """How a kind is shown. `listing`, `detail`, `payload`: the names of its pages. `came`: the heading of the time of
    its documents. `sends`: what is sent in answer, as the record names it, and in words. `facts` is called for the page
    of one document, which may be missing; so is `compared`, for what it asks for beside the settings."""

    title: str
    route: str
    listing: str
    detail: str
    payload: str
    came: str
    origin: Callable[[Document], Origin]
    facts: Callable[[Item], Sequence[Fact]]
    trial_page: str  # the test of an order with the settings of a clinic
    compared: Callable[[Item], Sequence[Fact]] = lambda _: ()
    sends: Mapping[str, str] = field(default_factory=dict)


PAGES: dict[str, KindPages] = {}


def add_pages(kind: str, its: KindPages) -> None:
    PAGES[kind] = its
    address = by_itself(f"admin:{its.detail}", roles.MESSAGES)
    KINDS[f"ehr_{kind}"] = Kind(roles.MESSAGES, address=address)

    @pages.page(its.route, name=its.listing, needs=roles.MESSAGES, hides=filters.HIDDEN)
    def listing(request: HttpRequest) -> HttpResponseBase:
        return _list(request, kind)

    @pages.page(f"{its.route}<str:document_id>/", name=its.detail, needs=roles.MESSAGES)
    def detail(request: HttpRequest, document_id: str) -> HttpResponseBase:
        return _detail(request, kind, document_id)

    @pages.page(f"{its.route}<str:document_id>/payload", name=its.payload, needs=roles.MESSAGES)
    def payload(request: HttpRequest, document_id: str) -> HttpResponseBase:
        return _payload(request, kind, document_id)


def _list(request: HttpRequest, kind: str) -> HttpResponseBase:
    items, total, problem = filters.listed(
        request,
        lambda asked, skip, limit: reads.list_items(kind, asked, skip=skip, limit=limit),
    )
    its = PAGES[kind]
    return render_list(request, its.title, items, total, problem=problem, came=its.came)


def render_list(
    request: HttpRequest, title: str, items: list[Item], total: int, **context: Any
) -> HttpResponseBase:
    rows = [row_of(item) for item in items]
    names.add_names(request, rows)
    return pages.render(
        request,
        "ehr/staff/records.html",
        title=title,
        rows=rows,
        paging=paging.paging(request, shown=len(items), total=total),
        filters=searches.asked(request),
        query=paging.query_without(request, "page"),
        states=STATES,
        **context,
    )


# An order that is done with, and did not bring what was ordered.
UNFULFILLED = {"no_patient", "several_patients", "order_incomplete", "account_refused"}


def row_of(item: Item) -> dict[str, Any]:
    record, document = item.record or {}, item.document or {}
    its = PAGES[item.kind]
    origin = its.origin(document)
    return {
        "id": str(item.document_id),
        "kind": item.kind,
        "label": kinds.of(item.kind).label,
        "url": reverse(f"admin:{its.detail}", args=[item.document_id]),
        "received": item.document_id.generation_time,
        "event": origin.event,
        "source": origin.source,
        "is_test": origin.is_test,
        **names.who(record, document),
        "state": record.get("state") or ProcessingState.PENDING.value,
        "outcome": record.get("outcome") or "",
        "colour": "warn" if record.get("outcome") in UNFULFILLED else "",
        "error": operators.reason(record) or "",
        "reason": reasons.in_words(operators.reason(record) or ""),
        "left_out": record.get("leftOut") or [],
        "attempts": record.get("attempts", 0),
        "changed": record.get("updatedTime"),
        "is_missing": item.document is None,
    }


def url_of(kind: str, document_id: object) -> str:
    return reverse(f"admin:{PAGES[kind].detail}", args=[document_id])


def _access(kind: str, document_id: str, *, payload: bool = False) -> Item:
    item = reads.find_item(kind, ids.parse_id(document_id) or ObjectId(), payload=payload)
    if item is None:
        raise NotFound
    return item


def _detail(request: HttpRequest, kind: str, document_id: str) -> HttpResponseBase:
    item = _access(kind, document_id)
    its, label, record = PAGES[kind], capfirst(kinds.of(kind).label), item.record or {}
    sends, row = record.get("sends") or {}, row_of(item)
    names.add_names(request, [row])
    return pages.render(
        request,
        "ehr/staff/record.html",
        title=f"{label}: {_result(row)}",
        crumbs=[pages.Crumb(its.title, reverse(f"admin:{its.listing}"))],
        label=label,
        came=its.came,
        row=row,
        record=record,
        sends=[(words, sends.get(name)) for name, words in its.sends.items()],
        facts=its.facts(item),
        compared=its.compared(item),
        meaning=outcomes.in_words(kind, row["outcome"]),
        links=_links(request, its, row),
        payload_url=reverse(f"admin:{its.payload}", args=[document_id]),
        has_document=item.document is not None,
        form=ReasonForm(),
    )


def _result(row: dict[str, Any]) -> str:
    """In words: the outcome, or how far it is."""
    is_ended = row["outcome"] and row["state"] != ProcessingState.FAILED
    return words(row["outcome"] if is_ended else row["state"])


def _links(request: HttpRequest, its: KindPages, row: dict[str, Any]) -> list[tuple[str, str]]:
    """To what can be compared, tried and corrected, in a clinic that is there."""
    if not row["clinic_name"] or not pages.has(request, roles.INTEGRATION):
        return []
    return [
        ("Test an order", reverse(f"admin:{its.trial_page}", args=[row["clinic_id"]])),
        ("EHR connection", reverse("admin:clinic_settings", args=[row["clinic_id"], "ehr"])),
    ]


def _payload(request: HttpRequest, kind: str, document_id: str) -> HttpResponseBase:
    item = _access(kind, document_id, payload=True)
    its, document, record = PAGES[kind], item.document or {}, item.record or {}
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
        "ehr/staff/payload.html",
        title="Payload",
        crumbs=[
            pages.Crumb(its.title, reverse(f"admin:{its.listing}")),
            pages.Crumb(document_id, url_of(kind, document_id)),
        ],
        payload=reads.payload_of(item),
    )
