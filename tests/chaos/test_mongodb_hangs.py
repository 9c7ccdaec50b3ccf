"""MongoDB hangs (stopped, not dead: connections stay open) while more clients write and read than the service has
threads."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import pymongo
import pytest

from tests import pace
from tests.processes.service import Answer, Service, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]
REQUEST_SECONDS = 3  # as the fixture `service` says
HANG = 8
CLIENTS = 24  # on eight threads
SLACK, RED_WITHIN = 1.5, 2  # on a free machine: elsewhere the clients themselves wait for a core
PROBES = ("/live", "/confirm/live", "/ready")


@dataclass(frozen=True, slots=True)
class Seen:
    began: float
    ended: float
    status: int
    retry_after: str | None
    clinic: str  # that was created

    @property
    def seconds(self) -> float:
        return self.ended - self.began


class Client:
    """Asks again and again in a thread of its own, and remembers every answer."""

    def __init__(self, ask: Callable[[], Answer], *, pause: float = 0.0):
        self.seen: list[Seen] = []
        self._ask, self._pause = ask, pause
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def since(self, moment: float) -> list[Seen]:
        return [one for one in self.seen if one.began > moment]

    def _work(self):
        while not self._ended.wait(self._pause):
            began = time.monotonic()
            answer = self._ask()
            created = answer.json()["id"] if answer.content.startswith(b'{"id"') else ""
            retry_after = answer.headers.get("Retry-After")
            self.seen.append(Seen(began, time.monotonic(), answer.status, retry_after, created))


class Crowd:
    """One changes the same clinic all the time: what a lost transaction has locked would hold it up. The others create
    clinics and read."""

    def __init__(self, service: Service):
        service.manage("create_user", "--email", "ada@example.org", "--name", "Ada", "--clinician")
        self._token = service.manage("token", "--user", "ada@example.org").strip()
        self._service, self._names = service, itertools.count()
        self.changed = self._create().json()["id"]
        self.changer = Client(self._change)
        kinds = itertools.cycle((self._create, self._read))
        self.all = [self.changer, *(Client(next(kinds)) for _ in range(CLIENTS - 1))]

    @property
    def seen(self) -> list[Seen]:
        return [one for client in self.all for one in client.seen]

    def _profile(self):
        name = f"Lakeside {next(self._names)}"
        return {"name": name, "country": "US", "preferredBgUnits": "mg/dL"}

    def _create(self):
        return self._service.post("/v1/clinics", self._profile(), token=self._token)

    def _read(self):
        return self._service.get(f"/v1/clinics/{self.changed}", token=self._token)

    def _change(self):
        return self._service.put(f"/v1/clinics/{self.changed}", self._profile(), token=self._token)


@pytest.fixture
def story(service, backing):
    """MongoDB hangs for some seconds: (crowd, the probes' clients by path, when it stopped, when it went on)."""
    service.start(only=("web",))
    crowd = Crowd(service)
    probes = {path: Client(lambda p=path: service.get(p), pause=0.05) for path in PROBES}
    with ExitStack() as running:
        for client in (*crowd.all, *probes.values()):
            running.enter_context(client)
        eventually(lambda: all(client.seen for client in crowd.all))
        backing.pause("mongodb")
        stopped = time.monotonic()
        time.sleep(HANG)
        backing.resume("mongodb")
        resumed = time.monotonic()
        eventually(lambda: all(_is_well(client.since(resumed)) for client in crowd.all))
        eventually(lambda: _is_well(probes["/ready"].since(resumed)))
    return crowd, probes, stopped, resumed


def _is_well(seen: list[Seen]) -> bool:
    return bool(seen) and seen[-1].status == 200


@pytest.mark.yardstick("V2", "D1")
def test_it_stays_alive_answers_503_in_time_and_loses_nothing(story, backing, fault):
    crowd, probes, stopped, resumed = story
    slack, red_within = SLACK * pace.slowness(), RED_WITHIN * pace.slowness()
    acknowledged = {one.clinic for one in crowd.seen if one.clinic}
    with pymongo.MongoClient(backing.mongodb) as mongo:
        kept = {str(one["_id"]): one["name"] for one in mongo["chaos"]["clinics"].find()}
    worst = max(one.seconds for one in crowd.seen)
    again = next(one for one in crowd.changer.since(resumed) if one.status == 200)
    copies = Counter(kept.values()).total() - len(set(kept.values()))
    fault.says(
        f"MongoDB hangs for {HANG} s while more write than there are threads",
        acknowledged=len(acknowledged),
        lost=len(acknowledged - kept.keys()),
        doubled=copies,
        worst=worst,
        recovered=again.ended - resumed,
    )
    assert len(acknowledged) >= CLIENTS // 2
    assert acknowledged <= kept.keys()
    assert copies == 0

    for path in ("/live", "/confirm/live"):
        assert {one.status for one in probes[path].seen} == {200}
        assert len(probes[path].seen) > HANG
        assert max(one.seconds for one in probes[path].seen) < slack

    ready = probes["/ready"].seen
    assert {one.status for one in ready} == {200, 503}
    assert all(one.status == 503 for one in ready if stopped + red_within < one.began < resumed)
    assert max(one.seconds for one in ready) < slack

    assert {one.status for one in crowd.seen} == {200, 503}
    assert {one.retry_after for one in crowd.seen if one.status == 503} == {"5"}
    assert worst < REQUEST_SECONDS + slack
    refused = [one for one in crowd.seen if one.status == 503]
    assert len(refused) >= CLIENTS
    assert not [one for one in refused if one.ended < stopped]
    assert again.ended - resumed < REQUEST_SECONDS + slack
