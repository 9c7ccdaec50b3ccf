"""The report of a plan: what a person reads before a merge."""

from typing import IO

from bson import ObjectId

from clinic_records.services import closures
from merges.plan.model import MergePlan
from merges.report.sheets import SHEETS


def require_whole(source_id: str | ObjectId, target_id: str | ObjectId) -> None:
    """Raises Busy while a merge holds one of the clinics: its patients are in neither of them as a whole."""
    for clinic_id in (source_id, target_id):
        closures.require_free(clinic_id)


def write_workbook(plan: MergePlan, file: IO[bytes]) -> None:
    from merges.report import workbook  # processes start without the library behind it

    workbook.write({name: rows_of(plan) for name, rows_of in SHEETS.items()}, file)


def file_name(plan: MergePlan) -> str:
    return f"merge-report-{int(plan.created_time.timestamp())}.xlsx"
