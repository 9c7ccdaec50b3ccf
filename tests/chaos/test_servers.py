"""MongoDB, Redis and the user service hang or die, and the service's processes are killed, while web, workers, scheduler and follower are
all busy: nothing acknowledged is lost, nothing happens twice, and everything goes on by itself."""

import os
import time
from contextlib import closing
from random import Random
from urllib.parse import urlsplit

import pymongo
import pytest

from kernel import clock
from tests import lengths, pace
from tests.bench import user_service
from tests.chaos.breaking import WINDOW, Breakings
from tests.chaos.conftest import DATABASE
from tests.chaos.gate import Gate
from tests.chaos.writers import ADA, Writers
from tests.processes.service import eventually

OUTAGE = 15  # seconds; longer than any wait for an answer
KILLS = int(lengths.of("CHAOS_KILLS"))
SEED = os.environ.get("CHAOS_SEED", "17")
WORST = (
    20.0  # seconds until an answer: a client waits while MongoDB hangs, or until web is there again
)
# Seconds until all is delivered: a lease, the relay, and a repetition after 15 s; and, where a process was killed in a
# transaction, the half minute after which MongoDB gives up what it has changed.
BACK = 90.0
# Ada as the user service knows her, by token and by id.
ADAS_TOKEN = "token-of-ada"
ACCOUNTS = {
    ADAS_TOKEN: {"isserver": False, "userid": "00000000aa"},
    "00000000aa": {"userid": "00000000aa", "username": ADA, "emails": [ADA], "roles": ["clinic"]},
}
ONE_WEB = {"WEB_WORKERS": "1", "WEB_STUCK_SECONDS": "5"}  # starts sooner than two
pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


@pytest.fixture
def breakings(service, backing):
    return Breakings(service, backing, Random(SEED))


@pytest.fixture
def story(service, backing, mail_folder, fault):
    """`story(breaking, …)`: they happen one after another under load; the judge is the log of the clients."""

    def tell(*breakings, env=None, token=""):
        service.start(env)
        with Writers(service, mail_folder, token=token) as writers:
            periods = [happen(breaking, writers) for breaking in breakings]
        eventually(lambda: undelivered(backing) == 0, within=BACK)
        verdict = writers.judge(backing.mongodb, DATABASE)
        for breaking, (began, ended, recovered) in zip(breakings, periods, strict=True):
            found = verdict.between(began, recovered)
            window = WINDOW if breaking.most_doubled else ""
            fault.says(breaking.title, **found, window=window, recovered=recovered - ended)
        assert (verdict.lost, verdict.unfounded) == ([], set())
        assert len(verdict.doubled) <= sum(breaking.most_doubled for breaking in breakings)
        assert verdict.worst < WORST * pace.slowness()

    return tell


def happen(breaking, writers):
    """When it began, when it ended, and when a write of each kind was acknowledged again."""
    began = time.monotonic()
    breaking.happen()
    ended = time.monotonic()
    try:
        writers.wait_for_acknowledged(within=BACK)
    except AssertionError as error:
        answers = writers.answers(since=ended)
        said = f"after {breaking.title!r}: {error}; since then {answers}"
        raise AssertionError(said) from error
    recovered = time.monotonic()
    breaking.put_right()
    return began, ended, recovered


def undelivered(backing):
    waiting = {"state": {"$in": ["pending", "claimed"]}, "dueTime": {"$lte": clock.now()}}
    with pymongo.MongoClient(backing.mongodb) as client:
        return client[DATABASE]["outbox"].count_documents(waiting)


@pytest.mark.yardstick("V2")
@pytest.mark.parametrize("name", ["mongodb", "redis"])
def test_all_goes_on_after_a_server_hung(story, breakings, name):
    story(breakings.hang(name, OUTAGE))


@pytest.mark.yardstick("V2")
@pytest.mark.parametrize("name", ["mongodb", "redis"])
def test_all_goes_on_after_a_server_died_and_came_back(story, breakings, name):
    story(breakings.die(name, OUTAGE / 3))


@pytest.mark.yardstick("V1")
@pytest.mark.parametrize("backing", [3], indirect=True)
def test_no_acknowledged_write_is_lost_with_the_primary(story, breakings):
    story(breakings.lose_primary())


@pytest.mark.yardstick("D1")
@pytest.mark.length("CHAOS_KILLS")
@pytest.mark.timeout(300 + 10 * KILLS)
def test_what_was_acknowledged_before_the_web_process_was_killed_is_there(story, breakings):
    story(breakings.kill_web(KILLS), env=ONE_WEB)


@pytest.mark.yardstick("V2")
def test_web_workers_that_hang_are_replaced_and_all_goes_on(story, breakings):
    story(breakings.hang_web(), env=ONE_WEB)


@pytest.mark.yardstick("D3")
def test_what_killed_workers_had_in_hand_is_done_by_the_next(story, breakings):
    story(breakings.kill_others(3))


@pytest.mark.yardstick("V3")
def test_a_graceful_stop_of_everything_behind_web_loses_and_doubles_nothing(story, breakings):
    story(breakings.restart_others())


@pytest.mark.yardstick("D1", "D3", "V1", "V2", "V3")
@pytest.mark.parametrize("backing", [3], indirect=True)
def test_each_kind_of_fault_once(story, breakings):
    """The short form, which CI runs: one service, which is started once, with a user service at the other end of a
    connection."""
    with user_service.running(ACCOUNTS) as address, closing(Gate(urlsplit(address).port)) as way:
        story(
            breakings.lose_primary(),
            breakings.hang("redis", 8),
            breakings.kill_others(1),
            breakings.hang("mongodb", 3),
            breakings.hang_neighbour("user service", way, 3),
            breakings.restart_others(),
            breakings.die("redis", 1),
            breakings.hang_web(),
            breakings.kill_web(5),
            env={
                **ONE_WEB,
                "TIDEPOOL_SHORELINE_CLIENT_ADDRESS": f"http://127.0.0.1:{way.port}",
                "TIDEPOOL_SERVER_TOKEN": "a-secret-of-the-tests",
            },
            token=ADAS_TOKEN,
        )
