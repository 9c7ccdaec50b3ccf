"""Writes sheets as a workbook, row by row: what has been written is in temporary files, not in memory.

Every text is a text cell: no value becomes a formula or a link, whatever it looks like. One that a spreadsheet would
take for a formula if someone edited the cell is marked as text besides (the quote prefix).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import IO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from merges.report.cells import Heading, Row, looks_like_formula, plain

MOST_ROWS = 1_048_576  # of a sheet
FIRST_WIDTH = 50
NARROWEST, WIDEST = 8, 80  # characters
_OPTIONS = {"constant_memory": True}


def write(sheets: Mapping[str, Iterable[Row]], file: IO[bytes]) -> None:
    with xlsxwriter.Workbook(file, _OPTIONS) as workbook:
        formats = _Formats(workbook)
        for name, rows in sheets.items():
            _Sheet(workbook.add_worksheet(name), formats).write(rows)


def _quoted(text: str) -> str:
    """XlsxWriter takes a text from <r> to </r> for markup of its own, and writes it into the file as it is."""
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


class _Formats:
    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._formats: dict[tuple[bool, bool], Format | None] = {
            (False, False): None,
            (True, False): workbook.add_format({"bold": True}),
            (False, True): workbook.add_format({"quote_prefix": True}),
            (True, True): workbook.add_format({"bold": True, "quote_prefix": True}),
        }

    def of(self, text: str, row: Row) -> Format | None:
        return self._formats[isinstance(row, Heading), looks_like_formula(text)]


class _Sheet:
    def __init__(self, sheet: Worksheet, formats: _Formats) -> None:
        self._sheet = sheet
        self._formats = formats
        self._widths: Counter[int] = Counter()

    def write(self, rows: Iterable[Row]) -> None:
        rows = iter(rows)
        for number in range(MOST_ROWS - 1):
            row = next(rows, None)
            if row is None:
                break
            self._write_row(number, row)
        left_over = sum(1 for _ in rows)
        if left_over:
            self._write_row(MOST_ROWS - 1, (f"{left_over} more rows do not fit into a sheet",))
        self._set_widths()

    def _write_row(self, number: int, row: Row) -> None:
        for column, value in enumerate(row):
            if isinstance(value, int):
                self._sheet.write_number(number, column, value)
            elif value:
                self._write_text(number, column, plain(value), row)

    def _write_text(self, number: int, column: int, text: str, row: Row) -> None:
        self._sheet.write_string(number, column, _quoted(text), self._formats.of(text, row))
        self._widths[column] = max(self._widths[column], len(text))

    def _set_widths(self) -> None:
        self._sheet.set_column(0, 0, FIRST_WIDTH)
        for column, longest in self._widths.items():
            if column > 0:
                self._sheet.set_column(column, column, min(max(longest + 1, NARROWEST), WIDEST))
