"""The patients of a file are created by a job: one transaction for each, once, whatever crashes meanwhile."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from clinic_records.admin import clinic_jobs
from clinic_records.services import closures
from kernel import jobs
from kernel.choices import ActorKind
from kernel.staff import roles
from patients.documents import PatientDocument
from patients.representation import bulk_results
from patients.representation.patient_bodies import details_of
from patients.services import bulk_creations
from patients.services.bulk_creations import Outcome

_NEEDS = (roles.PATIENTS, roles.CARE)


def _plan(task: jobs.Task) -> Iterable[str]:
    return [orjson.dumps(row).decode() for row in task.wanted["rows"]]


def _work(task: jobs.Task, items: Sequence[str]) -> jobs.Batch:
    rows = [_result(task, orjson.loads(item)) for item in items]
    return jobs.Batch(sum(row[-1] == bulk_results.CREATED for row in rows), rows)


def _result(task: jobs.Task, row: dict[str, Any]) -> list[str]:
    outcome = _outcome(task, row)
    return bulk_results.result(
        row["cells"],
        outcome.reason,
        is_created=outcome.is_created,
        has_email=bool(row["body"].get("email")),
    )


def _outcome(task: jobs.Task, row: dict[str, Any]) -> Outcome:
    if row["marks"]:
        return Outcome(", ".join(row["marks"]), is_created=False)
    if jobs.is_noted(task.id, row["number"]):  # before a crash
        return Outcome("", is_created=True)
    is_user = task.asked_by["actor_kind"] == ActorKind.USER
    return bulk_creations.create(
        clinic_id=task.clinic_id,
        details=details_of(row["body"]),
        invited_by=task.asked_by["actor_id"] if is_user else None,
        then=lambda record: _note(task, row["number"], record),
    )


def _note(task: jobs.Task, number: int, record: PatientDocument) -> None:
    """In the transaction that stores the patient. What staff have done is in the history of the patient, too; of users
    and services the access records have it."""
    jobs.note_item(task.id, number)
    if task.asked_by["actor_kind"] == ActorKind.STAFF:
        clinic_jobs.record_one(
            task, action="patient.created", object_type="patient", object_id=record["userId"]
        )


CREATE = jobs.add(
    jobs.Kind(
        name="patients.bulk_create",
        title="Creation of patients from a file",
        action="patients.created_from_file",
        sees=_NEEDS,
        begins=_NEEDS,
        plan=_plan,
        requires=lambda task: closures.require_open(task.clinic_id),
        work=_work,
        batch=10,
        header=bulk_results.HEADER,
        write=bulk_results.write,
        gives_way=True,
    )
)
