"""Passes a request from uvicorn to Django's WSGI handler, and the answer back. Contains the code that runs in
threads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import unquote_to_bytes

from structlog import contextvars

from clinics_site.web import limits
from kernel.api.viewsets import untie

Headers = list[tuple[bytes, bytes]]
Environ = dict[str, Any]


class BodyNeeded(BaseException):
    """Raised when Django reads a body that has not arrived. Nothing in between catches it, so the first run
    leaves no trace: no answer, no log line, no count."""


class Unread:
    """Stands for the body in a run without the body."""

    def read(self, size: int = -1) -> bytes:
        raise BodyNeeded

    readline = read


@dataclass(slots=True)
class Answer:
    status: int
    headers: Headers
    body: bytes
    rest: Iterator[bytes] | None = None  # of an answer that is generated while it is sent
    close: Callable[[], None] | None = None
    # The log context of the request, for lines about the rest of the answer.
    log_names: dict[str, Any] = field(default_factory=dict)


def make_environ(scope: Any) -> Environ:
    server, client = scope["server"] or ("", None), scope["client"]
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": "HTTP/" + scope["http_version"],
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or ""),
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        key = _variable(name)
        if key is None:
            continue
        text = value.decode("latin-1")
        before = environ.get(key)
        environ[key] = text if before is None else before + _separator(key) + text
    return environ


def _variable(name: bytes) -> str | None:
    """None for a header that is dropped: as a variable `x_real_ip` would look the same as `x-real-ip`."""
    if b"_" in name or name in (b"content-length", b"transfer-encoding"):
        return None
    if name == b"content-type":
        return "CONTENT_TYPE"
    return "HTTP_" + name.decode("latin-1").upper().replace("-", "_")


def _separator(key: str) -> str:
    return "; " if key == "HTTP_COOKIE" else ","


def answer(application: Callable[..., Any], environ: Environ) -> Answer:
    """Raises BodyNeeded if the request was run without its body and needs it."""
    result = Answer(500, [], b"")

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        result.status = int(status[:3])
        result.headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers]

    response = application(environ, start_response)
    if not response.streaming:
        result.body = response.content
        response.close()
        _untie(response)
        del environ["wsgi.input"]
        return result
    result.rest, result.close = iter(response), response.close
    result.log_names = contextvars.get_contextvars()
    return next_piece(result)


def _untie(response: Any) -> None:
    context = getattr(response, "renderer_context", None)
    if context is not None:
        untie(context["view"])
        context.clear()


def next_piece(long_answer: Answer) -> Answer:
    """Make the next piece of a long answer, and close it after the last one. The thread may have served
    another request since the previous piece."""
    contextvars.clear_contextvars()
    contextvars.bind_contextvars(**long_answer.log_names)
    parts: list[bytes] = []
    size = 0
    assert long_answer.rest is not None  # noqa: S101 (for the type checker)
    try:
        for part in long_answer.rest:
            parts.append(part)
            size += len(part)
            if size >= limits.PIECE:
                break
        else:
            close(long_answer)
    except BaseException:
        close(long_answer)
        raise
    long_answer.body = b"".join(parts)
    return long_answer


def close(long_answer: Answer) -> Answer:
    """Close an answer whose rest is not needed any more."""
    long_answer.rest, long_answer.body = None, b""
    if long_answer.close is not None:
        long_answer.close()
    return long_answer


class Threads:
    """A fixed number of threads. Unlike an executor's, a thread that hangs does not delay the end of the
    process."""

    def __init__(self, count: int) -> None:
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        for number in range(count):
            Thread(target=self._work, name=f"request-{number}", daemon=True).start()

    def start(self, job: Callable[[], None]) -> None:
        self._jobs.put(job)

    def _work(self) -> None:
        while True:
            self._jobs.get()()
