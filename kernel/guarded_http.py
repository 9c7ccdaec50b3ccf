"""Calls of addresses that someone outside of the installation has chosen, which must not lead into it.

A host name is resolved here, every address that it has is looked at, and the connection is made to an address that was
looked at: a name that resolves to something else a moment later changes nothing. No redirect is followed, no proxy of
the environment is used, no body of an answer is read, and the call as a whole has a time limit.
"""

import math
import re
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

import httpcore2
import httpx2

from kernel import certificates, db, http

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

SECONDS = 10.0  # for all of a call but the look-up of the name, which has the time limit of the machine's resolver
CONNECT_SECONDS = 3.0
# A global address all the same, at which a cloud answers its machines alone.
_OF_CLOUDS = frozenset({ip_address("168.63.129.16")})
_NAT64 = ip_network("64:ff9b::/96")
# What is handed out of IPv6. The library counts reserved and older ranges of sites as global.
_GLOBAL_6 = ip_network("2000::/3")
_HERE = IPv4Address("127.0.0.1")
_LABEL = rb"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rb"(?=.{1,253}$)%b(\.%b)*\.?" % (_LABEL, _LABEL))
_PORTS = {b"https": 443, b"http": 80}


class Refused(Exception):
    """The address, or one that its name stands for, may not be called, or the name stands for none: someone who has
    chosen it must not learn which names the installation knows."""


class Unreachable(Exception):
    """There was no answer in time, or no connection that can be trusted."""


def check_url(url: str, *, allowed: Sequence[Network]) -> None:
    """What can be said without a look-up. Raises Refused."""
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, UnicodeError):
        raise Refused from None
    is_plain = parsed.scheme == "http" and bool(allowed)
    if not (parsed.scheme == "https" or is_plain) or _is_odd(parsed, url):
        raise Refused
    literal = _literal(parsed.host)
    if literal is not None:
        _check([literal], allowed, is_plain=is_plain)
    elif not _NAME.fullmatch(parsed.raw_host):
        raise Refused


def check_plain_name(url: str, *, allowed: Sequence[Network]) -> None:
    """What a look-up says of an address with http, which may lead into `allowed` alone. Raises Refused; an address that
    begins otherwise is as good as checked."""
    parsed = httpx2.URL(url)
    if parsed.scheme == "http":
        _check(_resolve(parsed.host, parsed.port or _PORTS[b"http"]), allowed, is_plain=True)


def _is_odd(parsed: httpx2.URL, url: str) -> bool:
    has_port = parsed.port is None or 0 < parsed.port < 2**16
    return bool(parsed.userinfo or parsed.fragment or re.search(r"\s", url)) or not has_port


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    allowed: Sequence[Network],
) -> int:
    """The status of the answer; nothing else of it is read. `allowed`: networks that may be called although they
    are not of the internet, by http too.

    Raises Refused and Unreachable, and AssertionError in a transaction (see `kernel.http`).
    """
    if db.in_transaction():
        raise AssertionError(http.IN_TRANSACTION)
    check_url(url, allowed=allowed)
    try:
        return _send(httpx2.URL(url), body, headers, allowed)
    except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError) as error:
        raise Unreachable(type(error).__name__) from None
    except (ssl.SSLError, OSError, UnicodeError) as error:
        raise Unreachable(type(error).__name__) from None


def _send(
    url: httpx2.URL, body: bytes, headers: Mapping[str, str], allowed: Sequence[Network]
) -> int:
    backend = _Backend(allowed, is_plain=url.scheme == "http")
    target = httpcore2.URL(
        scheme=url.raw_scheme,
        host=url.raw_host,
        port=url.port or _PORTS[url.raw_scheme],
        target=url.raw_path,
    )
    sent: list[tuple[bytes | str, bytes | str]] = [
        ("host", url.netloc.decode()),
        ("content-length", str(len(body))),
        *headers.items(),
    ]
    timeouts = {"connect": SECONDS, "read": SECONDS, "write": SECONDS, "pool": SECONDS}
    with (
        httpcore2.ConnectionPool(
            ssl_context=certificates.trusted(), network_backend=backend
        ) as pool,
        pool.stream(
            "POST", target, headers=sent, content=body, extensions={"timeout": timeouts}
        ) as response,
    ):
        return int(response.status)


class _Backend(httpcore2.NetworkBackend):
    """Connects to addresses that were looked at alone."""

    def __init__(self, allowed: Sequence[Network], *, is_plain: bool) -> None:
        self._allowed = allowed
        self._is_plain = is_plain
        self._real = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore2.NetworkStream:
        addresses = _resolve(host, port)
        _check(addresses, self._allowed, is_plain=self._is_plain)
        ends = time.monotonic() + SECONDS
        failure: Exception | None = None
        for address in addresses:
            try:
                stream = self._real.connect_tcp(
                    str(address), port, min(CONNECT_SECONDS, _left(ends)), None, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, ends)
        raise failure or httpcore2.ConnectError


class _TimedStream(httpcore2.NetworkStream):
    """Ends with the call: a receiver that sends a byte every few seconds would hold a worker for hours."""

    def __init__(self, stream: httpcore2.NetworkStream, ends: float) -> None:
        self._stream = stream
        self._ends = ends

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._limit(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._limit(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._limit(timeout))
        return _TimedStream(secured, self._ends)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _limit(self, timeout: float | None) -> float:
        return min(math.inf if timeout is None else timeout, _left(self._ends))


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left


def _resolve(host: str, port: int) -> list[Address]:
    literal = _literal(host)
    if literal is not None:
        return [literal]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused from None
    # Without a zone: an address with one is of the machine's own network.
    return list(dict.fromkeys(ip_address(str(row[4][0]).partition("%")[0]) for row in found))


def _literal(host: str) -> Address | None:
    """Also in the spellings that only the resolver takes for an address, such as 127.1 or 0x7f000001, and the names
    that always stand for the own machine."""
    host = host.removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):
        return _HERE
    try:
        return ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError, ValueError):
        return None


def _check(addresses: Sequence[Address], allowed: Sequence[Network], *, is_plain: bool) -> None:
    """All of them: a name with one forbidden address is refused. Raises Refused."""
    if not addresses or not all(_may_call(one, allowed, is_plain=is_plain) for one in addresses):
        raise Refused


def _may_call(address: Address, allowed: Sequence[Network], *, is_plain: bool) -> bool:
    inner = _inner(address)
    if any(one in network for one in (address, inner) for network in allowed):
        return True
    return not is_plain and _is_of_internet(address) and _is_of_internet(inner)


def _is_of_internet(address: Address) -> bool:
    is_handed_out = address.version == 4 or address in _GLOBAL_6 or address in _NAT64
    is_cast = address.is_multicast or address in _OF_CLOUDS
    return is_handed_out and address.is_global and not is_cast


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address
