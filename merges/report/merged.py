"""The sheet `Duplicates in Merged Workspace`: patients of the source who resemble patients of the target."""

from collections.abc import Iterator

from merges.choices import Category, RecordAction
from merges.plan.model import MergePlan, Patient, PatientPlan
from merges.report.cells import PATIENT, Columns, Row, heading, patient_cells

_EXPLANATION = (
    "Each patient of the source workspace below resembles patients of the target workspace. The status says what the "
    "merge does with each record; (ERROR) prevents the merge.",
    "Patients with the same UUID match exactly. They become one account: its tags are those of both, everything else "
    "is as in the target workspace.",
    "Likely duplicates have at least two of name, date of birth and MRN in common. All of them are kept, for you to "
    "review.",
)
_REVIEWED = (
    (Category.LIKELY, "Review likely duplicate(s)"),
    (Category.NAME_ONLY, "Review duplicate name"),
    (Category.MRN_ONLY, "Review duplicate MRN"),
)


def merged_duplicates(plan: MergePlan) -> Iterator[Row]:
    yield heading("MERGED WORKSPACE PATIENT REVIEW")
    yield from ((text,) for text in _EXPLANATION)
    yield ()
    yield heading("", "Status ---", "Original Workspace ---", "Name ---", "Claimed ---", *PATIENT)
    columns = Columns(plan.target)
    number = 0
    for entry in plan.patients:
        if entry.source is not None and entry.conflicts:
            number += 1
            yield from _review(plan, number, entry, entry.source, columns)
            yield ()


def _review(
    plan: MergePlan, number: int, entry: PatientPlan, patient: Patient, columns: Columns
) -> Iterator[Row]:
    own = patient_cells(patient, entry.source_tag_names, entry.merged_site_names)
    yield f"Patient {number}", _status(entry), plan.source.name, *own
    if entry.target is not None:
        yield from _combined(plan, entry, entry.target, columns)
    for kind, title in _REVIEWED:
        if kind in entry.conflicts:
            yield "", title
            for other in entry.conflicts[kind]:
                yield "", "(retained)", plan.target.name, *columns.of(other)


def _combined(
    plan: MergePlan, entry: PatientPlan, target: Patient, columns: Columns
) -> Iterator[Row]:
    result = patient_cells(target, entry.resulting_tag_names, entry.resulting_site_names)
    yield "", "Exact Match: Results in one claimed account"
    yield "", "(result)", "", *result
    yield "", "(combined)", plan.target.name, *columns.of(target)


def _status(entry: PatientPlan) -> str:
    if entry.error:
        return "(ERROR)"
    return "(combined)" if entry.action == RecordAction.MERGE else "(retained)"
