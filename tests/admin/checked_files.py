"""A file of patients that was checked and waits to be confirmed, as its page finds it."""

from datetime import timedelta

from kernel import clock, ids, jobs


def checked_file(clinic, *, words=("duplicate MRN",)):
    file_id, until = ids.new_id(), clock.now() + timedelta(hours=1)
    left_out = [
        {"line": 2 + number, "name": "Al Abel", "words": one} for number, one in enumerate(words)
    ]
    shown = {
        "clinicId": clinic["_id"], "until": until, "rows": len(words) + 1, "duplicates": len(words), "leftOut": left_out,
        "first": [{"line": 2, "cells": ["Al Abel", "2084-01-02", "1", "", "", "", "", ""]}],
        "unlikely": [{"line": 2, "name": "Al Abel", "birthDate": "2084-01-02"}],
        "others": [{"line": 2 + len(words), "name": "Bo Berg", "mrn": "1", "hasAddress": True}],
    }  # fmt: skip
    jobs.keep_result(file_id, shown, until)
    return file_id
