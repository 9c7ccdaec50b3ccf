"""What is read for a clinician's list of programs: one query per function."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from kernel import db, safe_reading
from xealth.store import report_views

COLLECTION = "xealth_order"


def find_program(order_id: ObjectId, view: Mapping[str, Any] | None) -> db.Document | None:
    """`programId` and `time` of the notification that brought the order, and in `views` the last one of this program
    (`view`: who has viewed what, None where no one is asked for)."""
    notification = {
        "programId": "$eventNotification.programId",
        "time": "$eventNotification.eventTimeStamp",
    }
    pipeline: list[dict[str, Any]] = [{"$match": {"_id": order_id}}, {"$project": notification}]
    if view is not None:
        pipeline.append({"$lookup": _last_view(view)})
    return next(iter(db.collection(COLLECTION).aggregate(pipeline)), None)


def find_notification(order_id: ObjectId) -> db.Document | None:
    """The program and the time of the notification that brought the order."""
    fields = {"eventNotification.programId": 1, "eventNotification.eventTimeStamp": 1}
    order = db.collection(COLLECTION).find_one({"_id": order_id}, fields)
    return None if order is None else safe_reading.mapping(order.get("eventNotification"))


def _last_view(view: Mapping[str, Any]) -> dict[str, Any]:
    """In one command with the order, whose program it needs: a round trip less for each patient that a clinician
    opens."""
    return {
        "from": report_views.COLLECTION,
        "localField": "programId",
        "foreignField": "programId",
        "pipeline": [
            {"$match": view},
            {"$sort": {"createdTime": -1}},
            {"$limit": 1},
            {"$project": {"_id": 0, "createdTime": 1}},
        ],
        "as": "views",
    }
