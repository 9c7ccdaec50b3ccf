"""`/live`, `/ready` and `/metrics`, as a load balancer and a scraper see them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.cache import cache
from pymongo.errors import ServerSelectionTimeoutError
from redis.exceptions import ConnectionError as RedisDown

from kernel import db, health, metrics
from kernel.api.description import Generator
from kernel.health import PROBES, State, Watch
from tests.cast import QuickClient
from tests.commands import recorded_commands
from tests.processes.service import eventually


def test_ready_answers_200_when_mongodb_and_redis_answer():
    answer = QuickClient().get("/ready")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.yardstick("V2")
def test_without_redis_the_service_is_alive_but_not_ready(monkeypatch):
    def down(*args):
        raise RedisDown

    monkeypatch.setattr(cache, "get", down)
    answer = QuickClient().get("/ready")
    assert (answer.status_code, answer.content) == (503, b"")
    assert QuickClient().get("/live").status_code == 200


@pytest.mark.yardstick("V2")
def test_without_mongodb_the_service_is_not_ready(monkeypatch):
    def down():
        raise ServerSelectionTimeoutError

    monkeypatch.setattr(db, "client", down)
    assert QuickClient().get("/ready").status_code == 503


def test_the_confirmation_apis_probes_ask_for_mongodb_alone():
    answers = {
        path: PROBES[path] for path in ("/confirm/live", "/confirm/ready", "/confirm/status")
    }
    well, without_redis, nothing = (
        {path: probe(state) for path, probe in answers.items()}
        for state in (State(mongodb=True, redis=True), State(mongodb=True), State(redis=True))
    )
    assert {(answer.status, answer.body) for answer in well.values()} == {(200, b"OK")}
    assert without_redis == well
    assert nothing["/confirm/live"] == well["/confirm/live"]
    for path in ("/confirm/ready", "/confirm/status"):
        assert nothing[path].status == 500
        assert b"store connectivity failure" in nothing[path].body
    assert QuickClient().get("/confirm/ready").content == b"OK"


class Neighbours:
    """What a watch asks. `hang()`: the next question is not answered."""

    def __init__(self):
        self.state = State(mongodb=True, redis=True)
        self.asked = 0
        self._answers = threading.Event()
        self._answers.set()

    def __call__(self):
        self.asked += 1
        self._answers.wait(10)
        if isinstance(self.state, Exception):
            raise self.state
        return self.state

    def hang(self):
        self._answers.clear()

    def go_on(self):
        self._answers.set()


@pytest.fixture
def neighbours():
    asked = Neighbours()
    yield asked
    asked.go_on()


@pytest.fixture
def watch(neighbours, monkeypatch):
    monkeypatch.setattr(health, "PAUSE", 0.01)
    monkeypatch.setattr(health, "LONGEST_SILENCE", 0.3)
    watch = Watch(neighbours).start()
    eventually(lambda: watch.state.is_ready, within=2, every=0.01)
    return watch


def test_a_watch_asks_by_itself_and_probes_do_not_ask(watch, neighbours):
    before = neighbours.asked
    eventually(lambda: neighbours.asked > before + 3, within=2, every=0.01)
    neighbours.hang()
    time.sleep(0.05)
    before = neighbours.asked
    assert all(watch.state.is_ready for _ in range(100))
    assert neighbours.asked == before


@pytest.mark.parametrize("loss", [State(redis=True), State(mongodb=True), OSError("unforeseen")])
def test_a_loss_is_seen_and_so_is_its_end(watch, neighbours, loss):
    neighbours.state = loss
    eventually(lambda: not watch.state.is_ready, within=5, every=0.01)
    neighbours.state = State(mongodb=True, redis=True)
    eventually(lambda: watch.state.is_ready, within=5, every=0.01)


def test_a_check_that_hangs_is_a_loss(watch, neighbours):
    neighbours.hang()
    eventually(lambda: not watch.state.is_ready, within=5, every=0.01)
    neighbours.go_on()
    eventually(lambda: watch.state.is_ready, within=5, every=0.01)


def test_what_is_kept_is_at_most_a_second_old_and_a_loss_is_seen_within_two():
    """Also when MongoDB or Redis lets a check wait until its limit."""
    redis = settings.CACHES["default"]["OPTIONS"]["socket_timeout"]
    assert health.PAUSE + health.MONGODB_SECONDS <= 1
    assert health.PAUSE + health.MONGODB_SECONDS + redis < 2
    assert health.LONGEST_SILENCE < 2


@pytest.mark.yardstick("P1")
def test_metrics_count_by_operation_and_hold_no_personal_data(ada):
    ada.api.get("/v1/patients?search=MarkerName")
    text = QuickClient().get("/metrics").content.decode()

    assert 'operation="FindPatients"' in text
    assert 'clinics_outbox{what="waiting"}' in text
    assert "Marker" not in text
    assert ada.user_id not in text


def test_all_that_metrics_read_of_mongodb_has_one_limit_of_time(monkeypatch):
    """Otherwise a MongoDB that hangs would make the process look dead to Prometheus."""
    with recorded_commands(of_this_thread=True) as usual:
        QuickClient().get("/metrics")
    monkeypatch.setattr(metrics, "_PATIENCE", 1e-9)
    with recorded_commands(of_this_thread=True) as late:
        answer = QuickClient().get("/metrics")
    assert len(usual) > 5
    assert late == []
    assert answer.status_code == 200
    assert "clinics_requests_total" in answer.content.decode()


BEARER = "a token of the scraper's"


@pytest.mark.parametrize(
    ("token", "sent", "status"),
    [
        (BEARER, f"Bearer {BEARER}", 200),
        (BEARER, f"bearer {BEARER}", 200),
        (BEARER, "Bearer another", 401),
        (BEARER, f"Basic {BEARER}", 401),
        (BEARER, BEARER, 401),
        (BEARER, "", 401),
        ("", "", 401),
        ("", "Bearer ", 401),
    ],
)
def test_metrics_are_for_the_holder_of_their_token(settings, token, sent, status):
    settings.METRICS_ARE_OPEN, settings.METRICS_TOKEN = False, token

    answer = QuickClient().get("/metrics", headers={"Authorization": sent})

    assert answer.status_code == status
    assert (b"clinics_outbox" in answer.content) is (status == 200)
    if status == 401:
        assert answer.json() == {"message": "unauthorized: the token of METRICS_TOKEN is required"}


@pytest.mark.parametrize("path", ["/schema", "/docs"])
def test_the_description_can_be_read_without_a_token(path):
    assert QuickClient().get(path).status_code == 200


def test_parallel_first_requests_for_the_description_get_the_same_one(monkeypatch):
    monkeypatch.setattr(Generator, "_cached", None)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: QuickClient().get("/schema"), range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
