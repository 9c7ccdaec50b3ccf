"""`sentMails`: one document per mail event, so that repeating an event does not repeat its mail."""

from datetime import datetime

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from kernel import clock, db
from notifications.choices import SendState

COLLECTION = "sentMails"


def insert_sending(*, event_id: ObjectId, template: str, recipient_hash: str) -> bool:
    """Claim the first try. False when the event has a record already."""
    moment = clock.now()
    try:
        db.collection(COLLECTION).insert_one(
            {
                "_id": event_id,
                "template": template,
                "recipientHash": recipient_hash,
                "state": SendState.SENDING,
                "tries": 1,
                "abandoned": 0,
                "time": moment,
            }
        )
    except DuplicateKeyError:
        return False
    return True


def claim_again(event_id: ObjectId) -> bool:
    """Claim a try after one that ended without a mail, or after a person asked for it."""
    return _claim(
        {"_id": event_id, "state": {"$in": [SendState.FAILED, SendState.UNCLEAR]}}, abandoned=0
    )


def claim_abandoned(event_id: ObjectId, *, before: datetime, most: int) -> bool:
    """Claim a try whose worker has stopped renewing it; at most `most` times for one event."""
    stale = {
        "_id": event_id,
        "state": SendState.SENDING,
        "time": {"$lt": before},
        "abandoned": {"$lt": most},
    }
    return _claim(stale, abandoned=1)


def _claim(query: db.Document, *, abandoned: int) -> bool:
    change = {
        "$set": {"state": SendState.SENDING, "time": clock.now()},
        "$inc": {"tries": 1, "abandoned": abandoned},
    }
    return db.collection(COLLECTION).update_one(query, change).modified_count == 1


def renew_claim(event_id: ObjectId) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": event_id, "state": SendState.SENDING}, {"$set": {"time": clock.now()}}
    )


def set_state(event_id: ObjectId, state: str) -> None:
    """The end of a claimed try."""
    db.collection(COLLECTION).update_one(
        {"_id": event_id, "state": SendState.SENDING},
        {"$set": {"state": state, "time": clock.now()}},
    )


def set_unclear(event_id: ObjectId, *, before: datetime) -> bool:
    """Give up on an abandoned try: staff decide what happens next. The next claim starts a new count."""
    result = db.collection(COLLECTION).update_one(
        {"_id": event_id, "state": SendState.SENDING, "time": {"$lt": before}},
        {"$set": {"state": SendState.UNCLEAR, "time": clock.now(), "abandoned": 0}},
    )
    return result.modified_count == 1


def find(event_id: ObjectId) -> db.Document | None:
    return db.collection(COLLECTION).find_one({"_id": event_id})


def count_by_state(start: datetime, end: datetime) -> dict[str, int]:
    """Mails that were changed last in this time."""
    states: list[db.Document] = [
        {"$match": {"time": {"$gte": start, "$lt": end}}},
        {"$group": {"_id": "$state", "number": {"$sum": 1}}},
    ]
    found = db.collection(COLLECTION).aggregate(states)
    return {str(state["_id"]): state["number"] for state in found}


def list_by_recipient(recipient_hash: str, *, limit: int) -> list[db.Document]:
    """Newest first."""
    documents = db.collection(COLLECTION).find(
        {"recipientHash": recipient_hash}, sort=[("time", -1)], limit=limit
    )
    return list(documents)
