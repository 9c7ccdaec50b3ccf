"""Celery's transport over Redis, made fit for a broker that hangs.

An acknowledgement that runs into its time limit raises; Celery logs that and goes on, and kombu keeps the message among
those that the worker has in hand. Two of them, and a worker of two processes takes nothing more, for good. Here the
place is free in any case. Redis still holds the message and hands it out again after the visibility timeout, which is a
wake-up too many and does no harm: what there is to do stands in the outbox.
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
    """By scheme: a transport named in the settings would lose the scheme, and with it TLS."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"


def waiting(connection: Any, queues: list[str]) -> int:
    """How many messages nobody has taken yet."""
    channel = connection.default_channel
    return sum(channel._size(queue) for queue in queues)
