"""What a test writes to `patients` itself, as another service would, is followed at once.

In the service a process does that (`manage.py follow`), a moment later. Writes of the service's own code are not
followed here: it has to write what is derived itself, and after each test that is compared (`differences`).
"""

import sys
from pathlib import Path

from kernel import db
from kernel.db import SessionCollection
from patients.list_rows import row_of
from patients.services import derived
from patients.store import list_rows, patient_answers
from patients.summary_answers import answers_of

TESTS = str(Path(__file__).parent)
WRITES = (
    *("insert_one", "insert_many", "update_one", "update_many", "delete_one", "delete_many"),
    *("find_one_and_update", "find_one_and_delete"),
)
COLLECTIONS = ("patients", list_rows.COLLECTION, patient_answers.COLLECTION)
MOST = 2000  # records that are followed after any write


def follow_writes_of_tests():
    for name in WRITES:
        setattr(SessionCollection, name, _followed(getattr(SessionCollection, name)))


def _followed(write):
    def call(collection, *arguments, **options):
        is_of_test = sys._getframe(1).f_code.co_filename.startswith(TESTS)
        if collection.name != "patients" or not is_of_test or db.in_transaction():
            return write(collection, *arguments, **options)
        found = _found_by(write.__name__, arguments, options)
        result = write(collection, *arguments, **options)
        follow(found + _inserted(result))
        return result

    return call


def _found_by(name, arguments, options):
    """Ids of the records that a write may change. Following all of them after every write made a test of a thousand
    patients take half an hour."""
    if name.startswith("insert"):
        return []
    query = arguments[0] if arguments else options["filter"]
    return [d["_id"] for d in db.collection("patients").find(query, {"_id": 1}, limit=MOST)]


def _inserted(result):
    one = [getattr(result, name, None) for name in ("inserted_id", "upserted_id")]
    return [*getattr(result, "inserted_ids", []), *filter(None, one)]


def follow(ids):
    for batch in db.batches(dict.fromkeys(ids), 100):
        derived.follow(batch)


def follow_all():
    ids = [d["_id"] for d in db.collection("patients").find({}, {"_id": 1}, limit=MOST)]
    ids += [row["patientId"] for row in db.collection(list_rows.COLLECTION).find({}, limit=MOST)]
    follow(ids)


def differences():
    """Ids of patients for whom something is derived that does not agree with their record."""
    records, stored, texts_stored = (
        list(db.database()[name].find(limit=MOST)) for name in COLLECTIONS
    )
    expected = {row["_id"]: row for row in map(row_of, records)}
    rows = {row["_id"]: row for row in stored}
    answers = {answer.pop("_id"): answer for answer in texts_stored}
    texts = {record["_id"]: found for record in records if (found := answers_of(record))}
    different = [key for key in expected.keys() | rows.keys() if expected.get(key) != rows.get(key)]
    return different + [
        i for i in texts.keys() | answers.keys() if (texts.get(i) or {}) != (answers.get(i) or {})
    ]
