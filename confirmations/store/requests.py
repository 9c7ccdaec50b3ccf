"""Requests for a new sign-up link that no worker has answered yet: `{_id: digest of the address, email, askedTime}`.

One per address, however often it is asked for. Removed when it is answered, or by MongoDB after a day.
"""

import hashlib
from datetime import datetime, timedelta

from kernel import addresses, db
from kernel.db import Document

COLLECTION = "confirmationRequests"
ARE_KEPT = timedelta(days=1)


def put_request(email: str, moment: datetime) -> str:
    request_id = hashlib.sha256(addresses.key(email).encode()).hexdigest()
    db.collection(COLLECTION).update_one(
        {"_id": request_id}, {"$set": {"email": email, "askedTime": moment}}, upsert=True
    )
    return request_id


def find_request(request_id: str) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": request_id})


def remove_request(request: Document) -> None:
    """Unless someone has asked again since."""
    db.collection(COLLECTION).delete_one({"_id": request["_id"], "askedTime": request["askedTime"]})
