"""Who read or changed what of patients: one record for each operation, done or refused, and for work in the
background (docs/decisions/0020-access-records.md).

    declarations   which operation touches what; an app's `policy.py` has the table
    current        the access of this request or this handler, and what its code notes of it
    recording      the queue of the process, and the thread that writes it
    rows           collections, seals
    processes      what each process has written, and which ended without saying so
    reading        the questions of staff
    checking       `manage.py verify_access`
    daily_checks   the same each day
"""

from kernel.accesses.current import (
    BEGUN,
    admit,
    begin,
    finish,
    forget,
    in_background,
    note_answer,
    note_caller,
    note_clinic,
    note_patient,
    note_shown,
)
from kernel.accesses.declarations import (
    LIST,
    MANY,
    NO_PATIENT,
    SOMEONE,
    Access,
    in_answer,
    in_path,
    list_of,
)
from kernel.accesses.recording import end

__all__ = [
    "BEGUN",
    "LIST",
    "MANY",
    "NO_PATIENT",
    "SOMEONE",
    "Access",
    "admit",
    "begin",
    "end",
    "finish",
    "forget",
    "in_answer",
    "in_background",
    "in_path",
    "list_of",
    "note_answer",
    "note_caller",
    "note_clinic",
    "note_patient",
    "note_shown",
]
