"""Lists as CSV files, sent as they are read."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.http import StreamingHttpResponse

from kernel.tables import cell, lines

__all__ = ["as_csv", "cell"]

# In characters, and at least what the web process sends at once: otherwise it would ask for a second piece
# before sending the first.
PIECE = 256 * 1024


def as_csv(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A failure before the first piece is complete is raised here and answered with a page; after that only
    breaking off the connection is left."""
    pieces = _pieces(lines(header, rows))
    first = next(pieces)
    response = StreamingHttpResponse(chain([first], pieces), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _pieces(lines: Iterator[str]) -> Iterator[str]:
    parts: list[str] = []
    size = 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size >= PIECE:
            yield "".join(parts)
            parts, size = [], 0
    if parts:
        yield "".join(parts)
