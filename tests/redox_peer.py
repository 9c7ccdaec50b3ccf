"""A stand-in of Redox on loopback: token, message and upload endpoints, real HTTP, real signature check."""

import json
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Some tests kill the client, which breaks its connection."""


@cache
def key_called(name):
    """A key for each name, made once.

    Gain: 30 to 160 ms for each peer, depending on how soon primes are found.
    Remove when: the peer's assertions are signed with a kind of key that is quick to make.
    """
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class RedoxPeer:
    """`answers` are used up one per message: a status, ("hang", s), "close", or (status, headers). Then 200."""

    def __init__(self, key="redox"):
        self.key = key_called(key)
        self.messages, self.assertions, self.uploads, self.answers = [], [], [], []
        self.lines = []  # of requests: method, address, version
        self.upload_uri = "https://blob.example/1"
        self.valid_tokens = set()
        self._lock = threading.Lock()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Send head and body in one packet: otherwise the body waits for the client's delayed
            # acknowledgement.
            wbufsize, disable_nagle_algorithm = -1, True

            def do_POST(self):
                peer.lines.append(self.requestline)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                {"/token": peer._token, "/endpoint": peer._message, "/upload": peer._upload}[
                    self.path
                ](self, body)

            def reply(self, status, body=None, headers=()):
                content = json.dumps(body or {}).encode()
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

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def private_pem(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def configuration(self):
        return {
            "enabled": True, "client_id": "client-1", "key_id": "key-1", "private_key": self.private_pem,
            "source_id": "our-source", "source_name": "Tidepool", "token_url": f"{self.url}/token",
            "endpoint_url": f"{self.url}/endpoint", "upload_url": f"{self.url}/upload",
        }  # fmt: skip

    def environment(self):
        prefix = "TIDEPOOL_REDOX_"
        variables = {
            prefix + name.upper(): str(value) for name, value in self.configuration().items()
        }
        return {
            **variables,
            prefix + "ENABLED": "true",
            prefix + "VERIFICATION_TOKEN": "redox-test-token",
        }

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    # --- endpoints
    def _token(self, handler, body):
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        header = jwt.get_unverified_header(form["client_assertion"])
        try:
            claims = jwt.decode(
                form["client_assertion"], self.key.public_key(), algorithms=["RS384"]
            )
        except jwt.InvalidTokenError:
            handler.reply(400, {"error": "invalid_client"})
            return
        with self._lock:
            self.assertions.append((header, claims, form))
            token = f"token-{len(self.assertions)}"
            self.valid_tokens.add(token)
        handler.reply(200, {"access_token": token, "expires_in": 300})

    def _message(self, handler, body):
        with self._lock:
            answer = self.answers.pop(0) if self.answers else 200
        if handler.headers["Authorization"].removeprefix("Bearer ") not in self.valid_tokens:
            handler.reply(401)
            return
        status, headers = answer if isinstance(answer, tuple) else (answer, ())
        if status == "hang":
            time.sleep(headers)
            status, headers = 200, ()
        if status == "close":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            handler.close_connection = True
            return
        if status == 200:
            with self._lock:
                self.messages.append(json.loads(body))
        if status == 401:
            self.valid_tokens.clear()
        handler.reply(status, {"errorDetail": "as told"}, headers)

    def _upload(self, handler, body):
        self.uploads.append(body)
        handler.reply(201, {"URI": self.upload_uri})

    # --- what arrived
    def notes(self):
        return [m["Note"]["DocumentID"] for m in self.messages if m["Meta"]["DataModel"] == "Notes"]
