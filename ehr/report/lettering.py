"""Texts in any script as lines that can be measured and drawn: parts in Noto Sans, and shaped clusters."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from ehr.report.faces import Cluster, Face, face_for, han_of

REGULAR, BOLD = "NotoSans", "NotoSans-Bold"
_FILES = {REGULAR: "NotoSans-Regular.ttf", BOLD: "NotoSans-Bold.ttf"}
LONGEST = 160  # characters of a text; no more of it are read
CUT, REPLACEMENT = "…", "\N{REPLACEMENT CHARACTER}"
_WEIGHTS = {REGULAR: 400, BOLD: 700}
# Marks that turn the order of the text around them: one name could look like another.
_TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
_RIGHT_TO_LEFT = ("R", "AL")
_STRONG = ("L", *_RIGHT_TO_LEFT)
_NEUTRAL = ("WS", "ON", "CS", "ES", "ET", "BN", "NSM")
_NO_GLYPH = ("Cf", "Mn")  # joiners and variation selectors: they need none of their own


@dataclass(frozen=True, slots=True)
class Run:
    """A text in Noto Sans, or clusters. The width is in thousandths of the font size."""

    width: float
    text: str = ""
    clusters: tuple[Cluster, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """Runs from left to right. `is_turned`: some of them are read from right to left."""

    text: str
    font: str
    runs: tuple[Run, ...]
    is_turned: bool = False

    def width(self, size: float) -> float:
        return sum(run.width for run in self.runs) * size / 1000


@cache
def register_fonts() -> None:
    """Once in a process, with reportlab's settings: without ASCII85, which costs a tenth of a page."""
    rl_config.useA85 = 0
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(Path(__file__).with_name("fonts") / file)))


@cache
def _own_glyphs(font: str) -> frozenset[str]:
    """The characters that Noto Sans has, without controls."""
    known = map(chr, pdfmetrics.getFont(font).face.charToGlyph)
    return frozenset(character for character in known if character.isprintable())


def printable(text: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text[: LONGEST + 1].translate(_TURNING).split())
    return line if len(text) <= LONGEST else _shortened(line, LONGEST)


def _shortened(text: str, length: int) -> str:
    """Not cut inside what is made of several characters."""
    while length and unicodedata.category(text[length - 1 : length] or " ") in _NO_GLYPH:
        length -= 1
    return text[:length].rstrip() + CUT


def line(text: str, *, font: str = REGULAR, country: str = "") -> Line:
    if _own_glyphs(font).issuperset(text):
        return Line(text, font, (Run(pdfmetrics.stringWidth(text, font, 1000), text),))
    weight, han = _WEIGHTS[font], han_of(text, country)
    runs = [_run(part, face, font) for face, part in _parts(text, font, weight, han)]
    ways = [way for way in map(unicodedata.bidirectional, text) if way in _STRONG]
    if ways and ways[0] in _RIGHT_TO_LEFT:
        runs.reverse()
    return Line(text, font, tuple(runs), is_turned=not set(ways).isdisjoint(_RIGHT_TO_LEFT))


# The texts of the table: labels, and numbers of few digits. Names are not kept.
short_line = lru_cache(maxsize=4096)(line)


def _run(text: str, face: Face | None, font: str) -> Run:
    if face is None:
        return Run(pdfmetrics.stringWidth(text, font, 1000), text)
    clusters = face.shape(text)
    return Run(sum(cluster.width for cluster in clusters), clusters=clusters)


def _parts(text: str, font: str, weight: int, han: int) -> Iterator[tuple[Face | None, str]]:
    """Neighbours of one face. Blanks and punctuation stay with what stands before them; digits are never drawn from
    right to left."""
    own = _own_glyphs(font)
    current: Face | None = None
    part = ""
    for character in text:
        face, shown = current, character
        if not (part and _continues(character, current, own)):
            face = None if character in own else face_for(character, weight=weight, han=han)
            if face is None and character not in own:
                shown = REPLACEMENT
        if face is not current and part:
            yield current, part
            part = ""
        current, part = face, part + shown
    if part:
        yield current, part


def _continues(character: str, face: Face | None, own: frozenset[str]) -> bool:
    if unicodedata.bidirectional(character) not in _NEUTRAL:
        return False
    if unicodedata.category(character) in _NO_GLYPH and face is not None:
        return True
    return character in own if face is None else face.has(character)


def fitted(
    text: str, sizes: Sequence[float], width: float, *, font: str = BOLD, country: str = ""
) -> tuple[Line, float]:
    """A line that is not wider than `width`, with its size: the first size that fits, else cut at the last one."""
    text = printable(text)
    whole = line(text, font=font, country=country)
    for size in sizes:
        if whole.width(size) <= width:
            return whole, size
    return _cut(text, sizes[-1], width, font, country), sizes[-1]


def _cut(text: str, size: float, width: float, font: str, country: str) -> Line:
    """Halves the span in which the longest beginning lies that fits: no more than eight lines are measured."""
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        length = (fits + too_long) // 2
        is_fitting = line(_shortened(text, length), font=font, country=country).width(size) <= width
        fits, too_long = (length, too_long) if is_fitting else (fits, length)
    return line(_shortened(text, fits), font=font, country=country)
