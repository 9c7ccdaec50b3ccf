"""What an order of Xealth says of the program: one query per function."""

from bson import ObjectId

from kernel import db, safe_reading

COLLECTION = "xealth_order"


def find_notification(order_id: ObjectId) -> db.Document | None:
    """The program and the time of the notification that brought the order."""
    fields = {"eventNotification.programId": 1, "eventNotification.eventTimeStamp": 1}
    order = db.collection(COLLECTION).find_one({"_id": order_id}, fields)
    return None if order is None else safe_reading.mapping(order.get("eventNotification"))
