"""`/live`, `/ready` and `/metrics`, as a load balancer and a scraper see them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from pymongo.errors import ServerSelectionTimeoutError
from redis.exceptions import ConnectionError as RedisDown

from kernel import db
from kernel.api.description import Generator
from tests.cast import QuickClient


def test_ready_answers_200_when_mongodb_and_redis_answer():
    answer = QuickClient().get("/ready")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.yardstick("V2")
def test_without_redis_the_service_is_alive_but_not_ready(monkeypatch):
    def down(*args):
        raise RedisDown

    monkeypatch.setattr(cache, "get", down)
    answer = QuickClient().get("/ready")
    assert (answer.status_code, answer.content) == (400, b"")
    assert QuickClient().get("/live").status_code == 200


@pytest.mark.yardstick("V2")
def test_without_mongodb_the_service_is_not_ready(monkeypatch):
    def down():
        raise ServerSelectionTimeoutError

    monkeypatch.setattr(db, "client", down)
    assert QuickClient().get("/ready").status_code == 400


@pytest.mark.yardstick("P1")
def test_metrics_count_by_operation_and_hold_no_personal_data(ada):
    ada.api.get("/v1/patients?search=MarkerName")
    text = QuickClient().get("/metrics").content.decode()

    assert 'operation="FindPatients"' in text
    assert 'clinics_outbox{what="waiting"}' in text
    assert "Marker" not in text
    assert ada.user_id not in text


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
