"""Files as answers that are made while they are sent.

What fails while the file is made has to be an answer of its own, and no part of a file behind a 200. So the beginning
is made before the answer begins: all of a small file. The rest of a large one may fail, and then the connection is
broken off, which every HTTP client reports (decision 0027).
"""

import time
from collections.abc import Callable, Iterator

from django.http import StreamingHttpResponse

AHEAD_SECONDS = 0.5  # at least so long it is made before it is sent: the first byte has a second
AHEAD_BYTES = 4 * 1024 * 1024
PIECE = 64 * 1024


def download(
    lines: Iterator[str], *, name: str, content_type: str, close: Callable[[], None]
) -> StreamingHttpResponse:
    """Raises what the beginning raises. `close` is called when the file is complete or its client has gone, and where
    this raises."""
    pieces = _Pieces(lines, close)
    try:
        pieces.make_ahead()
    except BaseException:
        pieces.close()
        raise
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    if pieces.is_complete:
        response.headers["Content-Length"] = str(pieces.size)
    return response


class _Pieces:
    """Made in pieces, of which the first are kept until they are sent. Django closes it with the answer."""

    def __init__(self, lines: Iterator[str], close: Callable[[], None]) -> None:
        self._lines, self._on_close = lines, close
        self._ahead: list[bytes] = []
        self.is_complete = False

    @property
    def size(self) -> int:
        return sum(map(len, self._ahead))

    def make_ahead(self) -> None:
        ends, size = time.monotonic() + AHEAD_SECONDS, 0
        while not self.is_complete and size < AHEAD_BYTES and time.monotonic() < ends:
            piece = self._make()
            self._ahead.append(piece)
            size += len(piece)

    def _make(self) -> bytes:
        parts: list[str] = []
        size = 0
        for line in self._lines:
            parts.append(line)
            size += len(line)
            if size >= PIECE:
                break
        else:
            self.is_complete = True
        return "".join(parts).encode()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._ahead:
            return self._ahead.pop(0)
        if self.is_complete:
            raise StopIteration
        return self._make()

    def close(self) -> None:
        self._ahead.clear()
        self._on_close()
