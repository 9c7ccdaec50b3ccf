"""The report as a PDF: header, stacked bars, table of statistics. The same input always gives the same bytes.

Noto Sans is embedded (Latin, Greek, Cyrillic); characters it lacks are shown as a replacement sign. Text stays
text, so the page can be searched, copied and read aloud.
"""

import io
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pymupdf_fonts
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ehr.report.content import Band, Line, Section, Subject, sections

REGULAR, BOLD = "NotoSans", "NotoSans-Bold"
INK, MUTED, RULE, PAPER = "#1f2b3a", "#5b6876", "#d5dbe1", "#f4f6f8"
MARGIN = 48.0
BAR_HEIGHT = 30.0
ELLIPSIS = "…"
LONGEST = 500  # characters; zero-width characters would never fill a line
NARROW = 0.045  # a band thinner than this has no room for its number
NO_PATTERN = (
    "Drawn from summary statistics. "
    "They hold no readings by time of day, so this report shows no daily pattern."
)
GOALS = "Goals are those for most nonpregnant adults (ADA Standards of Care); a patient's own goals may differ."


def draw(subject: Subject, summary: Any, *, drawn: datetime) -> bytes:
    """A PDF of one page. `drawn` is the time printed in the footer."""
    _register_fonts()
    page = _Page(subject)
    page.header(subject)
    parts = sections(summary, subject.units)
    for section in parts:
        page.section(section, subject)
    if not parts:
        page.paragraph("There is no glucose data for this patient.")
    page.footer(drawn)
    return page.finish()


@cache
def _register_fonts() -> None:
    for name, key in ((REGULAR, "notos"), (BOLD, "notosbo")):
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(pymupdf_fonts.myfont(key))))


def printable(text: str) -> Iterator[str]:
    """Characters without a glyph become a replacement sign instead of vanishing."""
    glyphs = pdfmetrics.getFont(REGULAR).face.charToGlyph
    for character in text:
        yield character if ord(character) in glyphs else "\N{REPLACEMENT CHARACTER}"


class _Page:
    """A canvas with a cursor that moves down."""

    def __init__(self, subject: Subject) -> None:
        self._buffer = io.BytesIO()
        size = LETTER if subject.is_us else A4
        self.width, self.height = size
        self.canvas = Canvas(
            self._buffer, pagesize=size, invariant=1, pageCompression=1, lang="en-US"
        )
        self.canvas.setTitle("Glucose report, 14 days")
        self.canvas.setAuthor("Tidepool")
        self.canvas.setSubject("Time in ranges and glucose statistics")
        self.zone = _zone(subject.timezone)
        self.y = self.height - MARGIN

    def finish(self) -> bytes:
        self.canvas.showPage()
        self.canvas.save()
        return self._buffer.getvalue()

    # --- parts ------------------------------------------------------------------------------------
    def header(self, subject: Subject) -> None:
        self.y -= 14
        self.text(MARGIN, "Glucose report", font=BOLD, size=20)
        self.right(self.width - MARGIN, subject.clinic_name, font=BOLD, size=11)
        self.y -= 15
        self.text(MARGIN, "Last 14 days of data", size=10, color=MUTED)
        self.right(self.width - MARGIN, f"Times in {self.zone.key}", size=9, color=MUTED)
        self.y -= 16
        self._identity(subject)

    def _identity(self, subject: Subject) -> None:
        self.canvas.setFillColor(HexColor(PAPER))
        self.canvas.roundRect(MARGIN, self.y - 34, self.width - 2 * MARGIN, 42, 5, stroke=0, fill=1)
        columns = (
            ("Patient", subject.full_name or "–"),
            ("Date of birth", subject.birth_date or "–"),
            ("MRN", subject.mrn or "–"),
        )
        positions = (0.02, 0.58, 0.79)
        inner = self.width - 2 * MARGIN
        for (label, value), share in zip(columns, positions, strict=True):
            x = MARGIN + inner * share
            self.at(x, self.y - 6, label, size=8, color=MUTED)
            limit = inner * (0.54 if share < 0.5 else 0.19)
            self.at(x, self.y - 24, _fitted(value, BOLD, 13, limit), font=BOLD, size=13)
        self.y -= 62

    def section(self, section: Section, subject: Subject) -> None:
        self.text(MARGIN, section.title, font=BOLD, size=12.5)
        self.right(self.width - MARGIN, self._span(section.period), size=9.5, color=MUTED)
        self.y -= 12
        if section.bands:
            self._bar(section.bands)
            self._legend(section.bands)
        if section.note:
            self.paragraph(section.note)
        self._table(section.lines)
        self.y -= 22

    def _bar(self, bands: list[Band]) -> None:
        """Low on the left, high on the right, as on a number line; an outline keeps small parts visible."""
        x, width = MARGIN, self.width - 2 * MARGIN
        total = sum(band.share for band in bands) or 1.0
        self.y -= BAR_HEIGHT
        for band in reversed(bands):
            part = width * band.share / total
            self.canvas.setFillColor(HexColor(band.color))
            self.canvas.rect(x, self.y, part, BAR_HEIGHT, stroke=0, fill=1)
            if band.share / total >= NARROW:
                self.canvas.setFillColor(HexColor(INK))
                self.canvas.setFont(BOLD, 11)
                self.canvas.drawCentredString(x + part / 2, self.y + 11, _share(band.share))
            x += part
        self.canvas.setStrokeColor(HexColor(RULE))
        self.canvas.rect(MARGIN, self.y, width, BAR_HEIGHT, stroke=1, fill=0)
        self.y -= 18

    def _legend(self, bands: list[Band]) -> None:
        """The same in words: color alone says nothing in print or to color-blind readers."""
        columns = (MARGIN + 15, MARGIN + 98, MARGIN + 215, MARGIN + 272)
        heads = ("Range", "Glucose", "Share", "Goal" if any(band.goal for band in bands) else "")
        self._row(columns, heads, color=MUTED)
        for band in bands:
            self.canvas.setFillColor(HexColor(band.color))
            self.canvas.rect(MARGIN, self.y - 1, 9, 9, stroke=0, fill=1)
            cells = (band.label, band.limits, _share(band.share), band.goal)
            self._row(columns, cells, bold=2)
        self.y -= 8

    def _table(self, lines: list[Line]) -> None:
        columns = (MARGIN, MARGIN + 215, MARGIN + 340)
        for line in lines:
            self.canvas.setStrokeColor(HexColor(RULE))
            self.canvas.line(MARGIN, self.y + 11, self.width - MARGIN, self.y + 11)
            goal = f"Goal: {line.goal}" if line.goal else ""
            self._row(columns, (line.label, line.value, goal), bold=1, step=15.5)

    def _row(
        self,
        columns: tuple[float, ...],
        cells: tuple[str, ...],
        *,
        color: str = INK,
        bold: int = -1,
        step: float = 14,
    ) -> None:
        for number, (x, cell) in enumerate(zip(columns, cells, strict=True)):
            self.at(
                x, self.y, cell, font=BOLD if number == bold else REGULAR, size=9.5, color=color
            )
        self.y -= step

    def paragraph(self, words: str) -> None:
        self.y -= 4
        self.text(MARGIN, words, size=9.5, color=MUTED)
        self.y -= 20

    def footer(self, drawn: datetime) -> None:
        self.y = MARGIN + 12
        for words in (NO_PATTERN, GOALS):
            self.text(MARGIN, words, size=8, color=MUTED)
            self.y -= 11
        self.text(MARGIN, f"Drawn {self._time(drawn)} by Tidepool", size=8, color=MUTED)

    # --- strokes ----------------------------------------------------------------------------------
    def text(self, x: float, words: str, **style: Any) -> None:
        self.at(x, self.y, words, **style)

    def at(
        self,
        x: float,
        y: float,
        words: str,
        *,
        font: str = REGULAR,
        size: float = 10,
        color: str = INK,
    ) -> None:
        self.canvas.setFillColor(HexColor(color))
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, y, words)

    def right(
        self, x: float, words: str, *, font: str = REGULAR, size: float = 10, color: str = INK
    ) -> None:
        words = _fitted(words, font, size, self.width / 2 - MARGIN)
        self.at(
            x - pdfmetrics.stringWidth(words, font, size),
            self.y,
            words,
            font=font,
            size=size,
            color=color,
        )

    def _span(self, period: tuple[datetime, datetime]) -> str:
        start, end = (self._date(moment) for moment in period)
        return f"{start} – {end}"

    def _date(self, moment: datetime) -> str:
        local = moment.astimezone(self.zone)
        return f"{local:%b} {local.day}, {local.year}"

    def _time(self, moment: datetime) -> str:
        return f"{self._date(moment)}, {moment.astimezone(self.zone):%H:%M}"


def _share(share: float) -> str:
    """In whole percent; a share that would round to zero is shown as less than one."""
    if 0 < share < 0.005:
        return "<1%"
    return f"{share * 100:.0f}%"


def _fitted(words: str, font: str, size: float, width: float) -> str:
    """As much of a text as fits, with an ellipsis where it was cut. Reads no further than that: old names may have any
    length."""
    room = width - pdfmetrics.stringWidth(ELLIPSIS, font, size)
    kept: list[str] = []
    used, cut = 0.0, 0
    for number, character in enumerate(printable(words)):
        used += pdfmetrics.stringWidth(character, font, size)
        if used > width or number == LONGEST:
            return "".join(kept[:cut]) + ELLIPSIS
        kept.append(character)
        if used <= room:
            cut = len(kept)
    return "".join(kept)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (
        ZoneInfoNotFoundError,
        ValueError,
        OSError,
    ):  # OSError: the name is a folder, or too long
        return ZoneInfo("UTC")
