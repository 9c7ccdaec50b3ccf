"""Malformed requests: each gets one answer below 500, or the connection ends. A request that is hidden in a body is
never answered."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.attack import wire
from tests.attack.stage import Attack, Place, Stage

HIDDEN = b"GET /live?hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATIENCE = 0.6  # seconds for an answer that should not come
LATE = 0.3
SPEAKERS = 12


@dataclass(frozen=True)
class Shape:
    """The lines after the token's, and what follows the head."""

    name: str
    lines: tuple[str, ...]
    body: bytes
    is_late: bool = False  # it comes when the answer may be there already


def _length(value: str) -> Shape:
    return Shape(f"Content-Length {value!r}", (f"Content-Length:{value}",), HIDDEN)


def _encoding(line: str) -> Shape:
    return Shape(f"{line!r}", (line, f"Content-Length: {len(HIDDEN) + 5}"), b"0\r\n\r\n" + HIDDEN)


def _chunk(size: bytes, end: bytes = b"\r\n") -> Shape:
    body = size + end + b"{" + end + b"0" + end + end + HIDDEN
    return Shape(f"chunk size {size!r} ended by {end!r}", ("Transfer-Encoding: chunked",), body)


def _right(*lines: str) -> list[Shape]:
    """These are correct, but the answer may come before the body is read."""
    whole = ("with its length", (*lines, f"Content-Length: {len(HIDDEN)}"), HIDDEN)
    parts = (
        "in chunks",
        (*lines, "Transfer-Encoding: chunked"),
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN),
    )
    return [
        Shape(f"a request as body, {name}, {lines}", *rest, is_late=is_late)
        for name, *rest in (whole, parts)
        for is_late in (False, True)
    ]


BODIES = (
    *_right(),
    *_right("Expect: 100-continue"),
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
class Saying:
    name: str
    said: bytes
    late: bytes = b""


def _bodies(place: Place) -> list[Saying]:
    return [_with_body(place, *carrier, shape) for carrier in CARRIERS for shape in BODIES]


def _with_body(place: Place, method: str, path: str, has_token: bool, shape: Shape) -> Saying:
    token = place.tokens[0] if has_token else None
    lines = ("Content-Type: application/json", *shape.lines)
    begun, name = (
        wire.head(method, path, token=token, lines=lines),
        f"{method} {path}, {shape.name}",
    )
    if shape.is_late:
        return Saying(f"{name}, late", begun, shape.body)
    return Saying(name, begun + shape.body)


def _heads(place: Place) -> list[Saying]:
    return [Saying(name, said) for name, said in HEADS.items()]


def _addresses(place: Place) -> list[Saying]:
    queries = ["a=1&" * 10_000, "tags=" + "x," * 10_000, "limit=" + "9" * 4000, "[" * 5000]
    paths = [f"{place.clinic}/patients?{query}" for query in queries]
    for text in PERCENT:
        paths += [f"/v1/clinics/{text}", f"/confirm/signup/{text}", f"/{text}", f"/admin/{text}/"]
        paths += [f"{place.clinic}/patients?search={text}", f"/v1/clinics?{text}={text}"]
    return [Saying(path[:60], wire.head("GET", path, token=place.tokens[0])) for path in paths]


async def _say_all(list_sayings: Callable[[Place], list[Saying]], stage: Stage) -> None:
    sayings = list_sayings(stage.place)

    async def one(stage: Stage, number: int) -> None:
        for saying in sayings[number::SPEAKERS]:
            await _say(stage, number, saying)

    await stage.crowd(SPEAKERS, one, is_repeated=False)


async def _say(stage: Stage, number: int, saying: Saying) -> None:
    """On a connection of its own, which may give one answer and no more."""
    answers: list[wire.Answer] = []
    async with await stage.link(number) as link:
        sending = asyncio.ensure_future(_send(link, saying))
        try:
            while not answers or not answers[-1].is_last:
                async with asyncio.timeout(PATIENCE if answers else 5):
                    answers.append(await link.answer())
        except (OSError, TimeoutError, ValueError, IndexError):
            pass  # no further answer; not even HTTP to what is not HTTP
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
    stage.got["/".join(str(answer.status) for answer in answers) or "no answer"] += 1
    _judge(stage, saying.name, [answer.status for answer in answers])


async def _send(link: wire.Link, saying: Saying) -> None:
    await link.send(saying.said)
    if saying.late:
        await asyncio.sleep(LATE)
        await link.send(saying.late)


def _judge(stage: Stage, name: str, statuses: list[int]) -> None:
    is_wrong = [status for status in statuses if status >= 500 and status not in (501, 503, 505)]
    if is_wrong or len(statuses) > 1:
        stage.broken.append(f"{name}: {statuses}")


ATTACKS = (
    Attack("smuggling", "bodies with two ends", partial(_say_all, _bodies), 60),
    Attack("heads", "of a wrong shape", partial(_say_all, _heads), 60),
    Attack("heads", "addresses of a wrong shape", partial(_say_all, _addresses), 60),
)
