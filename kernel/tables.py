"""Lists as tables for spreadsheets: CSV, and workbooks of Excel. No cell of either is run as a formula."""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import TextIOWrapper
from typing import IO, Any

from kernel.clock import format_time
from kernel.texts import DIRECTIONS

# Characters that start a formula in a spreadsheet, besides dashes of all kinds.
_FORMULA_STARTS = frozenset("=+@|%\N{MINUS SIGN}")
# Letters and symbols that are not visible: Hangul fillers, a braille pattern without dots.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# Excel takes no more in a cell; XlsxWriter would leave the cell empty.
_MOST_OF_CELL = 32_767


def plain(value: Any) -> str:
    """On one line; for a file in which every cell is declared to be text."""
    if value is None:
        return ""
    return format_time(value) if isinstance(value, datetime) else _on_one_line(str(value))


def cell(value: Any) -> str:
    """As `plain`, and neutral where it would begin a formula; also after a semicolon, which separates cells where the
    decimal point is a comma, even within quotes that do not begin a cell there."""
    text = plain(value)
    if ";" in text:
        return ";".join(map(_neutral, text.split(";")))
    return _neutral(text)


def _neutral(text: str) -> str:
    return "'" + text if _looks_like_formula(text) else text


def _looks_like_formula(text: str) -> bool:
    return _is_formula(text) and not _NUMBER.fullmatch(text)


def _on_one_line(text: str) -> str:
    """Some programs split cells at line breaks and tabs, and would find a formula after one. A sign of direction would
    turn the rest of the line."""
    if text.isascii() and text.isprintable():
        return text  # as nearly all cells are, of which a large file has millions
    return "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text
        if c not in DIRECTIONS
    )


def _is_formula(text: str) -> bool:
    """Whether the first visible character starts a formula, full-width and small forms included."""
    if text[:1].isascii() and text[:1].isalnum():
        return False
    first_visible = next((c for c in text if not _is_invisible(c)), "")
    normal = unicodedata.normalize("NFKC", first_visible)[:1]
    return normal in _FORMULA_STARTS or unicodedata.category(normal or "a") == "Pd"


def _is_invisible(character: str) -> bool:
    """Spaces, control and format characters, lone marks; also quotes, which some programs remove."""
    return unicodedata.category(character)[0] in "ZCM" or character in _BLANK or character in '"`'


# --- CSV ------------------------------------------------------------------------------------------
class _Echo:
    """A file object that returns what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    # Quotes around every cell: in countries where another separator is usual, a text containing it would be
    # split.
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    # Spreadsheets read a file as UTF-8 only if it begins with this mark.
    yield "\ufeff" + writer.writerow([cell(title) for title in header])
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def bare_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """For programs: quotes where they are needed, line feeds, no mark of the encoding. The cells are written as they
    are; those that people have typed have to be made by `cell`."""
    writer = csv.writer(_Echo(), lineterminator="\n")
    return (writer.writerow(row) for row in rows)


def write_csv(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    text = TextIOWrapper(file, encoding="utf-8", newline="")
    text.writelines(lines(header, rows))
    text.detach()


# --- workbooks ------------------------------------------------------------------------------------
def write_workbook(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Row by row: what is written is in temporary files. Every cell is text, so an MRN keeps its zeros, and one that
    would become a formula when someone edits it has the mark that keeps it text."""
    import xlsxwriter

    with xlsxwriter.Workbook(file, {"constant_memory": True}) as workbook:
        sheet, quoted = workbook.add_worksheet(), workbook.add_format({"quote_prefix": True})
        sheet.freeze_panes(1, 0)
        bold = workbook.add_format({"bold": True})
        for column, title in enumerate(header):
            sheet.write_string(0, column, title, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                text = _as_cell(plain(value))
                sheet.write_string(
                    number, column, text, quoted if _looks_like_formula(text) else None
                )


def _as_cell(text: str) -> str:
    """XlsxWriter takes a text from <r> to </r> for markup of its own, and writes it into the file as it is."""
    text = text[: _MOST_OF_CELL - 1]
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


WRITERS: Mapping[str, Callable[[IO[bytes], Sequence[str], Iterable[Sequence[Any]]], None]] = {
    "csv": write_csv,
    "xlsx": write_workbook,
}
