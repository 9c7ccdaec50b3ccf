"""A file that names patients, one in each row: what is in it, and which rows cannot be taken (rules PATIENT-177 to
PATIENT-184). Rows and columns are counted from 1.

    name, birth date (YYYY-MM-DD), MRN, e-mail address, type of diabetes, preset of glycemic ranges, tags, sites

Pure: knows no clinic. Tags and sites are names with `;` between them, read where they are asked for. Values are read as
CreatePatientAccount reads its body, so that neither takes what the other refuses.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kernel import addresses, clock, texts
from kernel.addresses import InvalidAddress
from kernel.errors import BadRequest
from patients.choices import DiagnosisType, RangePreset

MOST = 5_000
MOST_NAMES = 1_000  # in one cell: what a list in the body of CreatePatientAccount holds
# In all rows: each is stored as an id, which is longer than a short name. With this limit what is stored of 2 MB stays
# below the 16 MB of a document.
MOST_NAMES_IN_ALL = 50_000
MOST_SHOWN = 120  # letters of a cell on a page
MOST_SAID = 1_000  # faults that an answer has a line for
TITLES = (
    *("Name", "Birthdate", "MRN", "Email", "Diabetes Type", "Glycemic Target"),
    *("Tags", "Sites"),
)
COLUMNS = 6
_TAGS, _SITES = 6, 7
_NEEDED = 3
TYPES = frozenset(DiagnosisType.values) - {DiagnosisType.NOT_APPLICABLE.value}
EMPTY = "invalid CSV: the file is empty"
NO_CSV = "invalid CSV: it cannot be read; a quotation mark is not closed, or stands within a cell"
NO_UTF8 = "invalid CSV: it is not in UTF-8; save it as CSV UTF-8"
MOST_BYTES = 2 * 1024 * 1024
csv.field_size_limit(MOST_BYTES)  # of this process: a cell that is too long is a fault of its row
_SEPARATORS = (",", ";", "\t")
# The line with which a file tells Excel its separator. Excel does not count it. A program that does not know it and
# saves the file again writes its own separators behind.
_HINT = re.compile(rb'\A(?:\xef\xbb\xbf)?"?sep="?([,;\t][" ,;\t]*)(?:\r\n?|\n|\Z)', re.IGNORECASE)
_TEXT = re.compile(r"[^\s,;]")
_ANY_SEPARATOR = re.compile(r"[,;\t]")
MISSING_COLUMNS = "row is missing columns"
MIXED = f"{MISSING_COLUMNS}, because two separators are mixed"
LINE_BREAK = "line break in a cell, or a quotation mark too many"
TOO_MANY = f"invalid CSV: more than {MOST:,} rows"
TOO_MANY_TAGS, TOO_MANY_SITES = (f"more than {MOST_NAMES:,} {what}" for what in ("tags", "sites"))
TOO_MANY_NAMES = f"invalid CSV: more than {MOST_NAMES_IN_ALL:,} names of tags and sites"


@dataclass(frozen=True, slots=True)
class Fault:
    """`said`: what the cell names that does not exist. For a page alone, not for answers, logs and the audit trail."""

    words: str
    row: int
    column: int | None = None
    said: str = field(default="", repr=False)

    def __str__(self) -> str:
        where = f"row {self.row}" + (f", column {self.column}" if self.column else "")
        return f"invalid CSV: {self.words}: {where}"


@dataclass(frozen=True, slots=True)
class Row:
    """`cells`: the first six as sent. The rest is what would be stored: `email` and `diagnosis` may be empty."""

    number: int
    cells: tuple[str, ...]
    name: str
    birth_date: str
    mrn: str
    email: str
    diagnosis: str
    preset: str
    tags_cell: str
    sites_cell: str

    def count_names(self) -> tuple[int, int]:
        """At most so many tags and sites."""
        return len(names_in(self.tags_cell)), len(names_in(self.sites_cell))


class Faulty(BadRequest):
    """What prevents the whole file. The message has a line for each of the first faults."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.row)
        more = len(self.faults) - MOST_SAID
        counted = [f"invalid CSV: faults that are not named here: {more:,}"] if more > 0 else []
        super().__init__(message="\n".join([*map(str, self.faults[:MOST_SAID]), *counted]))


def read(raw: bytes) -> dict[int, list[str]]:
    """{number of the line, as spreadsheets count: the cells of its row}. Blank lines are no rows; one of separators
    alone is, and is refused for what it lacks: a program that sends it may have lost a patient. Raises BadRequest."""
    raw, separator = without_hint(raw)
    found = records(raw, separator) if separator else _separated(raw)
    rows = {n: row for n, row in enumerate(found, start=1) if len(row) > 1 or has_text(row)}
    require_number(len(rows))
    return rows


def without_hint(raw: bytes) -> tuple[bytes, str | None]:
    """The file without a first line that names its separator, and that separator."""
    hint = _HINT.match(raw)
    if hint is None:
        return raw, None
    return raw[hint.end() :], _ANY_SEPARATOR.findall(hint[1].decode())[-1]


def with_text(found: Iterable[list[str]]) -> dict[int, list[str]]:
    """By number of the line. Spreadsheets leave lines of separators alone, of whichever kind, behind the last row."""
    return {number: row for number, row in enumerate(found, start=1) if has_text(row)}


def has_text(row: Iterable[str]) -> bool:
    return any(_TEXT.search(cell) for cell in row)


def _separated(raw: bytes) -> list[list[str]]:
    """With the separator by which most rows have a birth date where it belongs, or at least the needed columns; with
    commas where others do not do better. Excel writes semicolons where the decimal point is a comma, and then leaves
    commas in the cells as they are. Raises BadRequest, also where the rows of a file that cannot be read are more like
    rows than those that another separator makes."""
    best: list[list[str]] | BadRequest = BadRequest(message=NO_CSV)
    most = (-1, -1)
    for separator in _SEPARATORS:
        if separator != "," and separator.encode() not in raw:
            continue
        read_rows = _read_or_refused(raw, separator)
        score = _score(_split(raw, separator) if isinstance(read_rows, BadRequest) else read_rows)
        if score > most:
            best, most = read_rows, score
    if isinstance(best, BadRequest):
        raise best
    return best


def _read_or_refused(raw: bytes, separator: str) -> list[list[str]] | BadRequest:
    try:
        return records(raw, separator)
    except BadRequest as error:
        return error


def _split(raw: bytes, separator: str) -> list[list[str]]:
    """The rows of what cannot be read, as if it had no quotation marks."""
    text = raw.decode("utf-8-sig", errors="replace").replace('"', "")
    return [line.split(separator) for line in text.splitlines()]


def _score(found: Iterable[Sequence[str]]) -> tuple[int, int]:
    """How many rows have a birth date where it belongs, and how many the needed columns."""
    rows = [row for row in found if len(row) >= _NEEDED and has_text(row)]
    return sum(clock.is_date(row[1].strip()) for row in rows), len(rows)


def records(raw: bytes, separator: str = ",") -> list[list[str]]:
    """With the empty ones. Raises BadRequest."""
    try:
        text = io.StringIO(raw.decode("utf-8-sig"), newline="")
        return list(csv.reader(text, strict=True, delimiter=separator))
    except UnicodeDecodeError:
        raise BadRequest(message=NO_UTF8) from None
    except csv.Error:
        raise BadRequest(message=NO_CSV) from None


def require_number(rows: int) -> None:
    """Raises BadRequest for none and for too many."""
    if not rows:
        raise BadRequest(message=EMPTY)
    if rows > MOST:
        raise BadRequest(message=TOO_MANY)


def require_names(rows: Iterable[Row]) -> None:
    """Raises BadRequest where there are more names of tags and sites than can be stored."""
    if sum(sum(row.count_names()) for row in rows) > MOST_NAMES_IN_ALL:
        raise BadRequest(message=TOO_MANY_NAMES)


def row_of(number: int, cells: Sequence[str]) -> Row:
    padded = [*cells, *[""] * (_SITES + 1 - len(cells))]
    name, birth_date, mrn, *optional = padded[:COLUMNS]
    email, diagnosis, preset = (cell.strip() for cell in optional)
    return Row(
        number,
        tuple(padded[:COLUMNS]),
        texts.name(name),
        birth_date.strip(),
        texts.mrn(mrn),
        _canonical(email) or email,
        diagnosis,
        preset if preset in RangePreset.values else RangePreset.STANDARD.value,
        padded[_TAGS],
        padded[_SITES],
    )


def _canonical(email: str) -> str | None:
    """None for what is no address, and for an empty text."""
    try:
        return addresses.canonical(email) if email else None
    except InvalidAddress:
        return None


def names_in(cell: str, known: Collection[str] = ()) -> tuple[str, ...]:
    """The names between `;`, each once, in the normal form that names of tags and sites have. One of the `known` ones
    that has `;` itself is found as it is; of several that begin at the same place, the longest."""
    parts, found, at = cell.split(";"), dict[str, None](), 0
    is_usual = len(parts) <= 2 * MOST_NAMES  # a longer one is refused, or has nothing in between
    most = 1 + max((name.count(";") for name in known if is_usual), default=0)
    while at < len(parts):
        name, taken = texts.name(parts[at]), 1
        for n in range(min(most, len(parts) - at), 1, -1):
            whole = texts.name(";".join(parts[at : at + n]))
            if whole in known:
                name, taken = whole, n
                break
        if name:
            found[name] = None
        at += taken
    return tuple(found)


def has_line_break(cell: str) -> bool:
    return "\n" in cell or "\r" in cell


def line_breaks_of(number: int, cells: Sequence[str]) -> Iterator[Fault]:
    """Also in columns that are not read: a quotation mark that is closed in a later line makes one row of several, and
    the others would be lost without a word."""
    for column, cell in enumerate(cells, start=1):
        if has_line_break(cell):
            yield Fault(LINE_BREAK, number, column)


def faults_of(row: Row, columns: int) -> Iterator[Fault]:
    """What prevents the whole file. `columns`: how many the row has."""
    shape = _fault_of_shape(row, columns)
    if shape:
        yield Fault(shape, row.number)
        return
    if not row.name:
        yield Fault("missing name", row.number, 1)
    if not row.birth_date:
        yield Fault("missing birthdate", row.number, 2)
    elif not clock.is_date(row.birth_date):
        yield Fault("invalid birthdate", row.number, 2)
    if not row.mrn:
        yield Fault("missing MRN", row.number, 3)
    if row.email and _canonical(row.email) is None:
        yield Fault("invalid email", row.number, 4)
    if row.diagnosis and row.diagnosis not in TYPES:
        yield Fault("invalid diabetes type", row.number, 5)
    yield from _too_many_names(row)


def _fault_of_shape(row: Row, columns: int) -> str:
    is_short = columns < _NEEDED
    if (is_short or not row.mrn) and _has_other_separators(row):
        return MIXED
    return MISSING_COLUMNS if is_short else ""


def _has_other_separators(row: Row) -> bool:
    """Whether one of its cells has a date and more, as if it were several."""
    return any(
        clock.is_date(part.strip())
        for cell in row.cells
        for part in _ANY_SEPARATOR.split(cell)
        if part != cell
    )


def _too_many_names(row: Row) -> Iterator[Fault]:
    tags, sites = row.count_names()
    if tags > MOST_NAMES:
        yield Fault(TOO_MANY_TAGS, row.number, _TAGS + 1)
    if sites > MOST_NAMES:
        yield Fault(TOO_MANY_SITES, row.number, _SITES + 1)
