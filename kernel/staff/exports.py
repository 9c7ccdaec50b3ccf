"""Lists as CSV files. A cell that a spreadsheet would run as a formula is turned into plain text."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from django.http import StreamingHttpResponse

from kernel.clock import format_time
from kernel.texts import DIRECTIONS

# Characters that start a formula in a spreadsheet, besides dashes of all kinds.
_FORMULA_STARTS = frozenset("=+@|%\N{MINUS SIGN}")
# Letters and symbols that are not visible: Hangul fillers, a braille pattern without dots.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# In characters, and at least what the web process sends at once: otherwise it would ask for a second piece
# before sending the first.
PIECE = 256 * 1024
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class _Echo:
    """A file object that returns what is written to it."""

    def write(self, text: str) -> str:
        return text


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return format_time(value)
    text = _on_one_line(str(value))
    return "'" + text if _is_formula(text) and not _NUMBER.fullmatch(text) else text


def _on_one_line(text: str) -> str:
    """Some programs split cells at line breaks and tabs, and would find a formula after one. A sign of direction would
    turn the rest of the line."""
    return "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text
        if c not in DIRECTIONS
    )


def _is_formula(text: str) -> bool:
    """Whether the first visible character starts a formula, full-width and small forms included."""
    first_visible = next((c for c in text if not _is_invisible(c)), "")
    plain = unicodedata.normalize("NFKC", first_visible)[:1]
    return plain in _FORMULA_STARTS or unicodedata.category(plain or "a") == "Pd"


def _is_invisible(character: str) -> bool:
    """Spaces, control and format characters, lone marks; also quotes, which some programs remove."""
    return unicodedata.category(character)[0] in "ZCM" or character in _BLANK or character in '"`'


def as_csv(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A failure before the first piece is complete is raised here and answered with a page; after that only
    breaking off the connection is left."""
    pieces = _pieces(_lines(header, rows))
    first = next(pieces)
    response = StreamingHttpResponse(chain([first], pieces), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    # Quotes around every cell: in countries where another separator is usual, a text containing it would be
    # split.
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    # Spreadsheets read a file as UTF-8 only if it begins with this mark.
    yield "\ufeff" + writer.writerow([cell(title) for title in header])
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


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
