"""What a file that names patients would create: each row checked as CreatePatientAccount checks its body (rules
PATIENT-177 to PATIENT-184)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clinic_records.documents import ClinicDocument
from kernel.api import schema, text_forms, validation
from kernel.db import Document
from patients import bulk_rows
from patients.bulk_rows import Fault, Faulty, Row
from patients.representation import bulk_results
from patients.services import bulk_creations

_PATIENT = schema.ref("patient.v1")
# Field of a patient -> its name in a fault, and its column.
_COLUMNS = {
    "fullName": ("name", 1),
    "birthDate": ("birthdate", 2),
    "mrn": ("MRN", 3),
    "email": ("email", 4),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """`bodies`: by number of the row, what CreatePatientAccount would get."""

    rows: Sequence[Row]
    bodies: Mapping[int, Document]

    def wanted(
        self, marks: Mapping[int, Sequence[str]], told: Mapping[str, str] | None = None
    ) -> list[Document]:
        """As the job of `patients.bulk_jobs` takes them. `marks`: number of a row -> why it is not created. `told`: of
        addresses, for `mark_again`."""
        return [
            {
                "number": row.number,
                "cells": bulk_results.cells(row),
                "body": self.bodies[row.number],
                "marks": list(marks.get(row.number, ())),
                **({"told": told[row.email]} if told and row.email in told else {}),
            }
            for row in self.rows
        ]


def check(
    clinic: ClinicDocument, cells: Mapping[int, Sequence[str]], *, names_groups: bool
) -> Checked:
    """`cells`: number of the row -> all that it has. `names_groups`: whether the seventh and eighth are tags and sites.
    Raises Faulty with all faults of all rows, and BadRequest."""
    width = None if names_groups else bulk_rows.COLUMNS
    rows = [bulk_rows.row_of(number, found[:width]) for number, found in cells.items()]
    bodies = {row.number: _body(row) for row in rows}
    faults = [
        fault
        for row in rows
        for fault in (
            *bulk_rows.line_breaks_of(row.number, cells[row.number]),
            *(list(bulk_rows.faults_of(row, len(cells[row.number]))) or _unacceptable(row, bodies)),
        )
    ]
    said, unknown = bulk_creations.resolve_names(clinic, rows)
    if faults or unknown:
        raise Faulty([*faults, *unknown])
    bulk_rows.require_names(rows)
    for row in rows if names_groups else ():
        bodies[row.number] |= _groups(said[row.number])
    return Checked(rows, bodies)


def mark_again(
    clinic: ClinicDocument, wanted: Sequence[Document], *, asked_by: str | None
) -> list[Document]:
    """Rows as `Checked.wanted` has them, with the marks that they have now: patients, tags and sites of the clinic may
    be others than at the check. What was told of an address is asked again only where it was not asked then."""
    told = {row["body"]["email"]: row["told"] for row in wanted if "told" in row}
    gone = bulk_creations.list_gone(clinic, {row["number"]: row["body"] for row in wanted})
    marks = gone | bulk_creations.mark_duplicates(
        clinic["_id"], lines_of(wanted), asked_by=asked_by, told=told
    )
    return [{**row, "marks": marks.get(row["number"], [])} for row in wanted]


def lines_of(wanted: Sequence[Document]) -> list[bulk_creations.Line]:
    return [
        bulk_creations.Line(row["number"], row["body"]["mrn"], row["body"].get("email", ""))
        for row in wanted
    ]


def _body(row: Row) -> Document:
    body: Document = {
        "fullName": row.name,
        "birthDate": row.birth_date,
        "mrn": row.mrn,
        "glycemicRanges": {"type": "preset", "preset": row.preset},
    }
    optional = {"email": row.email, "diagnosisType": row.diagnosis}
    body |= {name: value for name, value in optional.items() if value}
    normal: Document = text_forms.with_normal_texts(_PATIENT, body)
    return normal


def _unacceptable(row: Row, bodies: Mapping[int, Document]) -> Iterator[Fault]:
    """What only the schema of a patient refuses, such as a name that is too long."""
    failure = validation.first_failure(_PATIENT, bodies[row.number])
    if failure is not None:
        field = validation.path_of(failure).strip("/").partition("/")[0]
        words, column = _COLUMNS.get(field, ("value", None))
        yield Fault(f"invalid {words}", row.number, column)


def _groups(said: Document) -> Document:
    return {
        "tags": [str(tag) for tag in said["tags"]],
        "sites": [{"id": str(site), "name": ""} for site in said["sites"]],
    }
