"""A rolling update: the release before this code serves while this one is prepared, then both serve one database, with
clients that write through both of them, then this one alone. The judge is the log of the clients.

The other way round, and two versions of kept data: tests/processes/test_kept_versions.py.
"""

import itertools
import secrets
import time

import pymongo
import pytest

from kernel import clock
from tests import mails
from tests.chaos import releases
from tests.chaos.conftest import DATABASE
from tests.chaos.writers import LIMITS, Writers
from tests.processes.service import Service, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(480)]
TOGETHER = 10  # seconds
OURS = ("web", "worker", "ehr-worker", "beat")


class Balancer:
    """What stands in front: each request goes to the next service that is said to serve."""

    def __init__(self, service: Service) -> None:
        self._first, self._turns = service, itertools.count()
        self.serving = [service]

    def request(self, *arguments, **options):
        serving = self.serving
        return serving[next(self._turns) % len(serving)].request(*arguments, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def manage(self, *arguments):
        return self._first.manage(*arguments)


@pytest.fixture
def environment(backing, mail_folder):
    return {
        "MONGODB_URI": backing.mongodb,
        "REDIS_URL": f"{backing.redis}/0",
        "TIDEPOOL_CLINIC_DATABASE_NAME": DATABASE,
        "SECRET_KEY": secrets.token_hex(32),
        "WEB_WORKERS": "1",
        **mails.environment(mail_folder),
        **LIMITS,
    }


@pytest.fixture
def previous(environment, tmp_path):
    code, folder = tmp_path / "code", tmp_path / "previous"
    code.mkdir()
    folder.mkdir()
    python = releases.install(code, releases.unpack(code))
    release = releases.Release(code, python, folder, environment)
    yield release
    release.stop()


@pytest.fixture
def service(environment, tmp_path):
    """This code, for which nothing is prepared yet."""
    folder = tmp_path / "service"
    folder.mkdir()
    ours = Service(folder, environment)
    yield ours
    ours.stop()


@pytest.mark.yardstick("V4")
def test_this_release_is_prepared_and_takes_over_while_the_previous_one_serves(
    previous, service, backing, mail_folder, fault
):
    previous.start()
    front = Balancer(previous)
    with Writers(front, mail_folder, clients=2, pause=1) as writers:
        began = time.monotonic()
        prepare(service)
        writers.wait_for_acknowledged()
        service.start(only=OURS)
        front.serving = [previous, service]
        time.sleep(TOGETHER)
        front.serving = [service]
        writers.wait_for_acknowledged()
        ended = time.monotonic()
    eventually(lambda: undelivered(backing) == 0, within=150)
    verdict = writers.judge(backing.mongodb, DATABASE)
    fault.says("update from the previous release", **verdict.between(began, ended))

    assert (verdict.lost, verdict.doubled, verdict.unfounded) == ([], [], set())
    assert {one.status for one in verdict.log} == {200}
    assert writers.listed_by(previous) == verdict.patients.keys()
    previous.stop()
    service.manage("check_derived")
    assert "patients.ListSearch" in service.manage("ensure_indexes", "--drop-earlier")
    assert writers.listed_by(service) == verdict.patients.keys()


def prepare(service):
    """As docs/operations.md says."""
    service.manage("migrate", "--verbosity", "0")
    service.manage("ensure_indexes")
    service.start(only=("follower",))
    service.manage("prepare")


def undelivered(backing):
    waiting = {"state": {"$in": ["pending", "claimed"]}, "dueTime": {"$lte": clock.now()}}
    given_up = {"state": "dead", "lastError": "handler_unknown"}
    with pymongo.MongoClient(backing.mongodb) as client:
        return client[DATABASE]["outbox"].count_documents({"$or": [waiting, given_up]})
