"""A file of patients that was checked and waits to be confirmed, as its page finds it."""

from datetime import timedelta

from kernel import clock, ids, jobs
from patients.services.bulk_creations import DUPLICATE_EMAIL, DUPLICATE_MRN


def checked_file(clinic, *, left_out=2):
    """`left_out`: two lines or more, which have the same MRN and address. Another one creates a patient."""
    file_id, until = ids.new_id(), clock.now() + timedelta(hours=1)
    twice = {"mrn": "twice", "email": "twice@example.org"}
    bodies = [
        *({"fullName": "Al Abel", "birthDate": "2084-01-02", **twice} for _ in range(left_out)),
        {"fullName": "Bo Berg", "birthDate": "1984-01-02", "mrn": "once"},
    ]
    rows = [
        {
            "number": number,
            "cells": [body["fullName"], body["birthDate"], body["mrn"], "", "", "adaStandard"],
            "body": body,
            "marks": [DUPLICATE_MRN, DUPLICATE_EMAIL] if number < left_out + 2 else [],
        }
        for number, body in enumerate(bodies, start=2)
    ]
    shown = {
        "clinicId": clinic["_id"],
        "until": until,
        "rows": len(rows),
        "first": [{"line": 2, "cells": ["Al Abel", "2084-01-02", "twice", "", "", "", "", ""]}],
        "unlikely": [{"line": 2, "name": "Al Abel", "birthDate": "2084-01-02"}],
    }
    jobs.keep_wanted(file_id, {"rows": rows}, until)
    jobs.keep_result(file_id, shown, until)
    return file_id
