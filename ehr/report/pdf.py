"""The report as a PDF: the layout. The same input always gives the same bytes.

A section that does not fit under the one before it goes to the next page.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from ehr.report import words
from ehr.report.content import Card, Part, Row, Section, SpanRow, Verdict, sections
from ehr.report.goals import State
from ehr.report.lettering import BOLD, REGULAR, Line, fitted, line
from ehr.report.sheet import MUTED, PAPER, Sheet
from ehr.report.subjects import Subject
from ehr.summaries import PERIOD, PERIODS

MARGIN, TOP, FOOT, FOOTER = 40.0, 32.0, 36.0, 22.0
ROW, NOTE_STEP = 12.5, 9.3
TITLE, CARD, CARD_WITH_GOAL, BAR = 24.0, 37.0, 46.0, 18.0
GAP, PARAGRAPH, BASE = 6.0, 14.0, 3.4  # BASE: from the lower edge of a row to its letters
GOAL_WIDTH, VERDICT_WIDTH, PERIOD_WIDTH = 70.0, 54.0, 57.0
VALUE_WIDTH, CHANGE_WIDTH = 33.0, 19.0
_PERIOD_NAMES = dict(zip(PERIODS, ("1 day", "7 days", "14 days", "30 days"), strict=True))
_COLORS = {State.MET: "#1b6e3c", State.MISSED: "#b3261e", State.OPEN: MUTED}
_SPAN_HEADS = ("Range of this patient", "Share, from those above", "Goal, 14 days", "Result")
NOTHING = "There is no glucose data for this patient."
NOTES = (
    "Goals are for 14 days of data. Small figures: change against the period before, of the same length; – means not "
    "known.",
    "Drawn from summary statistics. They hold no readings by time of day, so this report shows no daily pattern.",
)


def draw(subject: Subject, summary: Any, *, drawn: datetime) -> bytes:
    """`drawn` is the time of creation, printed too."""
    page = _Page(subject, drawn)
    parts = sections(summary, subject.units, subject.goals)
    page.header()
    for section in parts:
        page.section(section)
    if not parts:
        page.paragraph(NOTHING)
    page.notes()
    return page.finish()


class _Page:
    """A sheet with a cursor that moves down: everything is drawn on what `_take` has taken from the free space."""

    def __init__(self, subject: Subject, drawn: datetime) -> None:
        self.subject, self.drawn = subject, drawn
        self.place = words.zone(subject.timezone)
        self.sheet = Sheet(is_letter=subject.country == "US", drawn=drawn)
        self.width: float = self.sheet.width - 2 * MARGIN
        self.right = MARGIN + self.width
        self.y: float = self.sheet.height - TOP
        self.number = 1

    def finish(self) -> bytes:
        self._footer()
        return self.sheet.finish()

    def _take(self, height: float) -> float:
        self.y -= height
        return self.y

    # --- who --------------------------------------------------------------------------------------
    def header(self) -> None:
        y = self._take(24) + 8
        with self.sheet.marked("H1"):
            end = self.sheet.text(MARGIN, y, "Glucose report", font=BOLD, size=18)
        clinic, size = self._fit(self.subject.clinic_name, (11, 9.5), self.right - end - 20)
        with self.sheet.marked("P"):
            self.sheet.text(self.right, y, clinic, size=size, align=1)
        y = self._take(35)
        with self.sheet.artifact():
            self.sheet.box(MARGIN, y, self.width, 35, color=PAPER)
        self._identity(y)

    def _identity(self, y: float) -> None:
        subject, place = self.subject, 0.0
        fields: tuple[tuple[str, str, float, tuple[float, ...]], ...] = (
            ("Patient", subject.full_name, 0.41, (13, 11, 9.5, 8)),
            ("Date of birth", subject.birth_date, 0.14, (10.5, 9)),
            ("MRN", subject.mrn, 0.17, (10.5, 9, 8)),
            ("Goals for", subject.goals.audience, 0.28, (10.5, 9, 8)),
        )
        for label, value, share, sizes in fields:
            x, room = MARGIN + 8 + place, self.width * share - 14
            shown, size = self._fit(value or "–", sizes, room)
            with self.sheet.marked("P"):
                self.sheet.text(x, y + 24, f"{label} ", size=7.5, color=MUTED)
                self.sheet.text(x, y + 8.5, shown, size=size)
            place += self.width * share

    def _fit(
        self, text: str, sizes: Sequence[float], room: float, *, font: str = BOLD
    ) -> tuple[Line, float]:
        return fitted(text, sizes, room, font=font, country=self.subject.country)

    # --- what -------------------------------------------------------------------------------------
    def section(self, section: Section) -> None:
        self._make_room(_height(section))
        dates = words.fourteen_days(section.end, self.place)
        y = self._take(TITLE) + 6
        with self.sheet.marked("H2"):
            self.sheet.text(MARGIN, y, section.title, font=BOLD, size=11.5)
        with self.sheet.marked("P"):
            self.sheet.text(self.right, y, f"14 days: {dates}", size=9, align=1)
        self._cards(section.cards)
        if section.bar:
            self._bar(section.bar)
        if section.note:
            self.paragraph(section.note)
        self._periods(section)
        if section.spans:
            self._spans(section.spans)

    def _make_room(self, height: float) -> None:
        if self.y - height < FOOT:
            self._footer()
            self.sheet.next_page()
            self.number += 1
            self.y = self.sheet.height - TOP

    def _cards(self, cards: list[Card]) -> None:
        height = _card_height(cards)
        y = self._take(height)
        step = (self.width + 8) / len(cards)
        with self.sheet.artifact():
            for number in range(len(cards)):
                self.sheet.frame(MARGIN + number * step, y, step - 8, height)
        for number, card in enumerate(cards):
            self._card(MARGIN + number * step + 8, y + height, card)
        self._take(GAP)

    def _card(self, x: float, top: float, card: Card) -> None:
        with self.sheet.marked("P"):
            self.sheet.text(x, top - 11, f"{card.label} ", size=7.5, color=MUTED)
            end = self.sheet.text(x, top - 30, f"{card.value} ", font=BOLD, size=20)
            self.sheet.text(end, top - 30, f"{card.unit} ", size=9, color=MUTED)
            if card.goal:
                end = self.sheet.text(x, top - 41, f"Goal: {card.goal} ", size=7.5, color=MUTED)
                self._verdict(end + 6, top - 41, card.verdict, size=7.5)

    def _verdict(self, x: float, y: float, verdict: Verdict, *, size: float = 8.5) -> None:
        color = _COLORS[verdict.state]
        self.sheet.text(x, y, _sign_and_word(verdict.words), size=size, color=color)

    def _bar(self, parts: list[Part]) -> None:
        """The table below says the same, so the bar is not read aloud."""
        y = self._take(BAR)
        x, total = MARGIN, sum(part.share for part in parts)
        with self.sheet.artifact():
            for part in parts:
                width = self.width * part.share / total
                self.sheet.box(x, y, width, BAR, color=part.color)
                if part.words:
                    middle = x + width / 2
                    self.sheet.text(middle, y + 6, part.words, font=BOLD, align=0.5)
                x += width
            self.sheet.frame(MARGIN, y, self.width, BAR)
        self._take(GAP)

    def _periods(self, section: Section) -> None:
        is_judged = any(row.goal for row in section.rows)
        columns = _Columns.of(self.width, is_judged=is_judged)
        with self.sheet.artifact():
            height = ROW * (len(section.rows) + 1)
            x = columns.periods[PERIODS.index(PERIOD)] - 1
            self.sheet.box(x, self.y - height, PERIOD_WIDTH - 1, height, color=PAPER)
        with self.sheet.inside("Table"):
            with self._row():
                self._heads(section.measure, columns)
            for row in section.rows:
                with self._row():
                    self._cells(row, columns)

    @contextmanager
    def _row(self) -> Iterator[None]:
        self._take(ROW)
        with self.sheet.inside("TR"):
            yield
        with self.sheet.artifact():
            self.sheet.rule(MARGIN, self.y, self.width)

    def _heads(self, measure: str, columns: "_Columns") -> None:
        self._head(MARGIN, measure)
        if columns.goal:
            self._head(columns.goal, "Goal, 14 days")
            self._head(columns.verdict, "Result")
        for period, x in zip(PERIODS, columns.periods, strict=True):
            self._head(x + VALUE_WIDTH, _PERIOD_NAMES[period], align=1)

    def _head(self, x: float, text: str, *, align: float = 0) -> None:
        with self.sheet.marked("TH", scope="Column"):
            self.sheet.text(x, self.y + BASE, text, font=BOLD, size=8, align=align)

    def _cells(self, row: Row, columns: "_Columns") -> None:
        self._name(row)
        if columns.goal:
            self._judged(row, columns)
        font = BOLD if row.strong else REGULAR
        for x, (value, change) in zip(columns.periods, row.periods, strict=True):
            middle, y = x + VALUE_WIDTH, self.y + BASE
            with self.sheet.marked("TD"):
                size = _size(value, 8.5, VALUE_WIDTH + 2)
                self.sheet.text(middle, y, value, font=font, size=size, align=1)
                size = _size(change, 7, CHANGE_WIDTH)
                self.sheet.text(middle + 1.5, y, f" {change}", size=size, color=MUTED)

    def _name(self, row: Row) -> None:
        x = MARGIN
        if row.color:
            with self.sheet.artifact():
                self.sheet.box(x, self.y + 2.5, 7, 7, color=row.color)
            x += 11
        font = BOLD if row.strong else REGULAR
        with self.sheet.marked("TH", scope="Row"):
            end = self.sheet.text(x, self.y + BASE, f"{row.label} ", font=font)
            if row.limits:
                self.sheet.text(end + 2, self.y + BASE, row.limits, size=7.5, color=MUTED)

    def _judged(self, row: Row, columns: "_Columns") -> None:
        if not row.goal:
            self.sheet.empty("TD")
            self.sheet.empty("TD")
            return
        with self.sheet.marked("TD"):
            self.sheet.text(columns.goal, self.y + BASE, row.goal)
        with self.sheet.marked("TD"):
            self._verdict(columns.verdict, self.y + BASE, row.verdict)

    def _spans(self, spans: list[SpanRow]) -> None:
        """Ranges that the summary does not count itself."""
        self._take(GAP)
        step = self.width / 4
        with self.sheet.inside("Table"):
            with self._row():
                for number, head in enumerate(_SPAN_HEADS):
                    self._head(MARGIN + number * step, head)
            for span in spans:
                with self._row():
                    self._span(span, step)

    def _span(self, span: SpanRow, step: float) -> None:
        label, size = self._fit(span.label, (8.5, 7.5), step - 8, font=REGULAR)
        with self.sheet.marked("TH", scope="Row"):
            self.sheet.text(MARGIN, self.y + BASE, label, size=size)
        with self.sheet.marked("TD"):
            self.sheet.text(MARGIN + step, self.y + BASE, span.known)
        with self.sheet.marked("TD"):
            self.sheet.text(MARGIN + 2 * step, self.y + BASE, span.goal)
        with self.sheet.marked("TD"):
            self._verdict(MARGIN + 3 * step, self.y + BASE, span.verdict)

    # --- texts ------------------------------------------------------------------------------------
    def paragraph(self, text: str) -> None:
        y = self._take(PARAGRAPH) + 4
        with self.sheet.marked("P"):
            self.sheet.text(MARGIN, y, text, color=MUTED)

    def notes(self) -> None:
        drawn = (
            f"Drawn {words.time(self.drawn, self.place)} by Tidepool. Times in {self.place.key}."
        )
        blocks = [_wrapped(note, self.width, 7.5) for note in (*NOTES, self.subject.goals.note)]
        blocks.append([drawn])
        self._make_room(GAP + sum(map(len, blocks)) * NOTE_STEP)
        self._take(GAP)
        for lines in blocks:
            with self.sheet.marked("P"):
                for text in lines:
                    y = self._take(NOTE_STEP) + 2
                    self.sheet.text(MARGIN, y, text, size=7.5, color=MUTED)

    def _footer(self) -> None:
        """Whose page it is, on every page."""
        subject = self.subject
        name, size = self._fit(subject.full_name, (7.5,), self.width * 0.6, font=REGULAR)
        rest = ", ".join(filter(None, (subject.birth_date, subject.mrn)))
        shown, _ = self._fit(rest, (7.5,), self.width * 0.3, font=REGULAR)
        with self.sheet.artifact():
            end = self.sheet.text(MARGIN, FOOTER, name, size=size, color=MUTED)
            self.sheet.text(end + 8, FOOTER, shown, size=size, color=MUTED)
            number = f"Page {self.number}"
            self.sheet.text(self.right, FOOTER, number, size=7.5, color=MUTED, align=1)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Left edges. Without goals `goal` and `verdict` are 0."""

    goal: float
    verdict: float
    periods: tuple[float, ...]

    @staticmethod
    @cache
    def of(width: float, *, is_judged: bool) -> "_Columns":
        right = MARGIN + width
        first = right - PERIOD_WIDTH * len(PERIODS) + 3
        periods = tuple(first + PERIOD_WIDTH * number for number in range(len(PERIODS)))
        if not is_judged:
            return _Columns(0, 0, periods)
        verdict = first - VERDICT_WIDTH
        return _Columns(verdict - GOAL_WIDTH, verdict, periods)


def _height(section: Section) -> float:
    rows = len(section.rows) + 1 + (len(section.spans) + 1 if section.spans else 0)
    height = TITLE + _card_height(section.cards) + GAP + ROW * rows
    height += BAR + GAP if section.bar else 0
    height += PARAGRAPH if section.note else 0
    return height + (GAP if section.spans else 0)


def _card_height(cards: list[Card]) -> float:
    return CARD_WITH_GOAL if any(card.goal for card in cards) else CARD


def _size(text: str, size: float, room: float) -> float:
    """Numbers that no one expects get smaller. A figure is 0.6 of its size wide, a bold percent sign 0.9."""
    most = room / (0.6 * len(text) + 0.3)
    return size if size <= most else round(most, 1)


@cache
def _sign_and_word(verdict: str) -> Line:
    return line(verdict, font=BOLD)


@cache
def _wrapped(text: str, width: float, size: float) -> list[str]:
    """For texts of the program, which are few and short."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if line(longer).width(size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
