"""From a request as uvicorn has read it to Django's WSGI handler and back; what runs in a thread is here."""

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
    """Raised where a body is read that has not come yet. Nothing on the way catches it, so the request leaves no
    trace: no answer, no line in the log, no count."""


class Unread:
    """The body of a request that is tried before its body is there."""

    def read(self, size: int = -1) -> bytes:
        raise BodyNeeded

    readline = read


@dataclass(slots=True)
class Answer:
    status: int
    headers: Headers
    body: bytes
    rest: Iterator[bytes] | None = None  # of an answer that is made while it is sent
    close: Callable[[], None] | None = None
    log_names: dict[str, Any] = field(
        default_factory=dict
    )  # of the request, for what is logged about the rest


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
    """None for a header that is dropped: in this form `x_real_ip` could not be told from `x-real-ip`."""
    if b"_" in name or name in (b"content-length", b"transfer-encoding"):
        return None
    if name == b"content-type":
        return "CONTENT_TYPE"
    return "HTTP_" + name.decode("latin-1").upper().replace("-", "_")


def _separator(key: str) -> str:
    return "; " if key == "HTTP_COOKIE" else ","


def answer(application: Callable[..., Any], environ: Environ) -> Answer:
    """Raises BodyNeeded where the request was tried without its body and asks for it."""
    found = Answer(500, [], b"")

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        found.status = int(status[:3])
        found.headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers]

    response = application(environ, start_response)
    if not response.streaming:
        found.body = response.content
        response.close()
        _untie(response)
        del environ["wsgi.input"]
        return found
    found.rest, found.close = iter(response), response.close
    found.log_names = contextvars.get_contextvars()
    return next_piece(found)


def _untie(response: Any) -> None:
    context = getattr(response, "renderer_context", None)
    if context is not None:
        untie(context["view"])
        context.clear()


def next_piece(found: Answer) -> Answer:
    """The next piece of a long answer; closes it after the last. This thread may have served another request
    since."""
    contextvars.clear_contextvars()
    contextvars.bind_contextvars(**found.log_names)
    parts: list[bytes] = []
    size = 0
    assert found.rest is not None  # noqa: S101 (for the type checker)
    try:
        for part in found.rest:
            parts.append(part)
            size += len(part)
            if size >= limits.PIECE:
                break
        else:
            close(found)
    except BaseException:
        close(found)
        raise
    found.body = b"".join(parts)
    return found


def close(found: Answer) -> Answer:
    """Close an answer whose rest is no longer awaited."""
    found.rest, found.body = None, b""
    if found.close is not None:
        found.close()
    return found


class Threads:
    """A fixed number of them. One that hangs does not hold up the end of the process, as an executor's would."""

    def __init__(self, count: int) -> None:
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        for number in range(count):
            Thread(target=self._work, name=f"request-{number}", daemon=True).start()

    def start(self, job: Callable[[], None]) -> None:
        self._jobs.put(job)

    def _work(self) -> None:
        while True:
            self._jobs.get()()
