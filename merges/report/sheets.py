"""The six sheets of the report, in order (rules MERGE-33 to MERGE-37)."""

from collections.abc import Callable, Iterable

from merges.plan.model import MergePlan
from merges.report import merged, patients
from merges.report.cells import Row
from merges.report.summary import summary

SHEETS: dict[str, Callable[[MergePlan], Iterable[Row]]] = {
    "Summary": summary,
    "Patients in Source Clinic": patients.source_patients,
    "Patients in Target Clinic": patients.target_patients,
    "Duplicates in Source Clinic": patients.source_duplicates,
    "Duplicates in Target Clinic": patients.target_duplicates,
    "Duplicates in Merged Workspace": merged.merged_duplicates,
}
