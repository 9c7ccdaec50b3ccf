"""What keeps a worker taking tasks: an unacknowledged message does not block it, and a stuck worker is
detected."""

import pytest
from django.conf import settings
from kombu import Queue
from redis.exceptions import TimeoutError as RedisTimeout

from clinics_site.celery import app
from kernel import broker
from kernel.worker_watch import STUCK_SECONDS, Busy, Progress


class TestAcknowledgement:
    @pytest.fixture
    def message(self):
        with app.connection_for_write() as connection:
            channel = connection.channel()
            channel.basic_qos(prefetch_count=1)
            queue = Queue("test-qos", channel=channel)
            queue.declare()
            connection.Producer(channel).publish({}, routing_key=queue.name)
            assert broker.waiting(connection, [queue.name]) == 1
            yield queue.get()
            queue.delete()

    @pytest.mark.parametrize("end", ["ack", "reject", "requeue"])
    def test_a_failed_acknowledgement_does_not_block_the_worker(self, message, monkeypatch, end):
        def hang(*args, **options):
            raise RedisTimeout

        qos = message.channel.qos
        assert not qos.can_consume()
        with monkeypatch.context() as patched:
            patched.setattr(type(qos), "_remove_from_indices", hang)
            patched.setattr(type(qos), "restore_by_tag", hang)
            with pytest.raises(RedisTimeout):
                getattr(message, end)()

        assert qos.can_consume()


class TestWatch:
    def is_stuck_after(self, *states):
        """Checks at the given states (seconds, taken, waiting, is_busy); returns the last result."""
        progress = Progress(0)
        return [
            progress.is_stuck(now, taken=taken, waiting=waiting, is_busy=busy)
            for now, taken, waiting, busy in states
        ][-1]

    def test_a_worker_that_takes_nothing_although_tasks_wait_is_stuck(self):
        assert self.is_stuck_after((0, 5, 1, False), (STUCK_SECONDS, 5, 1, False))

    @pytest.mark.parametrize(
        ("taken", "waiting", "is_busy"),
        [(6, 1, False), (5, 0, False), (5, 1, True)],
        ids=["it takes", "nothing waits or the broker is silent", "it works"],
    )
    def test_a_worker_that_takes_works_or_has_nothing_waiting_is_not_stuck(
        self, taken, waiting, is_busy
    ):
        check = (STUCK_SECONDS, taken, waiting, is_busy)
        assert not self.is_stuck_after((0, 5, 1, False), check, (STUCK_SECONDS * 1.9, 5, 1, False))

    def test_a_running_task_counts_as_busy_until_its_time_limit(self):
        busy, limit = Busy(), settings.CELERY_TASK_TIME_LIMIT + STUCK_SECONDS

        assert not busy.is_busy(0, set())
        assert busy.is_busy(0, {"a"})
        assert busy.is_busy(limit - 1, {"a", "b"})
        assert not busy.is_busy(limit, {"a"})
        assert busy.is_busy(limit, {"c"})
