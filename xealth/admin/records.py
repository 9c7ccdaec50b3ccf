"""How orders of Xealth are shown to staff."""

from django.urls import reverse

from ehr.admin import records
from ehr.admin.records import Fact, KindPages, Origin
from ehr.services.records import Item
from kernel import safe_reading
from kernel.db import Document
from xealth.kinds import ORDER
from xealth.services import staff_reads


def _notification(document: Document) -> Document:
    return safe_reading.mapping(document.get("eventNotification"))


def _origin(document: Document) -> Origin:
    notification = _notification(document)
    words = (safe_reading.text(notification.get(n)) for n in ("eventType", "eventContext"))
    return Origin(
        event=" ".join(word for word in words if word),
        source=safe_reading.text(notification.get("deployment")) or "",
        is_test=document.get("embedded") is True,
    )


def _facts(item: Item) -> list[Fact]:
    document = item.document or {}
    notification = _notification(document)
    facts = [
        Fact("Deployment", safe_reading.text(notification.get("deployment")) or ""),
        Fact("Order", code=safe_reading.text(notification.get("orderId")) or ""),
        Fact("Happened", time=safe_reading.moment(notification.get("eventTimeStamp"))),
        _preorder(item),
    ]
    if document.get("embedded") is True:
        facts.append(Fact("Xealth", "the embedded stand-in: no health record has this order"))
    return facts


def _preorder(item: Item) -> Fact:
    preorder_id = staff_reads.find_preorder_of(item.document_id)
    if preorder_id is None:
        return Fact("Pre-order", "none")
    url = reverse("admin:ehr_xealth_preorder", args=[preorder_id])
    return Fact("Pre-order", code=preorder_id, url=url)


records.add_pages(
    ORDER,
    KindPages(
        title="Xealth orders",
        route="ehr/xealth-orders/",
        listing="ehr_xealth_orders",
        detail="ehr_xealth_order",
        payload="ehr_xealth_order_payload",
        came="Received",
        origin=_origin,
        facts=_facts,
        trial_page="ehr_xealth_match_test",
    ),
)
