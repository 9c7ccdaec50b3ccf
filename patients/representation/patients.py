"""Stored patients as clients see them (rules PATIENT-1 to PATIENT-11): each field as its row in the table says."""

from collections.abc import Callable, Iterable

from kernel import safe_reading
from kernel.db import Document
from patients.fields import FIELDS, Field


def shown_by(fields: Iterable[Field]) -> Callable[[Document], Document]:
    """The function that shows a record. The table is read once, since lists show a thousand records at a time."""
    shown = [
        (f.name, "" if f.shows_record else f.stored, f.show, f.always_shown)
        for f in fields
        if f.show
    ]
    always = [row[:3] for row in shown if row[3]]
    where_stored = [row[:3] for row in shown if not row[3]]

    def patient(document: Document) -> Document:
        get = document.get
        out = {}
        for name, stored, show in always:
            out[name] = show(get(stored) if stored else document)
        for name, stored, show in where_stored:
            value = get(stored)
            if value is not None and (value := show(value)) is not None:
                out[name] = value
        return out

    return patient


patient = safe_reading.tolerant("patient")(shown_by(FIELDS))
