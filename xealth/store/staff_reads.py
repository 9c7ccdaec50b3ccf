"""What staff pages read of pre-orders, and of the orders that name them."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from kernel import db, safe_reading
from kernel.db import Document
from kernel.page_limits import MOST_COUNTED
from patients.search_keys import in_fields
from xealth.store.orders import COLLECTION as ORDERS
from xealth.store.preorders import COLLECTION as PREORDERS

TRACKING_ID = "orderData.preorder.dataTrackingId"
MOST_ORDERS = 20
LISTED = {"clinicId": 1, "fullName": 1, "guardian.email": 1, "patient.email": 1, "updatedTime": 1}
Query = Mapping[str, Any]


def list_preorders(query: Query, *, skip: int, limit: int) -> list[Document]:
    preorders = db.collection(PREORDERS).find(
        query, LISTED, sort=[("_id", DESCENDING)], skip=skip, limit=limit
    )
    return list(preorders)


def count_preorders(query: Query) -> int:
    return db.collection(PREORDERS).count_up_to(query, MOST_COUNTED)


def named(words: Sequence[str]) -> Query:
    return in_fields(words, ["fullName"])


def find_preorder(preorder_id: ObjectId) -> Document | None:
    return db.collection(PREORDERS).find_one({"_id": preorder_id})


def list_orders_of(tracking_id: str) -> list[ObjectId]:
    """The notifications of orders that name this pre-order, the newest first."""
    orders = db.collection(ORDERS).find(
        {TRACKING_ID: tracking_id}, {"_id": 1}, sort=[("_id", DESCENDING)], limit=MOST_ORDERS
    )
    return [order["_id"] for order in orders]


def find_preorder_of(order_id: ObjectId) -> ObjectId | None:
    """The pre-order that an order names."""
    order = db.collection(ORDERS).find_one({"_id": order_id}, {TRACKING_ID: 1})
    data = safe_reading.mapping((order or {}).get("orderData"))
    tracking_id = safe_reading.mapping(data.get("preorder")).get("dataTrackingId")
    if not isinstance(tracking_id, str):
        return None
    preorder = db.collection(PREORDERS).find_one({"dataTrackingId": tracking_id}, {"_id": 1})
    return preorder["_id"] if preorder else None
