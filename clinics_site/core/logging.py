"""Structured logs that can not carry a patient's data.

Only events with allowed keys are written; everything else is dropped. Of other libraries' records only the
logger's name and level remain unless the library is known to be harmless; of exceptions only the type and
the places, never the message: driver errors quote documents.
"""

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "logger", "timestamp", "request", "operation", "status", "milliseconds",
        "error", "where", "service", "task", "handler", "reason", "attempts", "row", "count", "state",
        "clinic", "message_id", "scheduled", "run", "kind", "command", "name", "created", "conflicting",
        "collection", "template", "outcome", "seconds", "index", "environment",
    }
)  # fmt: skip
# Their messages name processes, queues and addresses of our own servers, nothing a client sent.
HARMLESS = ("gunicorn", "celery.beat", "celery.apps", "celery.worker.consumer", "kombu.connection")
Event = MutableMapping[str, Any]


def configure(level: str) -> None:
    """Send structlog and the standard library through one JSON line format on standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, hide_foreign_text],
        processors=[
            shorten_exception,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            keep_allowed,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in (
        "gunicorn.error",
        "gunicorn.access",
        "celery",
        "celery.task",
        "django",
        "django.server",
        "py.warnings",
    ):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
    # Django's own line for every 4xx says nothing that the request line does not.
    logging.getLogger("django.request").setLevel(logging.ERROR)


def hide_foreign_text(logger: Any, name: str, event: Event) -> Event:
    record = event.get("_record")
    source = record.name if record is not None else ""
    if not source.startswith(HARMLESS):
        event["event"] = "log"
    return event


def shorten_exception(logger: Any, name: str, event: Event) -> Event:
    info = event.pop("exc_info", None)
    record = event.get("_record")
    if info is None and record is not None:
        info = record.exc_info
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["where"] = [
            f"{frame.filename.rsplit('/', 2)[-2]}/{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-12:]
        ]
    return event


def keep_allowed(logger: Any, name: str, event: Event) -> Mapping[str, Any]:
    return {key: value for key, value in event.items() if key in ALLOWED}
