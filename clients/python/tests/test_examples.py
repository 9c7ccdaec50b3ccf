"""The examples, run as a person runs them, where something is missing or wrong: one line, and no traceback."""

import os
import subprocess
import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

FOLDER = Path(__file__).parent.parent
RECEIVER = FOLDER / "examples" / "receive_webhooks.py"  # it calls no service
EXAMPLES = sorted({*(FOLDER / "examples").glob("*.py")} - {RECEIVER})
SECRET = "a-wrong-secret"  # noqa: S105 (of no one)
GIVEN = {
    "CLINICS_EMAIL": "kim@example.org",
    "CLINICS_PASSWORD": SECRET,
    "CLINICS_TOKEN": SECRET,
    "CLINICS_CLINIC": "64b000000000000000000001",
}


class Refusing(BaseHTTPRequestHandler):
    """A service that knows no one."""

    def do_GET(self) -> None:
        body = b'{"code": 401, "reason": "no such account"}'
        self.send_response(401)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 (the names that the server looks for)

    def log_message(self, *_: object) -> None:
        pass


class Examples(unittest.TestCase):
    def failing(self, example: Path, given: dict[str, str], status: int) -> str:
        """What it prints, which is one line."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        ended = subprocess.run(  # noqa: S603 (its own example)
            [sys.executable, str(example)],
            env={"PYTHONPATH": str(FOLDER), **kept, **given},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        self.assertEqual((ended.returncode, ended.stderr.count("\n")), (status, 1), ended.stderr)
        self.assertNotIn(SECRET, ended.stderr)
        return ended.stderr

    def test_without_variables_they_name_those_that_are_missing(self) -> None:
        for example in EXAMPLES:
            self.assertIn("Not set: CLINICS_ADDRESS", self.failing(example, {}, 2))
            self.assertIn("Not set: CLINICS_ADDRESS.", self.failing(example, GIVEN, 2))

    def test_without_a_secret_the_receiver_names_it(self) -> None:
        self.assertIn("Not set: WEBHOOK_SECRET.", self.failing(RECEIVER, {}, 2))

    def test_a_wrong_password_or_token_is_said(self) -> None:
        server = HTTPServer(("127.0.0.1", 0), Refusing)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        address = f"http://127.0.0.1:{server.server_port}"
        for example in EXAMPLES:
            said = self.failing(example, {**GIVEN, "CLINICS_ADDRESS": address}, 1)
            self.assertIn("does not know this account or token: 401", said)

    def test_an_address_where_no_service_is_is_said(self) -> None:
        for address in ("http://127.0.0.1:9", "127.0.0.1:9", "http://[", "ftp://127.0.0.1"):
            for example in EXAMPLES:
                said = self.failing(example, {**GIVEN, "CLINICS_ADDRESS": address}, 1)
                self.assertIn("cannot be reached", said)


if __name__ == "__main__":
    unittest.main()
