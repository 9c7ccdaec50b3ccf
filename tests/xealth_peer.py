"""A stand-in for Xealth on loopback: a token endpoint with basic authentication, and an endpoint for
orders."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

CLIENT_ID, CLIENT_SECRET = "client-1", "a secret"


class XealthPeer:
    """`answers` are used up one per order: a status, or "close". Then 200. `token_answers` likewise, (status, body)."""

    def __init__(self):
        self.orders, self.tokens, self.answers, self.token_answers = [], [], [], []
        self.valid_tokens = set()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize, disable_nagle_algorithm = -1, True

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                (peer._token if self.path == "/token" else peer._order)(self, body)

            def reply(self, status, body=None):
                content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def configuration(self):
        address = f"http://127.0.0.1:{self._server.server_address[1]}"
        return {
            "enabled": True, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
            "token_url": f"{address}/token", "base_url": f"{address}/v2",
        }  # fmt: skip

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
        if handler.headers["Authorization"].removeprefix("Bearer ") not in self.valid_tokens:
            handler.reply(401)
            return
        answer = self.answers.pop(0) if self.answers else 200
        if answer == "close":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            handler.close_connection = True
            return
        if answer == 200:
            self.orders.append((handler.path, json.loads(body)))
        handler.reply(answer, {"error": "as told"})
