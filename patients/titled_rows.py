"""A file that names patients as people fill it in: its first line says what each column is (rules PATIENT-216 to
PATIENT-220). Pure, as `patients.bulk_rows`, whose columns it gives."""

import codecs
from collections.abc import Mapping, Sequence

from kernel.errors import BadRequest
from patients import bulk_rows
from patients.bulk_rows import Fault, Faulty

# What programs write between the cells: Excel writes semicolons where the decimal point is a comma.
_SEPARATORS = (b",", b";", b"\t")
_KNOWN = {title.casefold(): place for place, title in enumerate(bulk_rows.TITLES)}
_NEEDED = bulk_rows.TITLES[:3]
NO_TITLES = f"the first line has to name the columns, as in the template: {', '.join(_NEEDED)} and, if you like, others"
NO_TITLE = "text in a column without a title"
NO_LINES = "the file has titles and no line of a patient below them"
TOO_MANY = f"more than {bulk_rows.MOST:,} lines of patients"
NOT_KNOWN = "the titles of these columns are not known"
KNOWN = f"Titles are {', '.join(bulk_rows.TITLES)}"
TWICE = "two columns have the title"


def read(raw: bytes) -> dict[int, list[str]]:
    """{number of the line, as spreadsheets count: its cells, in the order of `bulk_rows.TITLES`}. Lines without any
    text are none, above the titles as well. Raises BadRequest."""
    raw, separator = bulk_rows.without_hint(raw)
    lines = bulk_rows.with_text(bulk_rows.records(raw, separator or _separator(raw)))
    first = lines.pop(min(lines)) if lines else []
    places = _places(first)
    found = {
        number: [cells[at] if at is not None and at < len(cells) else "" for at in places]
        for number, cells in lines.items()
    }
    if not found:
        raise BadRequest(message=NO_LINES)
    if len(found) > bulk_rows.MOST:
        raise BadRequest(message=TOO_MANY)
    _require_titles(first, lines)
    return found


def _require_titles(first: Sequence[str], lines: Mapping[int, Sequence[str]]) -> None:
    """Text without a title above it is more often a comma too many than something to leave out. Raises Faulty with all
    such lines."""
    titled = {at for at, title in enumerate(first) if title.strip()}
    faults = [
        Fault(fault, number)
        for number, cells in lines.items()
        if (fault := _fault_of([cell for at, cell in enumerate(cells) if at not in titled]))
    ]
    if faults:
        raise Faulty(faults)


def _fault_of(untitled: Sequence[str]) -> str:
    """A line break may have swallowed other lines."""
    if any(map(bulk_rows.has_line_break, untitled)):
        return bulk_rows.LINE_BREAK
    return NO_TITLE if any(cell.strip() for cell in untitled) else ""


def _separator(raw: bytes) -> str:
    """The one that the first line with text has most of."""
    lines = raw.removeprefix(codecs.BOM_UTF8).replace(b"\r", b"\n").split(b"\n")
    first = next((line for line in lines if _has_text(line)), b"")
    return max(_SEPARATORS, key=first.count).decode()


def _has_text(line: bytes) -> bool:
    return bulk_rows.has_text([line.decode(errors="ignore").replace('"', "")])


def _places(first: Sequence[str]) -> list[int | None]:
    """Where in a line the cell of each title is. Raises BadRequest."""
    titles = {at: title for at, cell in enumerate(first) if (title := cell.strip().casefold())}
    _require_known(titles)
    places: dict[str, int] = {}
    for at, title in titles.items():
        if title in places:
            raise BadRequest(message=f"{TWICE} {first[at].strip()}")
        places[title] = at
    if not {title.casefold() for title in _NEEDED} <= places.keys():
        raise BadRequest(message=NO_TITLES)
    return [places.get(title) for title in _KNOWN]


def _require_known(titles: Mapping[int, str]) -> None:
    """What is no title may be the name of a patient, in a file without titles: it is not repeated."""
    unknown = [str(at + 1) for at, title in titles.items() if title not in _KNOWN]
    if unknown and len(unknown) == len(titles):
        raise BadRequest(message=NO_TITLES)
    if unknown:
        raise BadRequest(message=f"{NOT_KNOWN}: {', '.join(unknown)}. {KNOWN}")
