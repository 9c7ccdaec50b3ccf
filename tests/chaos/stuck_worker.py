"""The service's own worker, made to lose a place with each message, as with a broker's client that keeps them."""

from celery.__main__ import main

from clinics_site.core import broker, worker_watch

broker.QoS.can_consume = lambda own: not own._delivered  # type: ignore[method-assign]
broker.QoS.ack = lambda own, delivery_tag: None  # type: ignore[method-assign]
worker_watch.EVERY, worker_watch.STUCK_SECONDS = 0.5, 4.0

if __name__ == "__main__":
    main()
