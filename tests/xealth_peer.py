"""A stand-in for Xealth on loopback: a token endpoint with basic authentication, and endpoints that write and read
orders."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

CLIENT_ID, CLIENT_SECRET = "client-1", "a secret"


READ = "/v2/partner/read/order/"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Some tests kill the client or stop waiting, which breaks its connection."""


class XealthPeer:
    """`answers` are used up one per call: a status, (status, headers), ("hang", s), a body, or "close". Then 200, and
    what is read is in `placed`, by its path behind READ. `token_answers` likewise, (status, body[, headers])."""

    def __init__(self):
        self.orders, self.tokens, self.answers, self.token_answers = [], [], [], []
        self.placed, self.reads = {}, []
        self.lines = []  # of requests: method, address, version
        self.valid_tokens = set()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize, disable_nagle_algorithm = -1, True

            def do_POST(self):
                peer.lines.append(self.requestline)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                (peer._token if self.path == "/token" else peer._order)(self, body)

            def do_GET(self):
                peer.lines.append(self.requestline)
                peer._read(self)

            def reply(self, status, body=None, headers=()):
                content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args):
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def configuration(self):
        address = f"http://127.0.0.1:{self._server.server_address[1]}"
        return {
            "enabled": True, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
            "token_url": f"{address}/token", "base_url": f"{address}/v2",
        }  # fmt: skip

    def environment(self):
        names = ("client_id", "client_secret", "token_url")
        own = self.configuration()
        return {
            **{f"TIDEPOOL_XEALTH_{name.upper()}": own[name] for name in names},
            "TIDEPOOL_XEALTH_SERVER_BASE_URL": own["base_url"],
            "TIDEPOOL_XEALTH_ENABLED": "true",
            "TIDEPOOL_XEALTH_BEARER_TOKEN": "Xealth-test-TOKEN",
        }

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    # --- endpoints
    def _token(self, handler, body):
        expected = base64.b64encode(b"client-1:a+secret").decode()
        if handler.headers["Authorization"] != f"Basic {expected}":
            handler.reply(401)
            return
        self.tokens.append(parse_qs(body.decode()))
        token = f"token-{len(self.tokens)}"
        self.valid_tokens.add(token)
        granted = {"access_token": token, "expires_in": 300}
        handler.reply(*(self.token_answers.pop(0) if self.token_answers else (200, granted)))

    def _order(self, handler, body):
        if not self._is_allowed(handler):
            return
        answer = self.answers.pop(0) if self.answers else 200
        if answer == 200:
            self.orders.append((handler.path, json.loads(body)))
        self._reply(handler, answer, {"error": "as told"})

    def _read(self, handler):
        if not self._is_allowed(handler):
            return
        path = handler.path.removeprefix(READ)
        self.reads.append(path)
        known = 200 if path in self.placed else 404
        answer = self.answers.pop(0) if self.answers else known
        self._reply(handler, answer, self.placed.get(path))

    def _is_allowed(self, handler):
        is_valid = handler.headers["Authorization"].removeprefix("Bearer ") in self.valid_tokens
        if not is_valid:
            handler.reply(401)
        return is_valid

    def _reply(self, handler, answer, body):
        if answer == "close":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            handler.close_connection = True
            return
        if isinstance(answer, bytes):
            handler.reply(200, answer)
            return
        status, extra = answer if isinstance(answer, tuple) else (answer, ())
        if status == "hang":
            time.sleep(extra)
            status, extra = 200, ()
        handler.reply(status, body, extra)
