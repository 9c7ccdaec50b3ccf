"""`handledEvents`: which deliveries have had their effect, written with the effect."""

from kernel import clock, db

COLLECTION = "handledEvents"


def insert_handled(event_id: str, handler: str) -> None:
    """Raises DuplicateKeyError, which ends the transaction: the effect exists already."""
    db.collection(COLLECTION).insert_one({"_id": f"{event_id}:{handler}", "time": clock.now()})


def is_handled(event_id: str, handler: str) -> bool:
    return (
        db.collection(COLLECTION).find_one({"_id": f"{event_id}:{handler}"}, {"_id": 1}) is not None
    )
