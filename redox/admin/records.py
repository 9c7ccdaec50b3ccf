"""How messages of Redox and scheduled sends are shown to staff."""

from typing import Any

from django.urls import reverse

from ehr.admin import records
from ehr.admin.records import Fact, KindPages, Origin
from ehr.services.records import Item
from kernel import safe_reading
from kernel.db import Document
from redox.admin import outcomes
from redox.kinds import MESSAGE, SCHEDULED

SENDS = {"results": "Results sent", "flowsheet": "Flowsheet sent", "notes": "Note sent"}


def _origin(document: Document) -> Origin:
    order_copy = safe_reading.mapping(document.get("lastMatchedOrder"))
    meta = safe_reading.mapping(document.get("meta")) or safe_reading.mapping(
        order_copy.get("meta")
    )
    return Origin(
        event=f"{meta.get('DataModel', '')} {meta.get('EventType', '')}".strip(),
        source=safe_reading.mapping(meta.get("Source")).get("Name") or "",
        is_test=meta.get("Test") is True,
    )


def _message_facts(item: Item) -> list[Fact]:
    return [_source(item), _deliveries(item)]


def _scheduled_facts(item: Item) -> list[Fact]:
    document = safe_reading.mapping(item.document)
    order_id = safe_reading.mapping(document.get("lastMatchedOrder")).get("_id")
    preceding = safe_reading.mapping(document.get("precedingDocument"))
    order = [_link("Order", MESSAGE, order_id)] if order_id else []
    before = (
        _link("Preceding send", SCHEDULED, preceding["_id"], time=preceding.get("createdTime"))
        if preceding
        else Fact("Preceding send", "none")
    )
    return [_source(item), *order, before, _deliveries(item)]


def _link(label: str, kind: str, document_id: object, **more: Any) -> Fact:
    return Fact(label, code=document_id, url=records.url_of(kind, document_id), **more)


def _source(item: Item) -> Fact:
    return Fact("Source", _origin(item.document or {}).source)


def _deliveries(item: Item) -> Fact:
    url = f"{reverse('admin:ehr_deliveries')}?document={item.document_id}"
    return Fact("Deliveries", "what was sent", url=url)


records.add_pages(
    MESSAGE,
    KindPages(
        title="EHR messages",
        route="ehr/messages/",
        listing="ehr_messages",
        detail="ehr_message",
        payload="ehr_message_payload",
        came="Received",
        origin=_origin,
        facts=_message_facts,
        trial_page="ehr_match_test",
        compared=outcomes.compared,
        sends=SENDS,
    ),
)
records.add_pages(
    SCHEDULED,
    KindPages(
        title="Scheduled sends",
        route="ehr/scheduled/",
        listing="ehr_scheduled",
        detail="ehr_scheduled_item",
        payload="ehr_scheduled_payload",
        came="Scheduled",
        origin=_origin,
        facts=_scheduled_facts,
        trial_page="ehr_match_test",
        sends=SENDS,
    ),
)
