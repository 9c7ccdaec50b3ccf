"""The load: a process of its own that keeps some connections busy for some seconds, on loopback only.

Reads one JSON request from standard input and prints one JSON result: requests, errors, seconds, latencies.
"""

import json
import socket
import sys
import threading
import time
from itertools import cycle
from typing import Any


def main() -> None:
    job = json.load(sys.stdin)
    assert job["host"] == "127.0.0.1", "a load goes to this machine only"
    results: list[dict[str, Any]] = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(_run(job, n)))
        for n in range(job["connections"])
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    latencies = sorted(x for result in results for x in result["latencies"])
    json.dump(
        {
            "requests": len(latencies),
            "errors": sum(result["errors"] for result in results),
            "bytes": sum(result["bytes"] for result in results),
            "seconds": time.perf_counter() - started,
            "p50": _quantile(latencies, 0.50),
            "p95": _quantile(latencies, 0.95),
        },
        sys.stdout,
    )


def _quantile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def _run(job: dict[str, Any], number: int) -> dict[str, Any]:
    requests = cycle([_request(job, path, body) for path, body in job["targets"]])
    for _ in range(number * 7 % max(1, len(job["targets"]))):
        next(requests)
    result: dict[str, Any] = {"latencies": [], "errors": 0, "bytes": 0}
    connection = _connect(job)
    deadline = time.perf_counter() + job["seconds"]
    while True:
        started = time.perf_counter()
        if started >= deadline:
            return result
        try:
            connection.sendall(next(requests))
            status, size = _read(connection)
        except (OSError, ValueError):
            connection.close()
            connection = _connect(job)
            result["errors"] += 1
            continue
        result["latencies"].append(time.perf_counter() - started)
        result["bytes"] += size
        if status not in job["statuses"]:
            result["errors"] += 1


def one_by_one(port: int, token: str, paths: list[str]) -> list[float]:
    """The seconds of each of these requests, in the calling process."""
    job = {"host": "127.0.0.1", "port": port, "method": "GET", "token": token, "headers": {}}
    connection = _connect(job)
    try:
        return [_seconds(connection, _request(job, path, None)) for path in paths]
    finally:
        connection.close()


def _seconds(connection: socket.socket, request: bytes) -> float:
    started = time.perf_counter()
    connection.sendall(request)
    status, _ = _read(connection)
    assert status == 200, f"{status} for {request!r}"
    return time.perf_counter() - started


def _connect(job: dict[str, Any]) -> socket.socket:
    connection = socket.create_connection((job["host"], job["port"]), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _request(job: dict[str, Any], path: str, body: Any) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    token = {"x-tidepool-session-token": job["token"]} if job["token"] else {}
    head = (
        f"{job['method']} {path} HTTP/1.1\r\nHost: {job['host']}:{job['port']}\r\n"
        "Connection: keep-alive\r\n"
    ) + "".join(f"{name}: {value}\r\n" for name, value in (token | job["headers"]).items())
    if body is not None:
        head += "Content-Type: application/json\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def _read(connection: socket.socket) -> tuple[int, int]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, rest = data.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        if name.lower() == b"transfer-encoding":
            raise ValueError
    size = len(rest)
    while size < length:
        size += len(_more(connection))
    return status, length


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(262144)
    if not data:
        raise ValueError
    return data


if __name__ == "__main__":
    main()
