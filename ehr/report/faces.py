"""Fonts of all scripts but those of Noto Sans, shaped by HarfBuzz.

A cluster is what stands together: a letter with its marks, a ligature, an emoji of several characters.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import manimgx_fonts
import manimgx_fonts_cjk
import uharfbuzz as harfbuzz

_NOTO = Path(manimgx_fonts.__file__).parent
_CJK = Path(manimgx_fonts_cjk.__file__).parent / "NotoSansCJK-VF.otf.ttc"
# The first word of a character's name -> the font of its script.
_SCRIPTS = {
    script.upper(): f"NotoSans{script}[wght].ttf"
    for script in (
        "Arabic", "Armenian", "Bengali", "Devanagari", "Ethiopic", "Georgian", "Gujarati", "Gurmukhi", "Hebrew",
        "Kannada", "Khmer", "Lao", "Malayalam", "Myanmar", "Oriya", "Sinhala", "Tamil", "Telugu", "Thai",
    )
}  # fmt: skip
_SYMBOLS = ("NotoEmoji[wght].ttf", "NotoSansSymbols[wght].ttf")
_HAN = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH",
        "BOPOMOFO", "KANGXI")  # fmt: skip
# Chinese, Japanese and Korean write the same character differently: the faces of the font, by who writes.
JAPANESE, KOREAN, SIMPLIFIED = 0, 1, 2
_FACE_OF_COUNTRY = {"JP": JAPANESE, "KR": KOREAN, "TW": 3, "HK": 4, "MO": 4}


@dataclass(frozen=True, slots=True)
class Glyph:
    """Placed in thousandths of the font size."""

    number: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """`text`: the characters that the glyphs stand for; `width` in thousandths of the font size."""

    face: "Face"
    text: str
    glyphs: tuple[Glyph, ...]
    width: float


class Face:
    """A font in one weight."""

    def __init__(self, path: Path, number: int, weight: int) -> None:
        self.has_blanks = path.name not in _SYMBOLS  # those of symbols are as wide as a symbol
        face = harfbuzz.Face(harfbuzz.Blob.from_file_path(str(path)), number)
        self._font = harfbuzz.Font(face)
        self._font.set_variations({"wght": weight})
        self._scale = 1000 / face.upem

    def has(self, character: str) -> bool:
        if character == " ":
            return self.has_blanks
        return bool(self._font.get_nominal_glyph(ord(character)))

    def shape(self, text: str) -> tuple[Cluster, ...]:
        """From left to right, whatever the direction of the script."""
        buffer = harfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        harfbuzz.shape(self._font, buffer)
        placed = list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))
        starts = sorted({info.cluster for info, _ in placed})
        ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
        return tuple(
            self._cluster(text[start : ends[start]], list(group))
            for start, group in groupby(placed, key=lambda glyph: glyph[0].cluster)
        )

    def _cluster(self, text: str, placed: list[tuple[Any, Any]]) -> Cluster:
        x, glyphs = 0.0, []
        for info, position in placed:
            left = (x + position.x_offset) * self._scale
            glyphs.append(Glyph(info.codepoint, left, position.y_offset * self._scale))
            x += position.x_advance
        return Cluster(self, text, tuple(glyphs), x * self._scale)

    def outline(self, glyph: Glyph) -> str:
        """The path in the language of PDF."""
        path: list[str] = []
        self._font.draw_glyph(glyph.number, _pen(self._scale, glyph), path)
        return " ".join(path)


def _pen(scale: float, glyph: Glyph) -> Any:
    def points(*values: float) -> str:
        pairs = zip(values[::2], values[1::2], strict=True)
        return " ".join(f"{glyph.x + x * scale:.0f} {glyph.y + y * scale:.0f}" for x, y in pairs)

    pen = harfbuzz.DrawFuncs()
    pen.set_move_to_func(lambda x, y, path: path.append(f"{points(x, y)} m"))
    pen.set_line_to_func(lambda x, y, path: path.append(f"{points(x, y)} l"))
    pen.set_cubic_to_func(lambda *ends: ends[-1].append(f"{points(*ends[:-1])} c"))
    pen.set_close_path_func(lambda path: path.append("h"))
    return pen


@cache
def _face(path: Path, number: int, weight: int) -> Face:
    return Face(path, number, weight)


def face_for(character: str, *, weight: int, han: int) -> Face | None:
    """The face that has the character. `han`: which of the East Asian ones is meant."""
    script = unicodedata.name(character, "").partition(" ")[0]
    if script in _HAN:
        candidates = [(_CJK, han)]
    else:
        names = ([_SCRIPTS[script]] if script in _SCRIPTS else []) + list(_SYMBOLS)
        candidates = [(_NOTO / name, 0) for name in names]
    faces = (_face(path, number, weight) for path, number in candidates)
    return next((face for face in faces if face.has(character)), None)


def han_of(text: str, country: str) -> int:
    """Kana and Hangul tell who writes; Han alone does not, so then the clinic's country counts."""
    scripts = {unicodedata.name(character, "").partition(" ")[0] for character in text}
    if scripts & {"HIRAGANA", "KATAKANA"}:
        return JAPANESE
    return KOREAN if "HANGUL" in scripts else _FACE_OF_COUNTRY.get(country, SIMPLIFIED)
