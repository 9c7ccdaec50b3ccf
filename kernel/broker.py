"""Celery's transport over Redis, adapted to a broker that hangs.

An acknowledgement that runs into its time limit raises. Celery logs that and goes on, but kombu still counts
the message as being processed: after two of them a worker with two processes takes no more messages, ever.
Here the message is no longer counted in either case. Redis still holds it and delivers it again after the
visibility timeout; that is one wake-up too many and does no harm, because the work to do is in the outbox.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis


class QoS(redis.QoS):
    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        finally:
            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 (kombu's signature)
        try:
            super().reject(delivery_tag, requeue=requeue)
        finally:
            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    Channel = Channel


def install() -> None:
    """Registered by scheme: a transport named in the settings would lose the scheme, and with it TLS."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"


def waiting(connection: Any, queues: list[str]) -> int:
    """How many messages no worker has taken yet."""
    channel = connection.default_channel
    return sum(channel._size(queue) for queue in queues)
