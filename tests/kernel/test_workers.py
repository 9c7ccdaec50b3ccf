"""What keeps a worker taking: a place in hand is always free again, and one that takes nothing is found out."""

import pytest
from django.conf import settings
from kombu import Queue
from redis.exceptions import TimeoutError as RedisTimeout

from clinics_site.celery import app
from kernel import broker
from kernel.worker_watch import STUCK_SECONDS, Busy, Progress


class TestPlaces:
    @pytest.fixture
    def message(self):
        with app.connection_for_write() as connection:
            channel = connection.channel()
            channel.basic_qos(prefetch_count=1)
            queue = Queue("test-places", channel=channel)
            queue.declare()
            connection.Producer(channel).publish({}, routing_key=queue.name)
            assert broker.waiting(connection, [queue.name]) == 1
            yield queue.get()
            queue.delete()

    @pytest.mark.parametrize("end", ["ack", "reject", "requeue"])
    def test_a_broker_that_does_not_answer_keeps_no_place(self, message, monkeypatch, end):
        def hang(*given, **options):
            raise RedisTimeout

        places = message.channel.qos
        assert not places.can_consume()
        with monkeypatch.context() as patched:
            patched.setattr(type(places), "_remove_from_indices", hang)
            patched.setattr(type(places), "restore_by_tag", hang)
            with pytest.raises(RedisTimeout):
                getattr(message, end)()

        assert places.can_consume()


class TestWatch:
    def look(self, *states):
        """(seconds, taken, waiting, is_busy) of each look; the last one's answer."""
        progress = Progress(0)
        return [
            progress.is_stuck(now, taken=taken, waiting=waiting, is_busy=busy)
            for now, taken, waiting, busy in states
        ][-1]

    def test_a_worker_that_takes_nothing_although_something_waits_is_stuck(self):
        assert self.look((0, 5, 1, False), (STUCK_SECONDS, 5, 1, False))

    @pytest.mark.parametrize(
        ("taken", "waiting", "is_busy"),
        [(6, 1, False), (5, 0, False), (5, 1, True)],
        ids=["it takes", "nothing waits or the broker is silent", "it works"],
    )
    def test_otherwise_it_is_not(self, taken, waiting, is_busy):
        look = (STUCK_SECONDS, taken, waiting, is_busy)
        assert not self.look((0, 5, 1, False), look, (STUCK_SECONDS * 1.9, 5, 1, False))

    def test_work_is_work_for_as_long_as_a_task_may_run(self):
        busy, limit = Busy(), settings.CELERY_TASK_TIME_LIMIT + STUCK_SECONDS

        assert not busy.is_busy(0, set())
        assert busy.is_busy(0, {"a"})
        assert busy.is_busy(limit - 1, {"a", "b"})
        assert not busy.is_busy(limit, {"a"})
        assert busy.is_busy(limit, {"c"})
