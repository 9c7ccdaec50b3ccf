"""A file of patients and a merge of its clinic at the same moment, with real threads (rules PATIENT-260, MERGE-84)."""

import time

import pytest
from bson import ObjectId

from clinic_records.services import closures
from kernel import db
from kernel.errors import Conflict
from merges.services import merging
from tests.concurrency.test_patients_races import together
from tests.factories import make_clinic

FILE = b"A,1990-01-02,1\nB,1990-01-02,2\n"


@pytest.fixture(autouse=True)
def _served(settings, monkeypatch):
    settings.BULK_CREATION = True
    monkeypatch.setattr("patients.api.bulk_creations.PATIENCE", 0)


@pytest.mark.parametrize("apart", [0, 1, 2, 3, 5, 10, 20, 30, 45, 60])
def test_of_a_file_and_a_merge_at_the_same_moment_one_is_refused(ada, clinic, apart):
    """`apart`: milliseconds; each of the two is the later one once."""
    for later in ("file", "merge"):
        source, target = clinic_of(ada, clinic, later), make_clinic()

        def send(source=source, later=later):
            time.sleep(apart / 1000 if later == "file" else 0)
            path = f"/v1/clinics/{source}/bulk/patients?dryRun=false"
            return ada.api.post(path, FILE, content_type="text/csv")

        def merge(source=source, later=later, target=target):
            time.sleep(apart / 1000 if later == "merge" else 0)
            return merging.request_merge(
                source_id=source, target_id=target["_id"], requested_by="me"
            )

        answer, merged = together(send, merge)
        jobs = db.collection("jobs").count_documents({"clinicId": source})
        asked = db.collection("clinicMerges").count_documents({"sourceId": source})
        if isinstance(merged, Conflict):
            assert merged.message == merging.CREATING
            assert (answer.status_code, jobs, asked) == (202, 1, 0)
        else:
            assert (answer.status_code, jobs, asked) == (409, 0, 1)
            assert answer.json()["message"] == closures.REQUESTED


def clinic_of(ada, clinic, later):
    """One more clinic that Ada administers."""
    if later == "file":
        return ObjectId(clinic["id"])
    made = make_clinic()
    member = db.collection("clinicians").find_one({"userId": ada.user_id})
    copy = {**member, "_id": ObjectId(), "clinicId": made["_id"]}
    db.collection("clinicians").insert_one(copy)
    return made["_id"]
