"""Rows of lists, counts, texts of answers and connection issues follow the records, also those that others change.

Rows are watched too: one that was written by mistake, or by a process of another version, is looked at again.
"""

from bson import ObjectId

from kernel import following
from kernel.following import Changes
from patients import kept
from patients.list_rows import patient_id_of
from patients.services import connection_issues, derived, preparing
from patients.store import list_rows, patients


def follow(changes: Changes) -> None:
    rows = changes.get(list_rows.COLLECTION, set())
    ids = {i for i in changes.get(patients.COLLECTION, set()) if isinstance(i, ObjectId)}
    ids |= {patient_id_of({"_id": key}) for key in rows if list_rows.is_key(key)}
    for chunk in derived.chunks(ids):
        found = derived.follow(chunk)
        connection_issues.refresh(found.issues)


following.register(
    kept.FOLLOWER,
    collections=(patients.COLLECTION, list_rows.COLLECTION),
    handle=follow,
    rescan=preparing.rescan,
    derives="Lists and counts of patients",
)
