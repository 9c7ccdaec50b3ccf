"""Which clinician has viewed which report: one query or one insertion per function."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kernel import db

COLLECTION = "xealth_report_view"
INDEX = "LastReportViewV2"


def insert_view(document: db.Document) -> None:
    db.collection(COLLECTION).insert_one(document)


def find_last_time(key: Mapping[str, Any]) -> datetime | None:
    """`key`: all fields of the index but the time."""
    view = db.collection(COLLECTION).find_one(
        key, {"_id": 0, "createdTime": 1}, sort=[("createdTime", -1)], hint=INDEX
    )
    return None if view is None else view["createdTime"]
