"""No test leaves a patient's value in what is kept for years: audit trail and records of accesses (yardstick A2).

After each test the texts of its events and records are searched for what the stored patients are called, where their
mail goes, when they were born and which number they have.
"""

from itertools import islice

from bson import ObjectId

from kernel import audit, db
from kernel.accesses import recording, rows
from tests.commands import was_written

FIELDS = ("fullName", "email", "birthDate", "mrn")
MOST = 50  # newest documents of each collection
SHORTEST = 5  # a shorter text may be a part of an id
# Ids in a form that is checked. Tests that try one marker everywhere send it as these too.
FROM_CALLERS = ("request", "patient")


def found():
    """Values of patients in what this test has left, written or still waiting."""
    waiting = islice(reversed(recording._recorder._waiting), MOST)
    texts = [_text_of(rows.document_of(entry, ObjectId())) for entry in waiting]
    for name in (audit.COLLECTION, rows.RECORDS):
        if was_written(name):
            texts += map(_text_of, _newest(name))
    everything = "\n".join(texts)
    return sorted(value for value in _values() if value in everything) if texts else []


def _text_of(document):
    return str({name: value for name, value in document.items() if name not in FROM_CALLERS})


def _values():
    patients = [*_newest("patients"), *(row["patient"] for row in _newest("patient_deletions"))]
    values = [patient.get(field) for patient in patients for field in FIELDS]
    return {value for value in values if isinstance(value, str) and len(value) >= SHORTEST}


def _newest(name):
    return db.collection(name).find({}, sort=[("_id", -1)], limit=MOST)
