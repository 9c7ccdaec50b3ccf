"""Which clinician has viewed which report. `xealth.store.programs` reads the last view."""

from kernel import db

COLLECTION = "xealth_report_view"


def insert_view(document: db.Document) -> None:
    db.collection(COLLECTION).insert_one(document)
