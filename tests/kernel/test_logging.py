"""Logs cannot carry what a client sent: only allowed keys, no foreign text, and only type and code lines of
exceptions."""

import ast
import inspect
import io
import logging
import re
import tomllib
import warnings

import celery.platforms
import orjson
import pytest
import structlog
import whitenoise.base
from pymongo.errors import DuplicateKeyError

from kernel import logging as kernel_logging
from scripts import local

MARKER = "Marker Maria"


@pytest.fixture
def lines(monkeypatch):
    """Everything written to the log, parsed. The configuration is the real one, at DEBUG."""
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    monkeypatch.setattr("sys.stderr", stream)
    kernel_logging.configure("DEBUG")
    yield lambda: [orjson.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(level)


def raise_and_log(error):
    try:
        raise error
    except type(error):
        structlog.get_logger("kernel_logging").exception("thing.failed", extra=MARKER)


def test_every_key_that_the_code_gives_to_the_log_is_allowed():
    """Another one would be dropped, and the line would lack what its author meant it to say."""
    dropped = {
        (str(path.relative_to(local.BASE)), node.lineno, keyword.arg)
        for path, node in log_calls()
        for keyword in node.keywords
        if keyword.arg not in {None, "exc_info", *kernel_logging.ALLOWED}
    }
    assert dropped == set()


def test_no_line_names_a_patient():
    """Who and what a request was about is in the records of accesses, also of one that was refused."""
    assert not kernel_logging.ALLOWED & {"user", "patient", "user_id", "patient_id", "email", "mrn"}


def log_calls():
    for package in tomllib.loads((local.BASE / "pyproject.toml").read_text())["tool"][
        "importlinter"
    ]["root_packages"]:
        for path in (local.BASE / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and is_of_log(node.func):
                    yield path, node


def is_of_log(called):
    return (
        isinstance(called, ast.Attribute)
        and called.attr in {"debug", "info", "warning", "error", "exception", "critical"}
        and isinstance(called.value, ast.Name)
        and called.value.id in {"log", "logger"}
    )


@pytest.mark.yardstick("P2")
def test_only_allowed_keys_are_written(lines):
    structlog.get_logger("kernel_logging").info(
        "thing.done", clinic="c1", name_of_patient=MARKER, email=MARKER
    )

    (line,) = lines()
    assert (line["event"], line["clinic"], line["level"]) == ("thing.done", "c1", "info")
    assert MARKER not in str(line)
    assert line["timestamp"].endswith("Z")


@pytest.mark.yardstick("P2")
def test_context_variables_are_filtered_too(lines):
    structlog.contextvars.bind_contextvars(operation="GetPatient", patient=MARKER)
    structlog.get_logger("kernel_logging").info("thing.done")
    structlog.contextvars.clear_contextvars()

    (line,) = lines()
    assert line["operation"] == "GetPatient"
    assert MARKER not in str(line)


@pytest.mark.yardstick("P3")
@pytest.mark.parametrize(
    "error",
    [
        ValueError(MARKER),
        DuplicateKeyError(f"E11000 dup key: {{ email: '{MARKER}' }}", 11000, {"keyValue": MARKER}),
        UnicodeEncodeError("ascii", MARKER, 0, 1, MARKER),
    ],
)
def test_an_exception_is_logged_as_its_type_and_code_lines(lines, error):
    raise_and_log(error)

    (line,) = lines()
    assert line["error"] == type(error).__name__
    assert any("raise_and_log" in line_of_code for line_of_code in line["where"])
    assert MARKER not in str(line)


@pytest.mark.yardstick("P3")
def test_messages_of_chained_exceptions_are_not_logged(lines):
    error = RuntimeError(MARKER)
    error.__cause__ = ValueError(MARKER)
    raise_and_log(error)

    assert MARKER not in str(lines())


@pytest.mark.parametrize(
    "name",
    [
        "django.request",
        "django.server",
        "uvicorn.access",
        "pymongo.command",
        "pymongo.serverSelection",
        "celery.task",
        "celery.app.trace",
        "httpx2",
        "stamina",
        "any.library",
        "root",
    ],
)
def test_messages_of_other_libraries_are_hidden(lines, name, monkeypatch):
    logger = logging.getLogger(name)
    # A server that another test started in this process silences its own logger.
    monkeypatch.setattr(logger, "propagate", True)
    logger.setLevel("DEBUG")
    logger.debug("says %s", MARKER, extra={"patient": MARKER})
    logger.error(MARKER, exc_info=ValueError(MARKER))
    logger.setLevel(logging.NOTSET)

    assert lines()
    assert MARKER not in str(lines())
    assert {line["event"] for line in lines()} == {"log"}


def test_messages_of_harmless_libraries_are_kept(lines):
    logging.getLogger("uvicorn.error").error("Exception in ASGI application")

    (line,) = lines()
    assert line["event"] == "Exception in ASGI application"


def warned(text):
    """As a process that was configured logs it: pytest has put a hook of its own in its place."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = kernel_logging._log_warning
        warnings.warn(text, stacklevel=2)


@pytest.mark.parametrize("text", [MARKER, f"No directory {MARKER}"])
def test_a_warning_is_logged_with_its_kind_and_place_and_without_its_text(lines, text):
    warned(text)
    (line,) = lines()
    assert MARKER not in str(line)
    assert (line["event"], line["error"], line["logger"]) == (
        *("warning", "UserWarning"),
        "py.warnings",
    )
    assert re.fullmatch(r"kernel/test_logging\.py:\d+", line["where"][0])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"No directory at: /opt/{MARKER}/staticfiles/", "manage.py collectstatic"),
        ("You're running the worker with superuser privileges: this is\nabsolutely", "as root"),
    ],
)
def test_what_an_operator_can_correct_is_named_in_our_words(lines, text, told):
    warned(text)
    (line,) = lines()
    assert told in line["event"]
    assert MARKER not in str(line)


def test_a_process_logs_its_warnings_like_this(lines):
    with warnings.catch_warnings():
        kernel_logging.configure("DEBUG")
        assert warnings.showwarning is kernel_logging._log_warning


def test_the_texts_of_these_warnings_are_still_those_of_the_libraries():
    sources = [inspect.getsource(whitenoise.base), inspect.getsource(celery.platforms)]
    for beginning in kernel_logging._WARNINGS:
        assert any(beginning in source for source in sources), beginning
