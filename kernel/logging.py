"""Structured logs that cannot carry a patient's data.

Only allowed keys are written; everything else is dropped. Records of other libraries keep only the logger's
name and level unless the library is known to be harmless. Exceptions keep only their type and the lines of
code, never the message: driver errors quote documents.
"""

import logging
import sys
import traceback
import warnings
from collections.abc import Mapping, MutableMapping
from functools import partial
from typing import Any, TextIO

import orjson
import structlog

ALLOWED = frozenset(
    {
        "event", "level", "logger", "timestamp", "request", "operation", "status", "milliseconds",
        "error", "where", "service", "task", "handler", "reason", "attempts", "row", "count", "state",
        "clinic", "caller", "message_id", "scheduled", "run", "kind", "command", "name", "created", "conflicting",
        "collection", "template", "outcome", "seconds", "index", "environment", "anchor", "trace", "merge", "stage",
    }
)  # fmt: skip
# Their messages name processes, queues and addresses of our own servers, nothing that a client sent.
HARMLESS = ("celery.beat", "celery.apps", "celery.worker.consumer", "kombu.connection")
WEB_SERVER = "uvicorn.error"
# A task that has ended has told so itself, with its time (`kernel.tasks`, `kernel.task_requests`); these say it again.
# What beat hands out is told by those who do it.
_POOL = "multiprocessing"
_LEAST = {
    _POOL: logging.WARNING,
    "celery.app.trace": logging.CRITICAL,
    "celery.worker.request": logging.CRITICAL,
    "celery.worker.strategy": logging.WARNING,
    "celery.worker.consumer.mingle": logging.WARNING,
    "celery.beat": logging.WARNING,
    # Uvicorn warns of every request that is not HTTP, so a stranger could fill the log.
    WEB_SERVER: logging.ERROR,
    # Django's own line for every 4xx adds nothing to the request line.
    "django.request": logging.ERROR,
}
# What an operator can do something about, by how the warning begins. Any other has its kind and its place alone.
_WARNINGS = {
    "No directory at: ": "static files are not collected: run `manage.py collectstatic`",
    "You're running the worker with superuser privileges": "the worker runs as root: give it a user of its own",
}
_PYTHON = "py.warnings"
Event = MutableMapping[str, Any]
_LINE = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS


class _Line:
    """What our own loggers write to: one line for each event, without going through the standard library
    (measured: 20 us a line against 75)."""

    def __init__(self, stream: TextIO, name: str = "") -> None:
        self.name = name
        self.debug = self.info = self.warning = self.error = self.critical = stream.write


def _name(logger: Any, method: str, event: Event) -> Event:
    event["logger"] = logger.name
    return event


def _render(logger: Any, method: str, event: Mapping[str, Any]) -> str:
    return orjson.dumps(event, default=repr, option=_LINE).decode()


def configure(level: str) -> None:
    """Send structlog and the standard library to standard error in one form: a JSON object for each line."""
    common: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*common, _name, shorten_exception, keep_allowed, _render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=partial(_Line, sys.stderr),
        cache_logger_on_first_use=False,  # costs a few microseconds, and the level can be changed
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*common, structlog.stdlib.add_logger_name, hide_foreign_text],
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
        WEB_SERVER,
        "celery",
        "celery.task",
        "django",
        "django.server",
        _PYTHON,
    ):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
    # Billiard keeps its logger from the root, whenever it makes it.
    pool = logging.getLogger(_POOL)
    pool.handlers[:], pool.propagate = [handler], False
    for name, least in _LEAST.items():
        logging.getLogger(name).setLevel(least)
    # Python's own way to print them is not JSON, and the library's to log them is one text.
    logging.captureWarnings(capture=True)
    warnings.showwarning = _log_warning


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """What it is and where, and never its text, which may quote anything."""
    text = str(message)
    told = next((ours for start, ours in _WARNINGS.items() if text.startswith(start)), "warning")
    structlog.get_logger(_PYTHON).warning(
        told, error=category.__name__, where=[f"{_end_of(filename)}:{lineno}"]
    )


def _end_of(filename: str) -> str:
    """The file and its folder."""
    return "/".join(filename.rsplit("/", 2)[-2:])


def hide_foreign_text(logger: Any, name: str, event: Event) -> Event:
    record = event.get("_record")
    source = record.name if record is not None else ""
    if source != WEB_SERVER and not source.startswith(HARMLESS):
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
            f"{_end_of(frame.filename)}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-12:]
        ]
    return event


def keep_allowed(logger: Any, name: str, event: Event) -> Mapping[str, Any]:
    return {key: value for key, value in event.items() if key in ALLOWED}
