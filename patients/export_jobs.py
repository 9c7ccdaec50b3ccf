"""The list of a clinic's patients as a file that a worker makes, for the member who has asked for it."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import IO

from bson import ObjectId

from clinic_records.services import access
from kernel import db, jobs, tables
from kernel.jobs.files import CSV
from kernel.staff import roles
from patients.representation import exported_patients
from patients.representation.exported_patients import Typed
from patients.services import kept_files, list_exports, patient_tags
from patients.services.list_exports import Batch, Report

_NEEDS = (roles.PATIENTS, roles.EXPORT)


def _plan(task: jobs.Task) -> Iterable[str]:
    """Raises NotFound: a clinic that is gone has no file without patients."""
    clinic = access.access_clinic(task.clinic_id)
    query = {part["name"]: part["value"] for part in task.wanted["query"]}
    moment = db.Moment()
    try:
        ids = list_exports.list_ids(clinic["_id"], list_exports.asked_of(query), moment)
    finally:
        moment.close()
    list_exports.check_most(len(ids), task.options["format"])
    return map(str, ids)


def _work(task: jobs.Task, items: Sequence[str]) -> jobs.Batch:
    report = _report(task)
    documents = list_exports.list_documents(
        task.clinic_id, [ObjectId(item) for item in items], report.period
    )
    creators = list_exports.find_creators(task.clinic_id, documents, {})
    rows = list(exported_patients.rows(report, Batch(documents, creators), _typed(task)))
    found = {str(document["_id"]) for document in documents}
    gone = [item for item in items if item not in found]
    return jobs.Batch(len(rows), rows, {patient_tags.GONE: gone} if gone else {})


def _write(task: jobs.Task, file: IO[bytes], rows: Iterable[list[str]]) -> None:
    """The number above the lines is that of the patients who are in the file."""
    lines = chain(exported_patients.head(_report(task), task.succeeded, _typed(task)), rows)
    if task.options["format"] == CSV:
        for line in tables.bare_lines(lines):
            file.write(line.encode())
    else:
        tables.write_workbook(file, next(lines), lines)


def _report(task: jobs.Task) -> Report:
    """Time and units are those of the begin, so all lines agree."""
    options = task.options
    clinic, who = access.access_clinic(task.clinic_id), task.asked_by["actor_id"]
    return list_exports.report_of(clinic, who, options["period"], options["time"], options["units"])


def _typed(task: jobs.Task) -> Typed:
    return tables.cell if task.options["format"] == CSV else tables.plain


EXPORT = jobs.add(
    jobs.Kind(
        name=kept_files.EXPORT.kind,
        title="Export that a clinic asked for",
        action=list_exports.ACTION,
        sees=_NEEDS,
        begins=_NEEDS,
        plan=_plan,
        work=_work,
        batch=list_exports.BATCH,
        header=exported_patients.HEAD,
        write=_write,
    )
)
