"""A stand-in for the user service in a process of its own: it says whose tokens the tokens of the bench are.

A deployment has its accounts in a service of its own, so every request of a person asks it over HTTP. The stand-in
answers from memory: its own cost is in neither the web process nor the database.
"""

import json
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SERVER_TOKEN = "token-of-the-clinic-service"
TOKEN_HEADER = "x-tidepool-session-token"


@contextmanager
def running(principals: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """`principals`: token -> what the user service answers about it. Yields its address."""
    command = [sys.executable, "-m", "tests.bench.user_service"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(principals) + "\n")
    process.stdin.flush()
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait(timeout=10)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open, as to the real service
    principals: Mapping[str, Mapping[str, Any]] = {}

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_POST(self) -> None:
        self._read()
        if self.path.endswith("/users"):  # a patient's account, made by a clinic
            self._answer(201, {"userid": str(uuid.uuid4()), "emails": [], "roles": ["patient"]})
        else:
            self._answer(200, {}, {TOKEN_HEADER: SERVER_TOKEN})

    def do_PUT(self) -> None:
        self._read()
        self._answer(200, {})

    def _read(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_GET(self) -> None:
        principal = self.principals.get(self.path.rpartition("/")[2])
        if principal is None:
            self._answer(404, {})
        else:
            self._answer(200, principal)

    def _answer(
        self, status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""


def main() -> None:
    _Handler.principals = json.loads(sys.stdin.readline())
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
