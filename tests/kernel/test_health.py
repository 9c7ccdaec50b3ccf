"""`/live`, `/ready`, `/metrics`: what a load balancer and a scraper see."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from pymongo.errors import ServerSelectionTimeoutError
from redis.exceptions import ConnectionError as RedisDown

from kernel import db
from kernel.api.description import Generator
from tests.cast import QuickClient


def test_a_service_with_its_servers_is_ready():
    answer = QuickClient().get("/ready")
    assert (answer.status_code, answer.content) == (200, b"")


def test_without_redis_it_is_not_ready_but_alive(monkeypatch):
    def down(*args):
        raise RedisDown

    monkeypatch.setattr(cache, "get", down)
    answer = QuickClient().get("/ready")
    assert (answer.status_code, answer.content) == (400, b"")
    assert QuickClient().get("/live").status_code == 200


def test_without_mongodb_it_is_not_ready(monkeypatch):
    def down():
        raise ServerSelectionTimeoutError

    monkeypatch.setattr(db, "client", down)
    assert QuickClient().get("/ready").status_code == 400


def test_metrics_count_by_operation_and_name_no_one(ada):
    ada.api.get("/v1/patients?search=MarkerName")
    text = QuickClient().get("/metrics").content.decode()

    assert 'operation="FindPatients"' in text
    assert 'clinics_outbox{what="waiting"}' in text
    assert "Marker" not in text
    assert ada.user_id not in text


@pytest.mark.parametrize("path", ["/schema", "/docs"])
def test_the_description_is_open_to_read(path):
    assert QuickClient().get(path).status_code == 200


def test_the_first_descriptions_can_be_asked_for_at_once(monkeypatch):
    monkeypatch.setattr(Generator, "_cached", None)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: QuickClient().get("/schema"), range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
