"""What staff pages read of pre-orders."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from kernel import db
from kernel.db import Document
from patients.search_keys import in_fields
from xealth.store.preorders import COLLECTION as PREORDERS

# Counting stops here: "10,000" then means 10,000 or more.
MOST_COUNTED = 10_000
LISTED = {"clinicId": 1, "fullName": 1, "guardian.email": 1, "patient.email": 1, "updatedTime": 1}
Query = Mapping[str, Any]


def list_preorders(query: Query, *, skip: int, limit: int) -> list[Document]:
    preorders = db.collection(PREORDERS).find(
        query, LISTED, sort=[("_id", DESCENDING)], skip=skip, limit=limit
    )
    return list(preorders)


def count_preorders(query: Query) -> int:
    return db.collection(PREORDERS).count_documents(query, limit=MOST_COUNTED)


def named(words: Sequence[str]) -> Query:
    return in_fields(words, ["fullName"])


def find_preorder(preorder_id: ObjectId) -> Document | None:
    return db.collection(PREORDERS).find_one({"_id": preorder_id})
