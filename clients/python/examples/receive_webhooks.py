"""A receiver of webhooks: it checks the signature, handles each message once, and answers before it works.

WEBHOOK_SECRET=whsec_… python examples/receive_webhooks.py          listens on http://127.0.0.1:8090 (PORT)
python examples/receive_webhooks.py --try                            sends itself four messages, and ends

It needs no other package. Libraries for Standard Webhooks do what `is_genuine` does, in many languages.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECONDS = 5 * 60  # how old a message may be; an older one may have been recorded by someone
MOST_BYTES = 64 * 1024


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether someone who has the secret has sent these bytes, and lately. For a day after a new secret there are two
    signatures, so that the receiver can change to it at any moment of that day."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(now - int(timestamp)) > SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    signatures = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(f"v1,{expected}", signature) for signature in signatures)


class Inbox:
    """What has come. A real receiver keeps this in its database: the ids for a month, written in one transaction with
    what the message changes, so that a message which comes twice has its effect once."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._lock = threading.Lock()
        self.messages: queue.Queue[dict[str, object]] = queue.Queue()

    def take(self, message: dict[str, object]) -> None:
        with self._lock:
            is_new = str(message["id"]) not in self._seen
            self._seen.add(str(message["id"]))
        if is_new:
            self.messages.put(message)


def handle(message: dict[str, object]) -> None:
    """A message has ids alone: read with them what is true now. It may have changed since, and may be gone."""
    print(message["timestamp"], message["type"], message["data"])


def make_server(secret: str, inbox: Inbox, port: int) -> ThreadingHTTPServer:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            if length > MOST_BYTES:
                self._answer(413)
                return
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            if not is_genuine(secret, headers, body, time.time()):
                self._answer(401)
                return
            # Kinds that are not known are taken, too, and ignored.
            inbox.take(json.loads(body))
            self._answer(204)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", port), Receiver)


def work(inbox: Inbox) -> None:
    """In the order in which messages came: those about one person come in the order of what happened."""
    while True:
        handle(inbox.messages.get())


def main() -> None:
    inbox = Inbox()
    port = int(os.environ.get("PORT", "8090"))
    server = make_server(os.environ["WEBHOOK_SECRET"], inbox, port)
    threading.Thread(target=work, args=(inbox,), daemon=True).start()
    print(f"listening on http://127.0.0.1:{port}")
    server.serve_forever()


# --- trying it ---------------------------------------------------------------------------------------
def try_it() -> None:
    """The same message twice, one with a wrong signature, and one that is too old."""
    secret = "whsec_" + base64.b64encode(b"only for this one try of a few s").decode()
    inbox = Inbox()
    server = make_server(secret, inbox, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = int(server.server_address[1])
    now = int(time.time())
    assert send(port, secret, "6b09f5d3c72cce972de3a90d", now) == 204
    assert send(port, secret, "6b09f5d3c72cce972de3a90d", now) == 204
    assert send(port, "whsec_" + "A" * 44, "6b09f5d3c72cce972de3a90e", now) == 401
    assert send(port, secret, "6b09f5d3c72cce972de3a90f", now - 2 * SECONDS) == 401
    server.shutdown()
    server.server_close()
    handle(inbox.messages.get_nowait())
    assert inbox.messages.empty()


def send(port: int, secret: str, message_id: str, timestamp: int) -> int:
    message = {
        "id": message_id,
        "type": "patient.created",
        "timestamp": "2026-11-20T16:40:12Z",
        "data": {"clinicId": "6b09f5d3c72cce972de3a8aa", "userId": "5f3a9c01d7"},
    }
    body = json.dumps(message).encode()
    content = f"{message_id}.{timestamp}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/", body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


if __name__ == "__main__":
    if "--try" in sys.argv:
        try_it()
    elif os.environ.get("WEBHOOK_SECRET"):
        main()
    else:
        print("Not set: WEBHOOK_SECRET. It needs that, or --try.", file=sys.stderr)
        sys.exit(2)
