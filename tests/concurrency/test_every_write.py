"""No lost update: between what an operation reads and what it writes, someone else changes another field of every
document in the collection. Every operation that writes is tried, and that field survives all of them."""

import pytest
from django.conf import settings
from pymongo import MongoClient

from tests.commands import before_each_write
from tests.environment import DATABASE
from tests.policy.foreign_ids import own  # noqa: F401 (a fixture, as is the next one)
from tests.writing import BEGUN, WRITING, scene  # noqa: F401

pytestmark = [
    pytest.mark.yardstick("C1"),
    pytest.mark.foreign_documents,
    pytest.mark.foreign_writes,
]
SHARED = (
    *("patients", "clinics", "clinicians", "confirmations", "migrations", "accounts"),
    *("webhooks", "patientListViews"),
)
OTHERS = "fieldOfAnotherService"
# What they write is theirs alone: rows of events and processing, and messages.
UNSHARED = {
    *("GenerateMergeReport", "MergeClinic", "ProcessEHRMessage", "ReplayWebhookDelivery"),
    *("ResendAccountSignup", "SyncEHRData", "SyncEHRDataForPatient", "TestWebhook"),
    *("VerifyEndpoint", "XealthGetProgramUrl", "XealthGetPrograms", "XealthNotification"),
    *("XealthPreorder", "UpdateConnectionIssues"),  # and here no issue is wrong
    *("StartPatientListExport", "DeletePatientListExport"),
}


@pytest.fixture(scope="module")
def another_writer():
    with MongoClient(settings.MONGODB_URI) as client:
        yield client[DATABASE]


@pytest.mark.parametrize("name", WRITING)
def test_what_another_writer_changes_meanwhile_survives(scene, another_writer, name):  # noqa: F811
    changed = set()

    def change_once(collection):
        if collection in SHARED and collection not in changed:
            changed.add(collection)
            another_writer[collection].update_many({}, {"$set": {OTHERS: name}})

    before = {part: another_writer[part].distinct("_id") for part in SHARED}
    with before_each_write(change_once):
        response = scene.send(name, scene.request(name))

    assert response.status_code < 300 or response.status_code == BEGUN.get(name)
    for collection in changed:
        lost = {"_id": {"$in": before[collection]}, OTHERS: {"$ne": name}}
        assert another_writer[collection].count_documents(lost) == 0, collection
    assert (changed == set()) == (name in UNSHARED), "otherwise this would prove nothing"
