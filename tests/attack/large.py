"""Bodies that are large, deep or endless."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tests.attack import wire
from tests.attack.stage import Attack, Stage, crowd

MEGABYTE = 1024 * 1024
ALMOST = 10 * MEGABYTE - 1000  # just below what the service reads at all
PROFILE = b'{"name":"Lakeside","country":"US","preferredBgUnits":"mg/dL","phoneNumbers":%s}'


# --- bodies ---------------------------------------------------------------------------------------------
@cache
def wrong_list() -> bytes:
    return PROFILE % (b"[" + b"1," * 299_999 + b"1]")


@cache
def distinct_numbers() -> bytes:
    """Each of them is valid; finding out that no two are equal takes comparing."""
    return PROFILE % (b"[%s]" % b",".join(b'{"number":"%d"}' % number for number in range(50_000)))


@cache
def deep(levels: int) -> bytes:
    return PROFILE % (b'{"a":' * levels + b"1" + b"}" * levels)


@cache
def long_text() -> bytes:
    return b'{"name":"%s","country":"US","preferredBgUnits":"mg/dL"}' % (b"x" * 9 * MEGABYTE)


@cache
def huge_number() -> bytes:
    return PROFILE % (b"[{" + b'"type":"Office","number":1' + b"0" * 400 + b"}]")


@cache
def brackets() -> bytes:
    return b"[" * ALMOST


@cache
def many_objects() -> bytes:
    return b"[" + b"{}," * (ALMOST // 3 - 1) + b"{}]"


@cache
def grows_in_the_database() -> bytes:
    """Each number takes two bytes here and a dozen or more in a document."""
    many = b"[" + b"1," * (4 * MEGABYTE) + b"1]"
    return b'{"Meta":{"DataModel":"Order","EventType":"New","Source":{"ID":"x"}},"x":%s}' % many


@cache
def beyond_a_document() -> bytes:
    return b'{"Meta":{"DataModel":"Order","EventType":"New"},"x":"%s"}' % (b"x" * 17 * MEGABYTE)


@cache
def full() -> bytes:
    return b'{"name":"%s"}' % (b"x" * ALMOST)


@cache
def packed() -> bytes:
    return gzip.compress(b" " * 512 * MEGABYTE, compresslevel=6)


# --- who posts ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Post:
    body: Callable[[], bytes]
    path: str = "/v1/clinics"
    method: str = "POST"
    has_token: bool = True
    lines: tuple[str, ...] = ()

    async def __call__(self, stage: Stage, number: int) -> None:
        token = stage.target.tokens[0] if self.has_token else None
        asked = wire.request(
            self.method, self.path, self.body(), token=token, lines=self._lines(stage)
        )
        async with await stage.link(number) as link:
            stage.outcomes[str((await link.ask(asked)).status)] += 1

    def _lines(self, stage: Stage) -> tuple[str, ...]:
        if self.path != "/v1/redox" or not self.has_token:
            return self.lines
        return (*self.lines, f"verification-token: {stage.target.webhook_token}")


@dataclass(frozen=True)
class Endless:
    """A part of a request that never ends, as quickly as the server reads it."""

    start: bytes
    piece: bytes
    path: str = "/v1/redox"
    has_token: bool = False
    lines: tuple[str, ...] = wire.CHUNKED

    async def __call__(self, stage: Stage, number: int) -> None:
        token = stage.target.tokens[0] if self.has_token else None
        begun = wire.head("POST", self.path, token=token, lines=self.lines)
        begun = begun[:-2] if not self.lines else begun  # the head itself continues
        async with await stage.link(number) as link:
            answer = await link.ask(begun + self.start, forever=self.piece)
            stage.outcomes[str(answer.status)] += 1


def _attack(name: str, count: int, act: Post, *, is_short: bool = False) -> Attack:
    return Attack(
        "bodies",
        f"{count} x {name}",
        crowd(count, act, pause=0.1),
        prepare=act.body,
        is_short=is_short,
    )


def _endless(name: str, act: Endless) -> Attack:
    return Attack("endless", f"8 x {name}", crowd(8, act, pause=0.2))


SIGN_UP = "/confirm/accept/signup/x"
LINES_OF_A_HEAD = b"x-a: " + b"b" * 1000 + b"\r\n"
ATTACKS = (
    _attack("a list of 300,000 wrong numbers", 8, Post(wrong_list), is_short=True),
    _attack("the same to accept a sign-up", 8, Post(wrong_list, SIGN_UP, "PUT", has_token=False)),
    _attack("a list of 50,000 distinct numbers", 8, Post(distinct_numbers)),
    _attack("JSON of 1,000 levels", 8, Post(lambda: deep(1000))),
    _attack("JSON of 100,000 levels", 8, Post(lambda: deep(100_000))),
    _attack("a text of 9 MB", 8, Post(long_text)),
    _attack("a number of 400 digits", 8, Post(huge_number)),
    _attack("10 MB of brackets", 8, Post(brackets)),
    _attack("10 MB of small objects", 8, Post(many_objects)),
    _attack(
        "10 MB of small objects, no token", 8, Post(many_objects, SIGN_UP, "PUT", has_token=False)
    ),
    _attack("10 MB of small objects to the webhook", 8, Post(many_objects, "/v1/redox")),
    _attack(
        "a webhook message that grows beyond 16 MB", 4, Post(grows_in_the_database, "/v1/redox")
    ),
    _attack("a webhook message of 17 MB", 4, Post(beyond_a_document, "/v1/redox")),
    _attack("10 MB with a token", 50, Post(full)),
    _attack("10 MB without a token", 50, Post(full, has_token=False)),
    _attack(
        "10 MB without a token to accept a sign-up", 50, Post(full, SIGN_UP, "PUT", has_token=False)
    ),
    _attack("a gzip bomb of 512 MB", 16, Post(packed, lines=("Content-Encoding: gzip",))),
    _endless("a head", Endless(b"", LINES_OF_A_HEAD * 60, lines=())),
    _endless("one line of a head", Endless(b"x-a: ", b"b" * 65_536, lines=())),
    _endless("chunks without a token", Endless(b"", b"10000\r\n" + b"x" * 65_536 + b"\r\n")),
    _endless(
        "chunks with a token",
        Endless(b"", b"10000\r\n" + b"x" * 65_536 + b"\r\n", "/v1/clinics", has_token=True),
    ),
    _endless(
        "chunks of one byte", Endless(b"", b"1\r\nx\r\n" * 10_000, "/v1/clinics", has_token=True)
    ),
    _endless("a chunk's extension", Endless(b"1;x=", b"y" * 65_536, "/v1/clinics", has_token=True)),
    _endless(
        "trailers", Endless(b"1\r\n1\r\n0\r\n", LINES_OF_A_HEAD * 60, "/v1/clinics", has_token=True)
    ),
)
