"""Pages with tagged text. The operators are written here, not by the canvas: that halves the time of a page."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDocument, PDFObject, PDFStream, PDFZCompress
from reportlab.pdfgen.canvas import Canvas

from ehr.report.faces import Cluster
from ehr.report.lettering import BOLD, REGULAR, Line, register_fonts, short_line
from ehr.report.tags import Element, Root

INK, MUTED, RULE, PAPER = "#1f2b3a", "#566270", "#d5dbe1", "#f4f6f8"
TITLE, SUBJECT = "Glucose report, 14 days", "Time in ranges and glucose statistics"
_ESCAPES = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)"})
# reportlab reads a font for embedding through one position that all threads share.
_EMBEDDING = Lock()
_CODES = 255  # a font of one byte; code 0 stays free


class Sheet:
    """Coordinates are PDF's: from the lower left corner."""

    def __init__(self, *, is_letter: bool, drawn: datetime) -> None:
        register_fonts()
        self.width, self.height = LETTER if is_letter else A4
        self._buffer = io.BytesIO()
        self._canvas = Canvas(
            self._buffer,
            pagesize=(self.width, self.height),
            invariant=1,
            pageCompression=1,
            lang="en-US",
            pdfVersion=(1, 7),
        )
        self._canvas.setTitle(TITLE)
        self._canvas.setAuthor("Tidepool")
        self._canvas.setCreator("Tidepool")
        self._canvas.setSubject(SUBJECT)
        self._canvas.setViewerPreference("DisplayDocTitle", "true")
        self._document: PDFDocument = self._canvas._doc
        self._document._timeStamp.YMDhms = drawn.astimezone(UTC).timetuple()[:6]
        self._ascii = {name: self._ascii_font(name) for name in (REGULAR, BOLD)}
        self._glyphs = _Glyphs()
        self._root = Root()
        self._begin_page()
        self._parent = self._element = self._add("Document", self._root)

    # --- pages ------------------------------------------------------------------------------------
    def next_page(self) -> None:
        self._canvas.showPage()
        self._begin_page()

    def finish(self) -> bytes:
        self._canvas.showPage()
        self._glyphs.attach(self._document)
        self._root.attach(self._document)
        with _EMBEDDING:
            self._canvas.save()
        return self._buffer.getvalue()

    def _begin_page(self) -> None:
        self._write = self._canvas._code.append
        self._color = ""
        self._root.marked.append([])

    # --- structure --------------------------------------------------------------------------------
    @contextmanager
    def inside(self, kind: str) -> Iterator[None]:
        """What is drawn belongs to an element of that kind, such as a table."""
        outer = self._parent
        self._parent = self._add(kind, outer)
        yield
        self._parent = outer

    @contextmanager
    def marked(self, kind: str, scope: str = "") -> Iterator[None]:
        """The text that is drawn is the content of an element, such as a paragraph or a cell."""
        element = self._element = self._add(kind, self._parent, scope)
        contents = self._root.marked[-1]
        element.kids.append(len(contents))
        self._write(f"/{kind} <</MCID {len(contents)}>> BDC")
        contents.append(element)
        yield
        self._write("EMC")

    def empty(self, kind: str) -> None:
        self._add(kind, self._parent)

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Decoration, which is not read aloud."""
        self._element = Element("Artifact", None, 0)
        self._write("/Artifact BMC")
        yield
        self._write("EMC")

    def _add(self, kind: str, parent: Element, scope: str = "") -> Element:
        element = Element(kind, parent, len(self._root.marked) - 1, scope)
        parent.kids.append(element)
        return element

    # --- strokes ----------------------------------------------------------------------------------
    def text(
        self,
        x: float,
        y: float,
        text: str | Line,
        *,
        size: float = 8.5,
        font: str = REGULAR,
        color: str = INK,
        align: float = 0,
    ) -> float:
        """The right end. `align`: 0 begins at x, 1 ends there, 0.5 is centred."""
        line = short_line(text, font=font) if isinstance(text, str) else text
        self._element.texts.append(line.text)
        self._element.is_turned |= line.is_turned
        self._fill(color)
        if align:
            x -= line.width(size) * align
        for run in line.runs:
            if run.clusters:
                parts = self._glyphs.codes(run.clusters)
                strings = " ".join(f"/{name} {size} Tf <{codes}> Tj" for name, codes in parts)
            else:
                strings = self._strings(run.text, line.font, size)
            self._write(f"BT {x:.2f} {y:.2f} Td {strings} ET")
            x += run.width * size / 1000
        return x

    def _strings(self, text: str, font_name: str, size: float) -> str:
        if text.isascii():
            return f"{self._ascii[font_name]} {size} Tf ({text.translate(_ESCAPES)}) Tj"
        font = pdfmetrics.getFont(font_name)
        escape, document = self._canvas._escape, self._document
        return " ".join(
            f"{font.getSubsetInternalName(subset, document)} {size} Tf ({escape(part)}) Tj"
            for subset, part in font.splitString(text, document)
        )

    def _ascii_font(self, name: str) -> str:
        """The first part of a font that reportlab embeds has the characters of ASCII under their own codes."""
        font = pdfmetrics.getFont(name)
        ((subset, _),) = font.splitString(" ", self._document)
        return str(font.getSubsetInternalName(subset, self._document))

    def box(self, x: float, y: float, width: float, height: float, *, color: str) -> None:
        self._fill(color)
        self._write(f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        self._write(f"{_rgb(RULE)} RG 0.6 w {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S")

    def rule(self, x: float, y: float, width: float) -> None:
        self._write(f"{_rgb(RULE)} RG 0.4 w {x:.2f} {y:.2f} m {x + width:.2f} {y:.2f} l S")

    def _fill(self, color: str) -> None:
        if color != self._color:
            self._color = color
            self._write(f"{_rgb(color)} rg")


def _rgb(color: str) -> str:
    return " ".join(f"{int(color[at : at + 2], 16) / 255:.3f}" for at in (1, 3, 5))


class _Glyphs:
    """Clusters as characters of fonts that are made for this document (Type 3): each stands for its characters, so that
    text in any script can be searched, copied and read aloud."""

    def __init__(self) -> None:
        self._codes: dict[Cluster, tuple[int, int]] = {}  # -> font, code
        self._fonts: list[list[Cluster]] = []

    def codes(self, clusters: tuple[Cluster, ...]) -> list[tuple[str, str]]:
        """(font, codes in hexadecimal) of neighbours of one font."""
        parts: list[tuple[str, str]] = []
        for cluster in clusters:
            number, code = self._codes.get(cluster) or self._code(cluster)
            name = f"G{number}"
            if parts and parts[-1][0] == name:
                parts[-1] = (name, f"{parts[-1][1]}{code:02X}")
            else:
                parts.append((name, f"{code:02X}"))
        return parts

    def _code(self, cluster: Cluster) -> tuple[int, int]:
        if not self._fonts or len(self._fonts[-1]) == _CODES:
            self._fonts.append([])
        self._fonts[-1].append(cluster)
        self._codes[cluster] = len(self._fonts) - 1, len(self._fonts[-1])
        return self._codes[cluster]

    def attach(self, document: PDFDocument) -> None:
        fonts = document.idToObject["BasicFonts"].dict
        for number, clusters in enumerate(self._fonts):
            fonts[f"G{number}"] = document.Reference(_Font(clusters))


class _Font(PDFObject):
    __RefOnly__ = 1

    def __init__(self, clusters: list[Cluster]) -> None:
        self._clusters = clusters

    def format(self, document: PDFDocument) -> bytes:
        numbers = range(1, len(self._clusters) + 1)
        procedures = " ".join(
            f"/c{number} {_stream(_procedure(cluster), document)}"
            for number, cluster in zip(numbers, self._clusters, strict=True)
        )
        names = " ".join(f"/c{number}" for number in numbers)
        widths = " ".join(f"{cluster.width:.0f}" for cluster in self._clusters)
        return (
            "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 0 0] /FontMatrix [0.001 0 0 0.001 0 0] "
            f"/CharProcs << {procedures} >> /Encoding << /Type /Encoding /Differences [1 {names}] >> "
            f"/FirstChar 1 /LastChar {len(names.split())} /Widths [{widths}] /Resources << >> "
            f"/ToUnicode {_stream(_meanings(self._clusters), document)} >>"
        ).encode()


def _procedure(cluster: Cluster) -> str:
    paths = " ".join(cluster.face.outline(glyph) for glyph in cluster.glyphs)
    return f"{cluster.width:.0f} 0 -1000 -1000 {cluster.width + 1000:.0f} 2000 d1 {paths} f"


def _meanings(clusters: list[Cluster]) -> str:
    lines = "\n".join(
        f"<{code:02X}> <{cluster.text.encode('utf-16-be').hex().upper()}>"
        for code, cluster in enumerate(clusters, start=1)
    )
    blocks = lines.split("\n")
    parts = [blocks[at : at + 100] for at in range(0, len(blocks), 100)]  # the most in one part
    mapped = "\n".join(
        f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CMapName /Clusters def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <FF> endcodespacerange\n{mapped}\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )


def _stream(content: str, document: PDFDocument) -> str:
    stream = PDFStream(content=content, filters=[PDFZCompress])
    return document.Reference(stream).format(document).decode()  # type: ignore[no-any-return]
