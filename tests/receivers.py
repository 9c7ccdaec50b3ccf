"""A receiver of webhooks on the loopback network, and the settings that let messages reach it."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from webhooks.services.listeners import wait_until_known  # noqa: F401 (replaced for each test)

LOOPBACK = (ip_network("127.0.0.0/8"),)


@dataclass
class Received:
    headers: dict
    body: bytes

    @property
    def message(self):
        return json.loads(self.body)


class Receiver:
    """Answers with `status`, or with what `answer` says for a message."""

    def __init__(self, tls=None):
        self.received = []
        self.status = 204
        self.location = ""
        self.answer = None
        self.before_answer = lambda: None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                one = Received(headers, body)
                receiver.received.append(one)
                receiver.before_answer()
                self.send_response(receiver.answer(one) if receiver.answer else receiver.status)
                if receiver.location:
                    self.send_header("location", receiver.location)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"{self._scheme}://127.0.0.1:{self.port}/hooks"

    @property
    def messages(self):
        return [one.message for one in self.received]

    @property
    def kinds(self):
        return [message["type"] for message in self.messages]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_ALLOWED_NETWORKS = LOOPBACK
    one = Receiver()
    yield one
    one.close()
