"""Small stand-ins on loopback: a mail server, and the report service."""

import email
import email.policy
import socketserver
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class MailServer:
    """As much of SMTP as a client needs; `received` counts mails by their Message-ID, `subjects` lists theirs."""

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()
        self.subjects: list[str] = []
        received, subjects = self.received, self.subjects

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 ready")
                for line in self.rfile:
                    command = line[:4].upper()
                    if command == b"DATA":
                        self._say("354 go on")
                        received[self._read_mail()] += 1
                    self._say("221 bye" if command == b"QUIT" else "250 ok")
                    if command == b"QUIT":
                        return

            def _read_mail(self) -> str:
                lines = iter(self.rfile.readline, b".\r\n")
                mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                subjects.append(mail["Subject"])
                return mail["Message-ID"]

            def _say(self, line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address) -> None:
        """The gate breaks connections."""


class ReportService:
    """Answers each call with a PDF; `lines` are those of the requests: method, address, version."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        lines = self.lines

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                lines.append(self.requestline)
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                content = b"%PDF-1.4 a report\n%%EOF\n"
                self.send_response(200)
                self.send_header("Content-Type", "application/pdf")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
