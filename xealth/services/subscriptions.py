"""A patient's subscription to the reports of Xealth, as it is stored (rule EHR-154)."""

from typing import Any

from bson import ObjectId

from clinic_records.choices import EhrProvider
from kernel import safe_reading
from kernel.db import Document
from xealth.choices import REPORTS


def is_active(patient: Document) -> bool:
    subscription = _subscription(patient)
    return subscription.get("active") is True and subscription.get("provider") == EhrProvider.XEALTH


def current_order(patient: Document) -> ObjectId | None:
    """The order that the subscription goes by: the last one. None where it cannot be read."""
    messages = safe_reading.objects(_subscription(patient).get("matchedMessages"))
    order_id = messages[-1].get("id") if messages else None
    return order_id if isinstance(order_id, ObjectId) else None


def _subscription(patient: Document) -> dict[str, Any]:
    subscriptions = safe_reading.mapping(patient.get("ehrSubscriptions"))
    return safe_reading.mapping(subscriptions.get(REPORTS))
