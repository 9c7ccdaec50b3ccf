"""What was recorded of accesses to patients' data."""

from bson import ObjectId

from kernel import db
from kernel.accesses import recording
from kernel.accesses.rows import RECORDS


def recorded(**query):
    """Records, oldest first, after those that wait are written."""
    recording.write()
    return list(db.collection(RECORDS).find(query, sort=[("_id", 1)]))


def forget():
    """What the test has done so far does not count."""
    recording.write()
    db.collection(RECORDS).delete_many({})


def the_record(**query):
    (record,) = recorded(**query)
    assert isinstance(record.pop("_id"), ObjectId)
    return record
