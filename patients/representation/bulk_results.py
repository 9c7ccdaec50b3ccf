"""What became of each row of a file that names patients, as a file."""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from kernel import jobs, tables
from kernel.choices import ActorKind
from patients.bulk_rows import COLUMNS, TITLES, Row
from patients.services.bulk_creations import DUPLICATE_EMAIL, DUPLICATE_MRN, UNCHECKED_EMAIL

HEADER = (*TITLES[:COLUMNS], "Reason", "Emailed?")
_WIDTH = len(HEADER)
# They stand behind the cells of a row until the file is written.
CREATED, SKIPPED, FAILED = "created", "skipped", "failed"
_YES, _NO = "Y", "N"
_MARKS = frozenset({DUPLICATE_MRN, DUPLICATE_EMAIL, UNCHECKED_EMAIL})  # of a check or a creation


def cells(row: Row) -> list[str]:
    """As sent, but for type and target, of which there is what would be stored."""
    return [*row.cells[: COLUMNS - 2], row.diagnosis, row.preset]


def dry_lines(rows: Sequence[Row], marks: dict[int, list[str]]) -> Iterator[str]:
    yield from tables.bare_lines([list(HEADER)])
    for row in rows:
        reason = ", ".join(marks.get(row.number, ()))
        yield from _lines([[*cells(row), reason, ""]])


def result(
    shown: Sequence[str], reason: str, *, is_created: bool, is_marked: bool, has_email: bool
) -> list[str]:
    """The cells of a row, and what became of it. `is_marked`: it was not tried."""
    emailed = _YES if is_created and has_email else _NO
    is_skipped = is_marked or _is_mark(reason)
    return [
        *shown,
        reason,
        emailed,
        CREATED if is_created else SKIPPED if is_skipped else FAILED,
    ]


def _is_mark(reason: str) -> bool:
    return set(reason.split(", ")) <= _MARKS


def write(task: jobs.Task, file: IO[bytes], rows: Iterable[list[str]]) -> None:
    """The file of a run, with the counts below: rows of `result`."""
    counts = dict.fromkeys((CREATED, SKIPPED, _YES, DUPLICATE_MRN, DUPLICATE_EMAIL), 0)
    total = 0

    def counted() -> Iterator[list[str]]:
        nonlocal total
        for row in rows:
            reason, emailed, what = row[-3:]
            total += 1
            for one in (what, emailed, *reason.split(", ")):
                if one in counts:
                    counts[one] += 1
            yield row[:_WIDTH]

    file.write(_first_line(task))
    for line in _lines(counted()):
        file.write(line.encode())
    ends = {
        "Patients Processed": total,
        "Patients Created": counts[CREATED],
        "Patients Skipped": counts[SKIPPED],
        "Patients Emailed": counts[_YES],
        "Duplicate MRNs count": counts[DUPLICATE_MRN],
        "Duplicate emails count": counts[DUPLICATE_EMAIL],
    }
    for line in tables.bare_lines([title, str(count)] for title, count in ends.items()):
        file.write(line.encode())


def _first_line(task: jobs.Task) -> bytes:
    """Staff open the file in a spreadsheet, which reads UTF-8 only behind its mark."""
    mark = codecs.BOM_UTF8 if task.asked_by["actor_kind"] == ActorKind.STAFF else b""
    return mark + "".join(tables.bare_lines([list(HEADER)])).encode()


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    return tables.bare_lines([tables.cell(value) for value in row] for row in rows)
