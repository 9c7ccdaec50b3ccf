"""The report of a plan: what a person reads before a merge."""

from typing import IO

from merges.plan.model import MergePlan
from merges.report.sheets import SHEETS


def write_workbook(plan: MergePlan, file: IO[bytes]) -> None:
    from merges.report import workbook  # processes start without the library behind it

    workbook.write({name: rows_of(plan) for name, rows_of in SHEETS.items()}, file)


def file_name(plan: MergePlan) -> str:
    return f"merge-report-{int(plan.created_time.timestamp())}.xlsx"
