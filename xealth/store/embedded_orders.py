"""The collection `embeddedXealthOrders`: the orders of the stand-in, which no one else has ever seen."""

from typing import Any

from kernel import db
from kernel.db import Document

COLLECTION = "embeddedXealthOrders"


def insert_order(document: Document) -> None:
    db.collection(COLLECTION).insert_one(document)


def find_order(deployment: str, order_id: str) -> dict[str, Any] | None:
    """The order alone, as Xealth would give it back."""
    query = {"deployment": deployment, "orderId": order_id}
    document = db.collection(COLLECTION).find_one(query, {"order": 1})
    return document["order"] if document is not None else None
