"""What tests need in which the other service and this one write to one database."""

import time

from kernel import clock, db, following
from patients import kept
from tests.list_model import Model
from tests.list_questions import differences
from tests.other_service.documents import Inventor

BODY = {"fullName": "Last One", "birthDate": "1990-01-02"}


def work(load, end):
    while not end.is_set():
        load.step()


def wait_for_rest(within=60):
    """Until the follower has handled everything that was written. It reads in order, and handles what it has read in
    any order: of what it read together with a first record, another one may still wait for the transaction of a killed
    process. So a second record is written when the first has a row: it is read when all that is done."""
    deadline = time.monotonic() + within
    for _ in range(2):
        marker = Inventor(str(clock.now()), clock.now())
        record = marker.patient(marker.clinic())
        db.database()["patients"].insert_one(record)
        while not _is_followed(record):
            assert time.monotonic() < deadline, following.standings()
            time.sleep(0.1)


def _is_followed(record):
    row = db.database()[kept.ROWS].find_one({"patientId": record["_id"]})
    return row is not None and not any(s.is_rescanning for s in following.standings())


def differences_at_rest(callers, clinic, *, dice, questions):
    """Also of the limit: who is refused, and who is not."""

    def get(path):
        status, body = callers.member("get", path, None)
        assert status == 200, (path, status, body)
        return body

    database, clinic_id = db.database(), clinic["_id"]
    found = differences(get, database, clinic_id, dice=dice, questions=questions)
    return found + _differences_of_limit(callers, database, clinic_id)


def _differences_of_limit(callers, database, clinic_id):
    counted = Model(database["patients"].find({"clinicId": clinic_id})).counts()["plan"]
    root, answers = f"/v1/clinics/{clinic_id}", []
    for limit in (counted, counted + 1):
        settings = {"hardLimit": {"plan": limit}}
        callers.backend("put", f"{root}/settings/patient_count", settings)
        answers += [callers.member("post", f"{root}/patients", BODY)[0] for _ in range(2)]
    return [] if answers == [402, 402, 200, 402] else [("limit", answers)]
