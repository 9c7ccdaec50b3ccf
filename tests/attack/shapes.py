"""Malformed requests: each gets one response below 500, or the connection ends. A request that is hidden in a body is
never answered."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.attack import wire
from tests.attack.stage import Attack, Stage, Target

HIDDEN = b"GET /live?hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
WAIT = 0.6  # seconds to wait for a response that should not come
LATE = 0.3
CONNECTIONS = 12


@dataclass(frozen=True)
class Shape:
    """Header lines after the token's, and the body that follows the head."""

    name: str
    lines: tuple[str, ...]
    body: bytes
    is_late: bool = False  # the body is sent when the response may have arrived already


def _length(value: str) -> Shape:
    return Shape(f"Content-Length {value!r}", (f"Content-Length:{value}",), HIDDEN)


def _encoding(line: str) -> Shape:
    return Shape(f"{line!r}", (line, f"Content-Length: {len(HIDDEN) + 5}"), b"0\r\n\r\n" + HIDDEN)


def _chunk(size: bytes, end: bytes = b"\r\n") -> Shape:
    body = size + end + b"{" + end + b"0" + end + end + HIDDEN
    return Shape(f"chunk size {size!r} ended by {end!r}", ("Transfer-Encoding: chunked",), body)


def _correct(*lines: str) -> list[Shape]:
    """These are correct, but the answer may come before the body is read."""
    with_length = ("with its length", (*lines, f"Content-Length: {len(HIDDEN)}"), HIDDEN)
    in_chunks = (
        "in chunks",
        (*lines, "Transfer-Encoding: chunked"),
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN),
    )
    return [
        Shape(f"a request as body, {name}, {lines}", *lines_and_body, is_late=is_late)
        for name, *lines_and_body in (with_length, in_chunks)
        for is_late in (False, True)
    ]


BODIES = (
    *_correct(),
    *_correct("Expect: 100-continue"),
    *(_length(value) for value in ("+5", " 5, 5", " 5,6", " -1", " 0x5", " 5\x0b", " ", " 1e1")),
    *(_length(f" {'9' * digits}") for digits in (19, 20, 400)),
    Shape("two lengths", ("Content-Length: 0", f"Content-Length: {len(HIDDEN)}"), HIDDEN),
    Shape("length over two lines", ("Content-Length:", f" {len(HIDDEN)}"), HIDDEN),
    Shape("space before the colon", (f"Content-Length : {len(HIDDEN)}",), HIDDEN),
    Shape(
        "underscore for the hyphen", ("Content_Length: 0", f"Content-Length: {len(HIDDEN)}"), HIDDEN
    ),
    _encoding("Transfer-Encoding: chunked"),
    _encoding("Transfer-Encoding : chunked"),
    _encoding("Transfer-Encoding: xchunked"),
    _encoding("Transfer-Encoding: chunked, identity"),
    _encoding("Transfer-Encoding: identity"),
    _encoding("Transfer-Encoding: gzip, chunked"),
    _encoding("Transfer-Encoding:\tchunked"),
    _encoding("Transfer-Encoding: \x0bchunked"),
    _encoding("Transfer-Encoding:\r\n chunked"),
    _encoding("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
    _encoding("transfer_encoding: chunked"),
    _encoding("X: y\nTransfer-Encoding: chunked"),
    *(
        _chunk(size)
        for size in (b"0x1", b"-1", b"+1", b"g", b" 1", b"", b"1;\n", b"f" * 17, b"1\x00")
    ),
    _chunk(b"1", b"\n"),
    _chunk(b"1", b"\r"),
)
CARRIERS = (("GET", "/live", False), ("POST", "/v1/clinics", True), ("POST", "/v1/redox", False))

HEADS = {
    "300 KB in one header": wire.head("GET", "/live", lines=("x: " + "y" * 300_000,)),
    "2,000 headers": wire.head("GET", "/live", lines=[f"x-{n}: y" for n in range(2000)]),
    "60 KB of query": wire.head("GET", f"/live?{'x' * 60_000}"),
    "a path of 60 KB": wire.head("GET", f"/v1/{'x' * 60_000}"),
    "a path of 5,000 parts": wire.head("GET", "/v1" + "/x" * 5000),
    "a token of 60 KB": wire.head("GET", "/v1/clinics", token="x" * 60_000),
    "a folded header": wire.head("GET", "/live", lines=("x: y", " z")),
    "NUL in a header": wire.head("GET", "/live", lines=("x: y\0z",)),
    "a header without a colon": wire.head("GET", "/live", lines=("xyz",)),
    "a space in a header's name": wire.head("GET", "/live", lines=("x y: z",)),
    "an empty header name": wire.head("GET", "/live", lines=(": z",)),
    "two hosts": wire.head("GET", "/live", lines=("Host: elsewhere",)),
    "line ends without CR": b"GET /live HTTP/1.1\nHost: localhost\n\n",
    "line ends without LF": b"GET /live HTTP/1.1\rHost: localhost\r\r",
    "no version": b"GET /live\r\n\r\n",
    "an unknown version": b"GET /live HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "an absolute address": wire.head("GET", "http://elsewhere.example.org/live"),
    "a tunnel": wire.head("CONNECT", "localhost:27017"),
    "TRACE": wire.head("TRACE", "/live"),
    "an asterisk": wire.head("OPTIONS", "*"),
    "an unknown method": wire.head("G" * 5000, "/live"),
    "a web socket": wire.head(
        "GET",
        "/live",
        lines=(
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==",
        ),
    ),
    "an upgrade to HTTP/2": wire.head(
        "GET",
        "/live",
        lines=("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: x"),
    ),
    "HTTP/2 at once": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": bytes.fromhex("1603010200010001fc0303") + b"\0" * 500,
    "noise": bytes(range(256)) * 40 + b"\r\n\r\n",
}
PERCENT = (
    "%",
    "%2",
    "%zz",
    "%00",
    "%ff",
    "%c0%af",
    "%u0041",
    "%2e%2e%2f" * 50,
    "%25" * 5000,
    "%F0%9F%92%A9",
)


@dataclass(frozen=True)
class RawRequest:
    name: str
    data: bytes
    late: bytes = b""


def _bodies(target: Target) -> list[RawRequest]:
    return [_with_body(target, *carrier, shape) for carrier in CARRIERS for shape in BODIES]


def _with_body(target: Target, method: str, path: str, has_token: bool, shape: Shape) -> RawRequest:
    token = target.tokens[0] if has_token else None
    lines = ("Content-Type: application/json", *shape.lines)
    begun, name = (
        wire.head(method, path, token=token, lines=lines),
        f"{method} {path}, {shape.name}",
    )
    if shape.is_late:
        return RawRequest(f"{name}, late", begun, shape.body)
    return RawRequest(name, begun + shape.body)


def _heads(target: Target) -> list[RawRequest]:
    return [RawRequest(name, data) for name, data in HEADS.items()]


def _addresses(target: Target) -> list[RawRequest]:
    queries = ["a=1&" * 10_000, "tags=" + "x," * 10_000, "limit=" + "9" * 4000, "[" * 5000]
    paths = [f"{target.clinic}/patients?{query}" for query in queries]
    for text in PERCENT:
        paths += [f"/v1/clinics/{text}", f"/confirm/signup/{text}", f"/{text}", f"/admin/{text}/"]
        paths += [f"{target.clinic}/patients?search={text}", f"/v1/clinics?{text}={text}"]
    return [RawRequest(path[:60], wire.head("GET", path, token=target.tokens[0])) for path in paths]


async def _send_all(list_requests: Callable[[Target], list[RawRequest]], stage: Stage) -> None:
    requests = list_requests(stage.target)

    async def send_share(stage: Stage, number: int) -> None:
        for request in requests[number::CONNECTIONS]:
            await _send_one(stage, number, request)

    await stage.crowd(CONNECTIONS, send_share, is_repeated=False)


async def _send_one(stage: Stage, number: int, request: RawRequest) -> None:
    """On a connection of its own, which may give at most one response."""
    answers: list[wire.Answer] = []
    async with await stage.link(number) as link:
        sending = asyncio.ensure_future(_send(link, request))
        try:
            while not answers or not answers[-1].is_last:
                async with asyncio.timeout(WAIT if answers else 5):
                    answers.append(await link.answer())
        except (OSError, TimeoutError, ValueError, IndexError):
            pass  # no further response; what is not HTTP may get something that is not HTTP
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
    stage.outcomes["/".join(str(answer.status) for answer in answers) or "no answer"] += 1
    _judge(stage, request.name, [answer.status for answer in answers])


async def _send(link: wire.Link, request: RawRequest) -> None:
    await link.send(request.data)
    if request.late:
        await asyncio.sleep(LATE)
        await link.send(request.late)


def _judge(stage: Stage, name: str, statuses: list[int]) -> None:
    wrong = [status for status in statuses if status >= 500 and status not in (501, 503, 505)]
    if wrong or len(statuses) > 1:
        stage.broken.append(f"{name}: {statuses}")


ATTACKS = (
    Attack("smuggling", "bodies with two ends", partial(_send_all, _bodies), 60),
    Attack("heads", "of a wrong shape", partial(_send_all, _heads), 60),
    Attack("heads", "addresses of a wrong shape", partial(_send_all, _addresses), 60),
)
