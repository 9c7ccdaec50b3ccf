"""What is logged, as production writes it."""

import io
import logging

import pytest

from kernel import logging as ours


@pytest.fixture
def log(monkeypatch):
    """The text of everything logged since, with production's configuration."""
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    monkeypatch.setattr("sys.stderr", stream)
    ours.configure("DEBUG")
    for name in ("pymongo", "django", "celery", "httpx2", "httpcore2", "urllib3"):
        logging.getLogger(name).setLevel("DEBUG")
    yield stream.getvalue
    for name in ("pymongo", "django", "celery", "httpx2", "httpcore2", "urllib3"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    root.handlers[:] = before
    root.setLevel(level)
