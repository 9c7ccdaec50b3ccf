"""The collection `xealthEnrolments`: orders that operators have placed at Xealth, one for each patient and program.

{clinicId, patientId, programId, userId, state: sending|sent, createdTime, updatedTime}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from kernel import clock, db, ids
from kernel.db import Document
from xealth.choices import EnrolmentState

COLLECTION = "xealthEnrolments"
SENDING, SENT = EnrolmentState.SENDING, EnrolmentState.SENT


@dataclass(frozen=True, slots=True)
class Key:
    """`patient_id`: of the record, so that a patient who comes back is a new one."""

    clinic_id: ObjectId
    program_id: str
    patient_id: ObjectId

    @property
    def query(self) -> Document:
        return {
            "clinicId": self.clinic_id,
            "programId": self.program_id,
            "patientId": self.patient_id,
        }


def list_states(
    clinic_id: ObjectId, program_id: str, patient_ids: Sequence[ObjectId]
) -> Mapping[ObjectId, str]:
    query = {
        "clinicId": clinic_id,
        "programId": program_id,
        "patientId": {"$in": list(patient_ids)},
    }
    enrolments = db.collection(COLLECTION).find(query, {"patientId": 1, "state": 1})
    return {enrolment["patientId"]: enrolment["state"] for enrolment in enrolments}


def begin(key: Key, user_id: str) -> bool:
    """False where there is an order already."""
    moment = clock.now()
    enrolment: Document = {"_id": ids.new_id(), **key.query, "userId": user_id, "state": SENDING}
    enrolment |= {"createdTime": moment, "updatedTime": moment}
    try:
        db.collection(COLLECTION).insert_one(enrolment)
    except DuplicateKeyError:
        return False
    return True


def begin_again(key: Key) -> bool:
    """False where there is no order to repeat."""
    change = {"$set": {"state": SENDING, "updatedTime": clock.now()}}
    return db.collection(COLLECTION).update_one(key.query, change).matched_count > 0


def set_sent(key: Key) -> None:
    change = {"$set": {"state": SENT, "updatedTime": clock.now()}}
    db.collection(COLLECTION).update_one(key.query, change)


def remove(key: Key) -> None:
    """Nothing was ordered."""
    db.collection(COLLECTION).delete_one(key.query)
