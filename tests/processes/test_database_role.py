"""The whole service runs as a database user who may add to the audit trail and to the records of accesses, and neither
change nor remove what is there: MongoDB refuses it."""

import json
import secrets
import sys

import pymongo
import pytest
from pymongo.errors import OperationFailure

from clinics_site.management.commands.describe_database_role import ONLY_ADDED
from patients import kept
from scripts import database_role, local, servers
from scripts.children import Child, Guard
from tests.processes.conftest import same_place
from tests.processes.service import Service, eventually

pytestmark = [pytest.mark.processes, pytest.mark.walk, pytest.mark.timeout(180)]
UNAUTHORIZED = 13
DATABASE, USER = "clinic", "service"
EVENT = """
from kernel import audit
audit.record(
    action="test.made", actor_id="a", actor_kind="system", object_type="thing", object_id="b"
)
"""
PASSWORD = secrets.token_hex(16)


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The port of a MongoDB that asks for passwords, with the role of deploy/mongodb/role.json and a user who has it."""
    folder, port, guard = tmp_path_factory.mktemp("mongod"), local.free_port(), Guard()
    key = folder / "key"
    key.write_text(secrets.token_hex(48))
    key.chmod(0o600)
    command = [
        *(*servers.mongod_command(port, folder), "--keyFile", str(key)),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    ]
    child = Child("mongod", command, log=folder / "mongod.log", guard=guard)
    servers.wait_for_primary(port, [child], password=PASSWORD, journal=False)
    with pymongo.MongoClient(servers.mongodb_uri(port, PASSWORD)) as owner:
        owner[DATABASE].command(json.loads(database_role.FILE.read_text()))
        owner[DATABASE].command("createUser", USER, pwd=PASSWORD, roles=["clinicService"])
    yield port
    guard.close()


@pytest.fixture(scope="module")
def service(port, tmp_path_factory):
    """It has worked for a while as this user; the database was migrated by its owner."""
    folder = tmp_path_factory.mktemp("service")
    place = {**same_place(), "TIDEPOOL_CLINIC_DATABASE_NAME": DATABASE}
    place |= {"MONGODB_URI": servers.mongodb_uri(port, PASSWORD), "WEB_WORKERS": "1"}
    running = Service(folder, place)
    running.manage("migrate", "--verbosity", "0")
    running.env["MONGODB_URI"] = of_service(port)
    work(running, folder)
    yield running
    running.stop()
    sys.stdout.write(running.logs()[-20_000:])


@pytest.fixture(scope="module")
def database(port):
    """One connection for all: each asks for the password, which is made to be slow."""
    with pymongo.MongoClient(of_service(port)) as client:
        yield client[DATABASE]


def of_service(port):
    address = servers.mongodb_uri(port).partition("//")[2]
    return f"mongodb://{USER}:{PASSWORD}@{address}&authSource={DATABASE}"


def work(running, folder):
    (folder / "password").write_text("a-password-of-a-test")
    seeded = running.manage("seed_demo", "--password-file", str(folder / "password"))
    demo = json.loads(seeded.splitlines()[-1])
    running.start()
    path, token = f"/v1/clinics/{demo['clinicId']}/patients", demo["adminToken"]
    body = {"fullName": "Ann Other", "birthDate": "1990-01-01"}
    assert running.post(path, body, token=token).status == 200
    assert running.get(path, token=token).status == 200
    running.manage("shell", "-c", EVENT)


def test_what_is_only_added_to_is_recorded(service, database):
    for name in ONLY_ADDED:
        eventually(lambda name=name: database[name].find_one())
    assert "are intact" in service.manage("verify_audit")
    assert "are intact" in service.manage("verify_access")


def test_nothing_that_the_service_does_is_refused(service, database):
    """Requests, events, heartbeats of all queues, the scheduler, the follower."""
    for collection, query in {
        "heartbeats": {"_id": "beat"},
        "followers": {"followedTime": {"$exists": True}},
        kept.ROWS: {},
        "outbox": {"state": "done"},
    }.items():
        eventually(lambda c=collection, q=query: database[c].find_one(q))
    assert "OperationFailure" not in service.logs()
    assert "not authorized" not in service.logs()


WAYS = {
    "update": lambda c: c.update_many({}, {"$set": {"who": "x"}}),
    "replace": lambda c: c.find_one_and_replace({}, {"who": "x"}),
    "upsert": lambda c: c.update_one({"_id": "new"}, {"$set": {"who": "x"}}, upsert=True),
    "delete": lambda c: c.delete_many({}),
    "find and delete": lambda c: c.find_one_and_delete({}),
    "drop": lambda c: c.database.command("drop", c.name),
    "rename": lambda c: c.rename("elsewhere"),
    "rename another to it": lambda c: c.database["outbox"].rename(c.name, dropTarget=True),
    "out": lambda c: c.aggregate([{"$limit": 1}, {"$out": c.name}]),
    "merge": lambda c: c.aggregate([{"$limit": 1}, {"$merge": {"into": c.name}}]),
    "expire": lambda c: c.create_index("expiry", expireAfterSeconds=1),
    "change options": lambda c: c.database.command("collMod", c.name, validator={}),
    "cap": lambda c: c.database.command("convertToCapped", c.name, size=4096),
    "drop the database": lambda c: c.database.client.drop_database(DATABASE),
    "change the role": lambda c: c.database.command("grantRolesToUser", USER, roles=["readWrite"]),
}


@pytest.mark.yardstick("A3")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ONLY_ADDED)
def test_nothing_of_it_is_changed_or_removed(service, database, name, way):
    before = eventually(database[name].find_one)
    with pytest.raises(OperationFailure) as refused:
        WAYS[way](database[name])
    assert refused.value.code == UNAUTHORIZED
    assert database[name].find_one({"_id": before["_id"]}) == before
