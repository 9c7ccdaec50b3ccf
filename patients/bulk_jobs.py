"""The patients of a file are created by a job: one transaction for each, once, whatever crashes meanwhile."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from clinic_records.admin import clinic_jobs
from clinic_records.services import closures
from kernel import db, jobs
from kernel.choices import ActorKind
from kernel.staff import roles
from patients.documents import PatientDocument
from patients.representation import bulk_results
from patients.representation.patient_bodies import details_of
from patients.services import bulk_creations, custodial_accounts

_NEEDS = (roles.PATIENTS, roles.CARE)


def _plan(task: jobs.Task) -> Iterable[str]:
    return [orjson.dumps(row).decode() for row in task.wanted["rows"]]


def _create(task: jobs.Task, item: str, noting: jobs.Noting) -> None:
    row = orjson.loads(item)

    def note(reason: str = "", *, is_created: bool = False) -> None:
        has_email = bool(row["body"].get("email"))
        result = bulk_results.result(
            row["cells"],
            reason,
            is_created=is_created,
            is_marked=bool(row["marks"]),
            has_email=has_email,
        )
        left_out = {reason: [str(row["number"])]} if reason else {}
        noting.note(jobs.Batch(int(is_created), [result], left_out))

    def note_record(record: PatientDocument) -> None:
        note(is_created=True)
        _record(task, record)

    reason = ", ".join(row["marks"]) or _try(task, row, then=note_record, noting=noting)
    if reason:
        db.run_in_transaction(lambda: note(reason))


def _try(
    task: jobs.Task,
    row: Mapping[str, Any],
    *,
    then: Callable[[PatientDocument], None],
    noting: jobs.Noting,
) -> str:
    """Why the row is not created; empty for one that is."""
    kind, actor_id = task.asked_by["actor_kind"], task.asked_by["actor_id"]
    member = actor_id if kind == ActorKind.USER else None
    return bulk_creations.create(
        clinic_id=task.clinic_id,
        details=details_of(row["body"]),
        invited_by=member,
        told_to=clinic_jobs.signature(task) if kind == ActorKind.STAFF else member,
        origin=_origin(task, row),
        take_over=noting.take_over,
        then=then,
    )


def _origin(task: jobs.Task, row: Mapping[str, Any]) -> str:
    return f"{task.id}:{row['number']}"


def _let_go(task: jobs.Task) -> None:
    """A worker that has died may have begun an account for the row at work. Its address would be taken for some
    minutes, when the file may be sent again."""
    item = jobs.find_item_at_work(task.id)
    row = orjson.loads(item) if item else {"body": {}}
    email = row["body"].get("email")
    if email:
        custodial_accounts.end_begun(email, _origin(task, row))


def _record(task: jobs.Task, record: PatientDocument) -> None:
    """What staff have done is in the history of the patient, too; of users and services the access records have it."""
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
        # One that has failed may be started again when a merge was asked for already.
        requires=lambda task: closures.require_not_requested(task.clinic_id),
        create=_create,
        batch=1,
        header=bulk_results.HEADER,
        write=bulk_results.write,
        by_line=True,
        gives_way=True,
        let_go=_let_go,
    )
)
