"""The way to a neighbour, which a test closes while it is in use."""

import contextlib
import socket
import threading
import time


class Gate:
    """Passes bytes to and from `upstream`. `hang`: connections are accepted and nothing answers; like a process that
    was stopped, the neighbour gets what was sent once it goes on, although the client has given up by then. `die`:
    connections break and new ones are refused."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._open, self._ended = threading.Event(), False
        self._open.set()
        self._links: set[socket.socket] = set()
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    def hang(self, seconds: float) -> None:
        self._open.clear()
        time.sleep(seconds)
        self._open.set()

    def die(self, seconds: float) -> None:
        self._close_all()
        time.sleep(seconds)
        self._listener = self._listen(self.port)

    def close(self) -> None:
        self._ended = True
        self._open.set()
        self._close_all()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = listener.accept()
                threading.Thread(target=self._join, args=(link,), daemon=True).start()

    def _join(self, link: socket.socket) -> None:
        with contextlib.suppress(OSError):
            other = socket.create_connection(("127.0.0.1", self._upstream))
            self._links |= {link, other}
            back = threading.Thread(target=self._pump, args=(other, link), daemon=True)
            back.start()
            self._pump(link, other)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._open.wait()
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _close_all(self) -> None:
        # Closing alone would leave the thread that accepts, and the port with it.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for link in list(self._links):
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            link.close()
        self._links.clear()
