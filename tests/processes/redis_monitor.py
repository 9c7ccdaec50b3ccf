"""Every command that Redis gets, as MONITOR tells it: keys and values of caches, limits and the broker."""

import base64
import binascii
import re
import socket
import threading
from urllib.parse import urlsplit

_ENCODED = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")  # the broker sends bodies of messages in base64


class RedisMonitor:
    """Listens from its beginning until `close`. `text()` is what the commands of our database held, also
    decoded."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._database = address.path.strip("/") or "0"
        self._socket = socket.create_connection((address.hostname or "", address.port or 6379))
        self._socket.sendall(b"MONITOR\r\n")
        self._lines: list[str] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with self._socket.makefile(encoding="latin-1") as lines:
            for line in lines:
                if f" [{self._database} " in line[:40]:
                    self._lines.append(line)

    def text(self) -> str:
        commands = "".join(self._lines)
        return commands + "\n".join(filter(None, map(_decoded, _ENCODED.findall(commands))))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode("latin-1")
    except binascii.Error:
        return ""
