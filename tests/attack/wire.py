"""HTTP/1.1 as raw bytes, so that requests can be wrong, slow, or never end. Loopback only."""

import asyncio
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

HEADER = "x-tidepool-session-token"
OWN_ADDRESS = "127.0.0.1"
ATTACKER_ADDRESSES = tuple(f"127.0.0.{number}" for number in range(2, 251))
CHUNK_BYTES = 256 * 1024
_ROOM = 1024 * 1024  # of one line or head of an answer
_BIND_ADDRESS_NO_PORT = (
    24  # Linux chooses the port at connect, so that an address does not run out of ports
)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    is_last: bool  # the server closes the connection
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Closed(ConnectionError):
    """The server has ended the connection in order, without an answer."""


class Link:
    """One connection from an address of our choice."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int, *, source: str = OWN_ADDRESS, room: int = 0) -> "Link":
        """`room` limits the receive buffer."""
        sock = socket.socket()
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if room:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
            sock.bind((source, 0))
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
            return cls(*await asyncio.open_connection(sock=sock, limit=_ROOM))
        except BaseException:
            sock.close()
            raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        self._writer.transport.abort()

    async def send(self, data: bytes) -> None:
        for start in range(0, len(data), CHUNK_BYTES):
            self._writer.write(data[start : start + CHUNK_BYTES])
            await self._writer.drain()

    async def ask(self, data: bytes, *, forever: bytes = b"", every: float = 0.0) -> Answer:
        """Reads while it sends: a server may answer before it has read everything, and close. `forever` is sent
        again and again after the data."""
        sending = asyncio.create_task(self._send_on(data, forever, every))
        try:
            return await self.answer()
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send_on(self, data: bytes, forever: bytes, every: float) -> None:
        await self.send(data)
        while forever:
            await asyncio.sleep(every)
            await self.send(forever)

    async def answer(self) -> Answer:
        """The next answer, read to its end. `100 Continue` does not count."""
        head = await self._until(b"\r\n\r\n")
        while head.startswith(b"HTTP/1.1 100"):
            head = await self._until(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(_header(line) for line in lines if line)
        if headers.get("transfer-encoding") == "chunked":
            body = await self._chunks()
        else:
            body = await self._exactly(int(headers.get("content-length", 0)))
        status, is_last = int(first.split(" ")[1]), headers.get("connection") == "close"
        return Answer(status, is_last, headers, body)

    def stop_reading(self) -> None:
        self._writer.transport.pause_reading()  # type: ignore[attr-defined]

    def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def _chunks(self) -> bytes:
        parts = []
        while size := int(await self._until(b"\r\n"), 16):
            parts.append(await self._exactly(size))
            await self._until(b"\r\n")
        await self._until(b"\r\n")
        return b"".join(parts)

    async def _until(self, end: bytes) -> bytes:
        try:
            return (await self.reader.readuntil(end)).removesuffix(end)
        except asyncio.IncompleteReadError:
            raise Closed from None

    async def _exactly(self, size: int) -> bytes:
        try:
            return await self.reader.readexactly(size)
        except asyncio.IncompleteReadError:
            raise Closed from None


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip().lower()


def head(method: str, path: str, *, token: str | None = None, lines: Sequence[str] = ()) -> bytes:
    """A request's head; `lines` are added as they are."""
    words = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if token is not None:
        words.append(f"{HEADER}: {token}")
    return "\r\n".join([*words, *lines, "", ""]).encode("latin-1")


def with_length(size: int) -> tuple[str, str]:
    return "Content-Type: application/json", f"Content-Length: {size}"


CHUNKED = ("Content-Type: application/json", "Transfer-Encoding: chunked")


def request(
    method: str,
    path: str,
    body: bytes = b"",
    *,
    token: str | None = None,
    lines: Sequence[str] = (),
) -> bytes:
    body_lines = with_length(len(body)) if body or method != "GET" else ()
    return head(method, path, token=token, lines=(*body_lines, *lines)) + body
