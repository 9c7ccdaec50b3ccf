"""Before MRNs have to be there, or to be different: the patients who stand against it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from kernel.db import Document
from kernel.staff import pages, roles
from patients.admin import readable_patients
from patients.services import staff_reads

MOST_GROUPS = 25
MOST_WITHOUT = 50
Row = dict[str, Any]


def of_rules(request: HttpRequest, clinic: Document, is_new: Mapping[str, bool]) -> dict[str, Any]:
    """`is_new`: which of the rules are switched on. Who does not see patients gets their ids."""
    equal, without = _equal(clinic, is_new["unique"]), _without(clinic, is_new["required"])
    shows_names = pages.has(request, roles.PATIENTS)
    if shows_names and (equal or without):
        shown = [*(row for group in equal for row in group), *without]
        ids = [row["id"] for row in shown]
        pages.record_view_of_patients(
            request, clinic_id=clinic["_id"], user_ids=ids, searched=False
        )
    return {
        "is_new": is_new,
        "equal": equal[:MOST_GROUPS],
        "more_equal": len(equal) > MOST_GROUPS,
        "without": without[:MOST_WITHOUT],
        "more_without": len(without) > MOST_WITHOUT,
        "shows_names": shows_names,
        "clinic_id": str(clinic["_id"]),
    }


def _equal(clinic: Document, is_new: bool) -> list[list[Row]]:  # noqa: FBT001 (as `_without`)
    groups = staff_reads.list_equal_mrns(clinic["_id"], limit=MOST_GROUPS + 1) if is_new else []
    return [_rows(group) for group in groups]


def _without(clinic: Document, is_new: bool) -> list[Row]:  # noqa: FBT001 (as `_equal`)
    if not is_new:
        return []
    return _rows(staff_reads.list_without_mrn(clinic["_id"], limit=MOST_WITHOUT + 1))


def _rows(patients: Sequence[Document]) -> list[Row]:
    readable = (readable_patients.patient(patient) for patient in patients)
    return [{**patient, "id": str(patient["userId"])} for patient in readable]
