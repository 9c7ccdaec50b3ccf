"""Client credentials of the embedded token endpoint: `{_id: client id, secret (hash), userId}`."""

from kernel import db

COLLECTION = "accountClients"


def find_client(client_id: str) -> db.Document | None:
    return db.collection(COLLECTION).find_one({"_id": client_id})


def set_client(client_id: str, *, secret: str, user_id: str) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": client_id}, {"$set": {"secret": secret, "userId": user_id}}, upsert=True
    )
