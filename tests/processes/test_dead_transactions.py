"""What a process that was killed in a transaction had changed is free again after the time of
docs/decisions/0022-dead-transactions.md."""

import subprocess
import sys
import time

import pymongo
import pytest
import yaml

from clinics_site.web import limits
from scripts import local, servers
from scripts.children import Guard
from tests import pace

pytestmark = [pytest.mark.processes, pytest.mark.timeout(60)]
LIMIT = 2  # seconds, in place of twenty
CHANGE_AND_WAIT = """
import sys, time, pymongo
client = pymongo.MongoClient(sys.argv[1])
with client.start_session() as session, session.start_transaction():
    client.test.things.update_one({"_id": 1}, {"$set": {"by": "the killed"}}, session=session)
    print("changed", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def mongodb(tmp_path):
    guard = Guard()
    yield servers.start_test_mongod(tmp_path / "mongod", guard)
    guard.close()


@pytest.mark.walk
def test_what_a_killed_process_had_changed_is_not_locked_for_long(mongodb):
    with pymongo.MongoClient(mongodb) as client:
        client.admin.command("setParameter", 1, transactionLifetimeLimitSeconds=LIMIT)
        things = client.test.things
        things.insert_one({"_id": 1})
        with subprocess.Popen(
            [sys.executable, "-c", CHANGE_AND_WAIT, mongodb], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout.readline() == b"changed\n"
            process.kill()
        began = time.monotonic()
        with pytest.raises(pymongo.errors.PyMongoError), pymongo.timeout(0.2):
            things.update_one({"_id": 1}, {"$set": {"by": "another"}})
        things.update_one({"_id": 1}, {"$set": {"by": "another"}})
        assert time.monotonic() - began < 1.5 * LIMIT + 1 * pace.slowness()
        assert things.find_one() == {"_id": 1, "by": "another"}


def test_the_limit_is_the_one_that_the_documents_name_and_our_transactions_fit(tmp_path):
    """A request ends its transaction by itself when its time is over."""
    named = f"transactionLifetimeLimitSeconds={servers.TRANSACTION_SECONDS}"
    assert named in servers.mongod_command(1, tmp_path)
    compose = yaml.safe_load((local.BASE / "compose.yaml").read_text())
    assert named in compose["services"]["mongodb"]["command"]
    assert named in (local.BASE / "docs" / "operations.md").read_text()
    assert limits.REQUEST_SECONDS <= servers.TRANSACTION_SECONDS
