"""No lost update: between what an operation reads and what it writes, someone else changes another field of every
document in the collection. Every operation that writes is tried, and that field survives all of them."""

import orjson
import pytest
from django.conf import settings
from pymongo import MongoClient

from tests.bodies import sample
from tests.cast import described_operations
from tests.commands import before_each_write
from tests.environment import DATABASE

pytestmark = [
    pytest.mark.yardstick("C1"),
    pytest.mark.foreign_documents,
    pytest.mark.foreign_writes,
]
SHARED = ("patients", "clinics", "clinicians", "confirmations", "migrations", "accounts")
OTHERS = "fieldOfAnotherService"
WRITING = {
    name: operation
    for name, (method, _, operation) in described_operations().items()
    if method != "get"
}


@pytest.fixture(scope="module")
def another_writer():
    with MongoClient(settings.MONGODB_URI) as client:
        yield client[DATABASE]


def body_of(operation):
    content = operation.get("requestBody", {}).get("content", {})
    return next((orjson.dumps(sample(part["schema"])) for part in content.values()), None)


@pytest.mark.parametrize("name", sorted(WRITING))
def test_what_another_writer_changes_meanwhile_survives(world, another_writer, name):
    changed = set()

    def change_once(collection):
        if collection in SHARED and collection not in changed:
            changed.add(collection)
            another_writer[collection].update_many({}, {"$set": {OTHERS: name}})

    before = {part: another_writer[part].distinct("_id") for part in SHARED}
    with before_each_write(change_once):
        response = world.send(name, body_of(WRITING[name]))

    assert response.status_code < 500
    for collection in changed:
        lost = {"_id": {"$in": before[collection]}, OTHERS: {"$ne": name}}
        assert another_writer[collection].count_documents(lost) == 0, collection


def test_most_operations_change_a_shared_document(world, another_writer):
    """Otherwise the test above would prove nothing."""
    changing = set()
    for name in sorted(WRITING):
        collections = set()
        with before_each_write(collections.add):
            world.send(name, body_of(WRITING[name]))
        changing |= {name} if collections.intersection(SHARED) else set()
    assert len(changing) > 25
